import { describe, expect, it } from 'vitest';
import { figure, percent, times } from '../../scripts/lib/report/html.js';
import { htmlReport } from '../../bench/html/report.js';
import { SIZES } from '../../bench/problem.js';
import type { Curve, KernelReport, Report, Result, ResultsFile } from '../../bench/report-types.js';

const conditions = {
  adapter: 'a <b>GPU</b> & more', runtime: 'chrome', version: 'Chrome/156', date: '2026-11-23T12:00:00Z',
  command: 'npm run bench -- --size S', ceiling: { gflops: 3.5, form: 'blocks, 512³' },
} as const;

const result = (name: string, system: string, msPerStep: number | null, more: Partial<Result> = {}): Result => ({
  name, system, backend: 'webgpu', size: 'S', msPerStep, spread: 0.1, msPerStepSync: 400, spreadSync: null, steps: 30,
  stepsSync: 5, usPerTimeStep: 10, firstStepMs: 1500, dispatches: 19, submits: 1, pipelinesCreated: 0,
  buffersCreated: 0, bindGroupsCreated: 0, gpuBytes: 9_700_000, gflops: 2.7, ceilingShare: 0.77, bundleBytes: 43_000,
  loss: [4.1754, 4.1491], lossStep: 9, checks: { firstLoss: true, wentDown: true, agrees: true }, ...more,
});

const report: Report = {
  ...conditions, size: 'S', shape: SIZES.S, seconds: 100, expectedFirstLoss: 4.1754,
  results: [
    result('latch-sequence', 'latch', 300, { driver: 'sequence', chosen: true }),
    result('latch-step', 'latch', 330, { driver: 'step' }),
    result('jax', 'jax', 1500, {
      checks: { firstLoss: true, wentDown: true, agrees: false }, note: 'goes <elsewhere>',
    }),
    result('tfjs', 'tfjs', null, { error: 'The page crashed.' }),
  ],
  cut: [{ name: 'tfjs-cpu', what: 'left out', why: 'a step takes minutes' }],
  inference: [{
    name: 'latch', system: 'latch', backend: 'webgpu', msPerTimeStep: 1.25, spread: 0.2, tokensPerSecond: 2200,
  }],
};
const curve: Curve = {
  runtime: 'chrome', date: conditions.date, axis: 'hidden', base: 'S', name: 'latch-step', system: 'latch',
  backend: 'webgpu', points: [{ value: 64, msPerStep: 12.5, spread: null, gflops: 1 }],
};
const kernels: KernelReport = {
  ...conditions, bandwidth: 18, emptyMicroseconds: 30,
  kernels: [{
    kernel: 'matmul', size: 'S', label: 'recurrent gradient', microseconds: 500, bytes: 1e6, flops: 1e6,
    floorMicroseconds: 286, bound: 'flops', dispatches: 1, share: 0.25,
  }],
  breakdowns: [{
    size: 'S', driver: 'step', from: 'timestamps', rows: [{ label: 'step', dispatches: 64, microseconds: 1500 }],
  }],
};
const file: ResultsFile = {
  format: 2, adapter: conditions.adapter, date: '2026-11-23', reports: [report], curves: [curve], kernels: [kernels],
};
const text = (html: string): string => html.replace(/<(script|style)[^]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')
  .replace(/\s+/g, ' ');

describe('the HTML report', () => {
  it('needs nothing beside itself', () => {
    const html = htmlReport(file);
    expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
    expect(html).not.toMatch(/@import|url\(|fetch\(/);
    expect(html).toContain('uPlot');
  });

  it('shows each part that was measured', () => {
    const words = text(htmlReport(file));
    expect(words).toContain('latch-sequence webgpu, its own choice 300 ± 5.0 % 1.00× 400 1.5 2.7 77 % 4.1754 → 4.1491');
    expect(words).toContain('jax 1,500 5.00×, wrong');
    expect(words).toContain('tfjs : The page crashed.');
    expect(words).toContain('tfjs-cpu : left out, a step takes minutes');
    expect(words).toContain('latch webgpu S 1.25 ± 10 % 2,200');
    expect(words).toContain('A training step of S, driver step: 1.5 ms');
    expect(words).toContain('matmul recurrent gradient S 500 286 1.75 flops 1 25 %');
    expect(words).toContain('npm run bench -- --size S');
  });

  it('takes no text for HTML', () => {
    const html = htmlReport(file);
    expect(html).toContain('a &lt;b&gt;GPU&lt;/b&gt; &amp; more');
    expect(html).toContain('goes &lt;elsewhere&gt;');
    const hostile = { ...curve, name: '</script><script>alert(1)' };
    expect(htmlReport({ ...file, curves: [hostile] })).not.toContain('</script><script>alert');
  });

  it('leaves out what was not measured', () => {
    const html = htmlReport({ ...file, reports: [], curves: [] });
    expect([...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)).toEqual(['kernels-chrome', 'commands']);
    expect(html).not.toContain('<script');
  });

  it('names the runtime where there are two', () => {
    expect(text(htmlReport(file))).not.toContain('Size S, headless Chrome');
    const both = htmlReport({ ...file, reports: [report, { ...report, runtime: 'node' }] });
    expect(text(both)).toContain('Size S, headless Chrome');
    expect(text(both)).toContain('Size S, Dawn in Node');
  });

  it('gives three figures', () => {
    expect([0, 0.01234, 1.2345, 99.96, 12345, null].map((value) => figure(value)))
      .toEqual(['0', '0.012', '1.23', '100', '12,345', '–']);
    expect([0.004, 0.0994, 0.25, null].map(percent)).toEqual(['0.4 %', '9.9 %', '25 %', '–']);
    expect([0.4777, 11.44, 240.2, null].map(times)).toEqual(['0.48×', '11.4×', '240×', '–']);
  });
});
