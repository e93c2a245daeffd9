import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../bench/contest.js';
import { curvesOf } from '../../bench/curves.js';
import { flopsPerStep, SIZES } from '../../bench/problem.js';
import type { Report, Result, ResultsFile } from '../../bench/report-types.js';
import { adapterSlug, merge, readResults } from '../../bench/results-file.js';
import { isOwn, judgeLastLosses, lastCommonStep, rowOf, shortened } from '../../bench/rows.js';
import { sizeOf } from '../../bench/sizes.js';
import { formatReport } from '../../bench/table.js';

const counts = { dispatches: 19, submits: 1, pipelinesCreated: 0, buffersCreated: 0, bindGroupsCreated: 0 };
const round = (msPerStep: number, steps: number) => ({ msPerStep, steps, counts, bytesPeak: 1e6 });

function run(name: string, more: Partial<Run> = {}): Run {
  return {
    name,
    started: { firstStepMs: 1500, warmStepMs: 12, firstLoss: 4.174, warm: round(12, 1) },
    natural: [round(10, 6), round(11, 6), round(30, 6)],
    sync: [round(14, 3), round(12, 3), round(13, 3)],
    plan: { natural: [6, 6, 6], sync: [3, 3, 3] },
    losses: { 1: 4.174, 2: 4.17, 29: 3.9 },
    complaints: [],
    ...more,
  };
}

const context = {
  sizeName: 'XS', size: SIZES.XS, ceiling: { gflops: 4, form: 'blocks' }, chosen: 'sequence' as const, expected: 4.174,
  commonStep: 29, bundles: new Map([['latch webgpu', 45_000]]),
};

describe('a row', () => {
  it('rests on the medians of both forms, and reads them against the adapter\'s ceiling', () => {
    const row = rowOf(run('latch-sequence'), context);
    const gflops = flopsPerStep(SIZES.XS) / 11e6;
    expect(row).toMatchObject({
      name: 'latch-sequence', system: 'latch', driver: 'sequence', chosen: true, msPerStep: 11, msPerStepSync: 13,
      steps: 18, stepsSync: 9, gflops, ceilingShare: gflops / 4, bundleBytes: 45_000, loss: [4.174, 3.9], lossStep: 29,
      usPerTimeStep: 11_000 / 32, spread: 20 / 11, checks: { firstLoss: true, wentDown: true }, ...counts,
    });
    expect(row.error).toBeUndefined();
    expect(rowOf(run('latch-step'), context).chosen).toBe(false);
  });

  it('of several trials counts the operations of them all, and has the driver\'s name', () => {
    const [one, eight] = [rowOf(run('latch-sequence'), context), rowOf(run('latch-trials'), context)];
    expect(eight).toMatchObject({ name: 'latch-sequence', trials: 8 });
    expect(eight.gflops).toBeCloseTo(8 * one.gflops!, 12);
  });

  it('counts WebGPU\'s calls of WebGPU\'s systems alone', () => {
    expect(rowOf(run('tfjs-wasm'), context)).toMatchObject({ dispatches: null, gpuBytes: null, ceilingShare: null });
  });

  it('whose rounds are single steps has one time for both forms', () => {
    const slow = run('tfjs', { natural: [round(9000, 1), round(9500, 1)], sync: [] });
    expect(rowOf(slow, context)).toMatchObject({ msPerStep: 9250, msPerStepSync: 9250, stepsSync: 2 });
  });

  it('without time for a round has the time of its second step, and says so', () => {
    const slow = run('tfjs', { natural: [], sync: [], plan: { natural: [], sync: [] } });
    expect(rowOf(slow, context))
      .toMatchObject({ msPerStep: 12, steps: 1, note: 'its time is that of its second step alone' });
    expect(shortened([slow], 30)).toEqual([
      { name: 'tfjs', what: 'no step after its second', why: 'a step takes 0.0 s (--budget, --minutes)' }]);
  });

  it('is wrong where its first loss is, NaN included', () => {
    for (const firstLoss of [4.18, NaN]) {
      const wrong = run('jax', { started: { ...run('jax').started!, firstLoss } });
      expect(rowOf(wrong, context)).toMatchObject({
        error: `wrong: its first loss is ${firstLoss}, the float64 oracle's 4.174`, checks: { firstLoss: false } });
    }
  });

  it('tells what its page complained of: an error in our own, a remark on a peer\'s', () => {
    const complaints = ['WGSL type error\n  at line 3', 'again'];
    const told = 'its page reported: WGSL type error (and 1 more)';
    expect(rowOf(run('tfjs', { complaints }), context)).toMatchObject({ note: told });
    expect(rowOf(run('latch-step', { complaints }), context)).toMatchObject({ error: told });
  });
});

describe('losses', () => {
  it('are compared at the last step that all healthy systems read', () => {
    const broken = run('jax', { losses: {}, error: 'the page crashed' });
    expect(lastCommonStep([run('latch-step'), run('tfjs', { losses: { 1: 4.1, 2: 4 } }), broken])).toBe(2);
    expect(lastCommonStep([broken])).toBeNull();
  });

  it('that are not the reference\'s are an error in our own, a remark on a peer\'s', () => {
    const rows = ['latch-step', 'reference', 'tfjs'].map((name) =>
      rowOf(run(name, name === 'reference' ? {} : { losses: { 1: 4.174, 29: 3.95 } }), context));
    const [latch, reference, tfjs] = judgeLastLosses(rows, run('reference').losses);
    const text = 'wrong: its loss at step 29 is 3.95, the float64 reference\'s 3.9';
    expect(latch).toMatchObject({ error: text, checks: { agrees: false } });
    expect(tfjs).toMatchObject({ note: text, checks: { agrees: false } });
    expect(reference).toMatchObject({ checks: { agrees: true } });
  });

  it('are compared at the step that the row names, and not at all where the reference has not read that', () => {
    const row = rowOf(run('tfjs', { losses: { 1: 4.174, 12: 4.1, 29: 3.9 } }), context);
    const at = (lossStep: number) => ({ ...row, loss: [4.174, 4.1] as const, lossStep });
    const [twelfth, unread] = judgeLastLosses([at(12), at(13)], { 12: 4, 29: 4.1 });
    expect(twelfth!.note).toBe('wrong: its loss at step 12 is 4.1, the float64 reference\'s 4');
    expect(unread).toMatchObject({ checks: { agrees: null } });
  });

  it('that are wrong are errors in Latch, the reference and float32 alone', () => {
    const own = ['latch', 'reference', 'float32', 'tfjs', 'jax', 'torch'].filter((system) => isOwn({ system }));
    expect(own).toEqual(['latch', 'reference', 'float32']);
  });
});

function report(size: string, results: readonly Result[], more: Partial<Report> = {}): Report {
  return {
    adapter: 'google swiftshader (software)', runtime: 'chrome', version: 'Chrome/156', date: '2026-11-23T12:00:00Z',
    command: 'npm run bench --', ceiling: context.ceiling, size, shape: sizeOf(size), seconds: 60,
    expectedFirstLoss: 4.174, results, cut: [], inference: [], ...more,
  };
}

describe('a results file', () => {
  const file: ResultsFile =
    { format: 2, adapter: 'a', date: '2026-11-23', reports: [report('XS', [])], curves: [], kernels: [] };

  it('keeps one report for each runtime and size, the latest', () => {
    const fresh = [report('XS', [], { seconds: 7 }), report('S', []), report('XS', [], { runtime: 'node' })];
    const { reports } = merge(file, { reports: fresh });
    expect(reports.map(({ runtime, size, seconds }) => [runtime, size, seconds]))
      .toEqual([['chrome', 'XS', 7], ['chrome', 'S', 60], ['node', 'XS', 60]]);
  });

  it('is named after the adapter', () => {
    expect(['google swiftshader (software)', 'mesa software llvmpipe: Mesa 25.0.7 (software)', 'nvidia hopper',
      'nvidia lovelace NVIDIA L40S', ''].map(adapterSlug))
      .toEqual(['swiftshader', 'lavapipe', 'nvidia-hopper', 'nvidia-lovelace-l40s', 'unnamed']);
  });

  it('of another program or format is not written over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latch-results-'));
    try {
      for (const content of ['{"size":"S"}', 'no JSON', 'null']) {
        const path = join(folder, 'mine.json');
        await writeFile(path, content);
        await expect(readResults(path)).rejects.toThrow('holds no benchmark results of this format: name another file');
      }
      expect(await readResults(join(folder, 'none.json'))).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('curves', () => {
  it('run through the points of each axis, the shared one among them, and pass over systems with one point', () => {
    const rows = (...names: string[]) => names.map((name) => rowOf(run(name), context));
    const curves = curvesOf([
      report('curve-H64', rows('latch-step', 'jax')), report('curve-H128', rows('latch-step')),
      report('curve-B8', rows('latch-step')),
    ]);
    expect(curves.map(({ axis, name, points }) => [axis, name, points.map(({ value }) => value)]))
      .toEqual([['hidden', 'latch-step', [64, 128]], ['batch', 'latch-step', [8, 32]]]);
  });
});

describe('the table', () => {
  it('has the fastest first, names what Latch chooses, and says what was cut and what went wrong', () => {
    const rows = [
      rowOf(run('tfjs', { natural: [round(99, 1)], complaints: ['oh'] }), context),
      rowOf(run('latch-sequence'), context),
      rowOf(run('jax', { natural: [], sync: [], losses: {}, error: 'the page crashed' }), context),
    ];
    const text = formatReport(report('XS', rows, {
      cut: [{ name: 'jax-wasm', what: 'left out', why: 'it runs out of memory' }],
      inference: [
        { name: 'latch', system: 'latch', backend: 'webgpu', msPerTimeStep: 1.5, spread: 0.1, tokensPerSecond: 900 },
      ],
    }));
    expect(text.indexOf('latch-sequence *')).toBeLessThan(text.indexOf('tfjs'));
    expect(text).toContain('* What Latch chooses here by itself: sequence.');
    expect(text).toContain('jax (webgpu): the page crashed');
    expect(text).toContain('tfjs (webgpu): its page reported: oh');
    expect(text).toContain('Cut: jax-wasm, left out: it runs out of memory.');
    expect(text).toMatch(/latch +webgpu +1\.50 +10% +900/);
  });
});
