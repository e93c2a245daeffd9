import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { chartsOf, heatMapOf } from '../../scripts/lib/lab/charts.js';
import { htmlReport } from '../../scripts/lib/lab/html.js';
import { Lab, type View } from '../../scripts/lib/lab/lab.js';
import { markdownReport } from '../../scripts/lib/lab/markdown.js';
import { type PlannedRow, planOf, type Section } from '../../scripts/lib/lab/plan.js';
import { type Report, reportOf, TABLE_HEADER, tableLine, tally } from '../../scripts/lib/lab/report.js';
import { fileOf, rowsOf, runPlan } from '../../scripts/lib/lab/reproduce.js';
import type { LabRow } from '../../scripts/lib/lab/row.js';
import { Store, takeRows } from '../../scripts/lib/lab/store.js';
import { prepareExperiment } from '../../src/lab/experiment.js';
import { fakeHost, flow, row, trial } from '../support/lab.js';

const conditions = { full: false, command: 'npm run lab -- reproduce', date: '2026-11-24' };
const order = (name: string, more: object = {}): PlannedRow =>
  ({ name, options: { task: 'temporal-order-6a', trials: 2, ...more } });
const square = (noise: number, weight: number): PlannedRow =>
  ({ name: `${noise} ${weight}`, options: { task: 'latch', values: { noise, weight }, trials: 2 } });
const at = (length: number): PlannedRow =>
  ({ name: `length ${length}`, series: 'a cell', options: { task: 'latch', values: { length }, trials: 2 } });

const PLAN: readonly Section[] = [
  {
    id: 'order', title: 'Order', about: 'Some <b>words</b> & signs | in a_row.', plots: ['curves', 'gradients'],
    rows: [order('hit'), order('miss', { seed: 5 }), order('broken', { seed: 9 }), order('never', { cell: 'gru' })],
    claims: [
      { text: 'it is so', judge: (find) => (find('hit') ? { ours: '7', holds: true } : undefined) },
      { text: 'it is not so', judge: (find) => (find('miss') ? { ours: '8', holds: false } : undefined) },
      { text: 'nobody knows', judge: (find) => (find('never') ? { ours: '9', holds: true } : undefined) },
    ],
  },
  { id: 'length', title: 'Length', about: '', plots: ['success'], rows: [at(20), at(5), at(10)], claims: [] },
  {
    id: 'map', title: 'Map', about: '', plots: ['map'], claims: [],
    rows: [square(0.1, 1), square(0.1, 2), square(1, 1), square(1, 2)],
  },
];

const FOUND = new Map<string, LabRow>([
  ['hit', row(order('').options, [trial(1, 30_000), trial(2, 32_000)], { flow })],
  ['miss', row({ ...order('').options, seed: 5 }, [trial(5, 200_000), trial(6, null)])],
  ['broken', row({ ...order('').options, seed: 9 }, [], { failed: 'the page crashed' })],
  ['length 5', row(at(5).options, [trial(1, 500), trial(2, 500)])],
  ['length 20', row(at(20).options, [trial(1, 500), trial(2, null)])],
  ['0.1 1', row(square(0.1, 1).options, [trial(1, 500), trial(2, null)])],
  ['1 2', row(square(1, 2).options, [trial(1, null), trial(2, null)])],
]);

const file = { ...conditions, adapter: 'a <b>GPU</b>', seconds: 3700 };
const report: Report = reportOf(file, PLAN, ({ name }) => FOUND.get(name));
const [orders, lengths, map] = report.sections as [Report['sections'][0], Report['sections'][0], Report['sections'][0]];
const text = (html: string): string => html.replace(/<(script|style)[^]*?<\/\1>/g, '').replace(/<[^>]+>/g, ' ')
  .replace(/\s+/g, ' ');

describe('a report', () => {
  it('judges claims, and shows a miss as a miss and what was not run as not run', () => {
    expect(orders.claims.map(({ ours, verdict }) => [ours, verdict]))
      .toEqual([['7', 'holds'], ['8', 'MISSED'], ['–', 'not run']]);
    expect(tally(report)).toBe('1 of 3 claims hold, 1 missed, 1 not run. 1 of 2 figures with a stated bound are ' +
      'within it. 7 of 11 experiments were run.');
  });

  it('has for each row the paper\'s figure, ours, the ratio and whether it is within the bound', () => {
    const [hit, miss, broken, never] = orders.entries.map(tableLine);
    const start = ['31,390 (paper)', '31,000', '0.988×', 'within 3×', '2/2', '31,000', '0.10 %', '0.02',
      'vanishing at 0.8 per step'];
    expect(hit).toEqual(['hit', 'lstm-1997', ...start]);
    expect(miss!.slice(2, 7)).toEqual(['31,390 (paper)', '–', '–', 'MISSED 3×', '1/2']);
    expect(broken![0]).toBe('broken (0 of 2 trials ended: the page crashed)');
    expect(broken![5]).toBe('failed');
    expect(never![5]).toBe('not run');
    for (const line of [hit, miss, broken, never]) expect(line).toHaveLength(TABLE_HEADER.length);
  });

  it('draws success against length, curves and gradients', () => {
    expect(chartsOf(lengths)).toMatchObject([{
      id: 'length-success', values: [5, 20], series: [{ name: 'a cell', values: [1, 0.5] }],
    }]);
    const [curves, jacobian, error] = chartsOf(orders);
    expect(curves).toMatchObject({ values: [100, 200], log: true });
    expect(curves!.series).toEqual([{ name: 'hit', values: [0.5, 0.02] }, { name: 'miss', values: [0.5, 0.02] }]);
    expect(jacobian).toMatchObject({ values: [0, 1, 2], series: [{ name: 'hit', values: [1, 0.8, 0.64] }] });
    expect(error!.series[0]!.values).toEqual([1, 0.5, 0.25]);
  });

  it('maps success over noise and weight, the largest weight on top', () => {
    expect(heatMapOf(map)).toMatchObject({ columns: [0.1, 1], rows: [2, 1], shares: [[null, 0], [0.5, null]] });
    expect(heatMapOf(orders)).toBeUndefined();
  });
});

describe('the report as Markdown', () => {
  const markdown = markdownReport(report);

  it('names adapter, date and command, and shows misses in bold', () => {
    expect(markdown).toContain('Adapter: a \\<b\\>GPU\\</b\\>. Date: 2026-11-24. Command: `npm run lab -- reproduce` ' +
      '(small sizes). Training took 1 h 01 min.');
    expect(markdown).toContain('| Order | it is not so | 8 | **MISSED** |');
    expect(markdown).toContain('| **MISSED 3×** |');
    expect(markdown).toContain('length 5   ████████████████████ 2/2');
    expect(markdown).toContain('| w0 \\ noise s | 0.1 | 1 |\n| :-- | --: | --: |\n| 2 | – | 0.00 |\n| 1 | 0.50 | – |');
    expect(markdown).toContain('Some \\<b\\>words\\</b\\> & signs \\| in a\\_row.');
  });

  it('has tables whose lines are all as long as their head', () => {
    const cells = (line: string): number => line.replaceAll('\\|', '').split('|').length;
    const blocks = markdown.split('\n\n').filter((block) => block.startsWith('|'));
    expect(blocks.length).toBe(5);
    for (const block of blocks) expect(new Set(block.trim().split('\n').map(cells)).size).toBe(1);
  });
});

describe('the report as HTML', () => {
  const html = htmlReport(report);

  it('needs nothing beside itself', () => {
    expect(html).not.toMatch(/(src|href)="(?!#|data:)/);
    expect(html).not.toMatch(/@import|url\(|fetch\(/);
    expect(html).toContain('uPlot');
  });

  it('shows each part', () => {
    const words = text(html);
    expect(words).toContain('Order it is not so 8 MISSED');
    expect(words).toContain('hit lstm-1997 31,390 (paper) within 3× vanishing at 0.8 per step 31,000 0.988× 2/2');
    expect(words).toContain('7 of 11 experiments were run');
    expect(html).toContain('<div class="chart" id="length-success"></div>');
    expect(html.match(/<rect /g)).toHaveLength(4);
    expect(html).toContain('class="text wrong">MISSED 3×');
  });

  it('takes no text for HTML', () => {
    expect(html).toContain('a &lt;b&gt;GPU&lt;/b&gt;');
    expect(html).not.toContain('<b>words</b>');
    const hostile: Section = { ...PLAN[0]!, rows: [order('</script><script>alert(1)')] };
    const found = htmlReport(reportOf(file, [hostile], () => FOUND.get('hit')));
    expect(found).not.toContain('</script><script>alert');
  });
});

describe('the plan', () => {
  for (const full of [false, true]) {
    const rows = planOf(full).flatMap((section) => section.rows);
    const size = full ? 'in full' : 'at small sizes';

    it(`${size} has experiments that can be, each once, under names of their own`, () => {
      expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
      for (const { options } of rows) expect(() => prepareExperiment(options)).not.toThrow();
    });

    it(`${size} judges its claims by rows that it has`, () => {
      for (const { claims } of planOf(full)) {
        for (const { judge } of claims) {
          const names: string[] = [];
          judge((name) => void names.push(name));
          expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
          expect(names.length).toBeGreaterThan(0);
        }
      }
    });
  }

  it('holds its claims against figures as the issue has them', () => {
    const [latch] = planOf(false);
    const found = (share: (length: number) => number) => latch!.claims.map(({ judge }) => judge((name) => {
      const { options } = latch!.rows.find((planned) => planned.name === name)!;
      const successes = Math.round(18 * share(options.values!['length']!));
      return row(options, Array.from({ length: 18 }, (_, i) => trial(i + 1, i < successes ? 500 : null)));
    })?.holds);
    expect(found((length) => (length <= 10 ? 1 : 0))).toEqual([true, true]);
    expect(found((length) => (length <= 5 ? 1 : 0.5))).toEqual([false, false]);
  });
});

describe('a run of the plan', () => {
  const nothing = (): void => undefined;
  const quiet: View = { begin: nothing, progress: nothing, trial: nothing, end: nothing };
  const { signal } = new AbortController();
  const runOf = (
    host: ReturnType<typeof fakeHost>, more: { minutes?: number } = {}, kept: readonly LabRow[] = [],
  ) => {
    const store = new Store(undefined, () => null, kept);
    const lab = new Lab({ host, store, view: quiet, signal, prepare: prepareExperiment });
    const labels: string[] = [];
    const done = runPlan(lab, {
      plan: PLAN, ...more, between: async () => undefined,
      label({ name }, number, of) {
        labels.push(`${number}/${of} ${name}`);
        return name;
      },
    });
    return { done, labels, store };
  };

  it('runs all, and again nothing', async () => {
    const first = runOf(fakeHost());
    await first.done;
    expect(first.labels).toHaveLength(11);
    expect(first.labels[10]).toBe('11/11 1 2');
    const content = JSON.parse(JSON.stringify(fileOf(conditions, first.store.rows))) as unknown;
    expect(content).toMatchObject({ format: 1, full: false, adapter: 'a GPU', seconds: 110, date: '2026-11-24' });
    const host = fakeHost();
    const wanted = first.store.rows.map(({ settings }) => settings);
    await runOf(host, {}, takeRows('f', rowsOf('f', content), wanted)).done;
    expect(host.asked).toEqual([]);
  });

  it('stops what is under way when its time is over, and begins nothing more', async () => {
    const host = fakeHost(async (seeds, signal, ended) => {
      ended(seeds[0]!);
      while (!signal.aborted) await wait(1);
    });
    const { done, store } = runOf(host, { minutes: 0.05 / 60 });
    await done;
    expect(host.asked).toHaveLength(1);
    expect(store.rows).toMatchObject([{ interrupted: true, success: 1 }]);
  });

  it('keeps a file that is small, with the ends of its curves', () => {
    const curve = Array.from({ length: 200 }, (_, i) => [i, 1 / 3, 0] as const);
    const long = row(order('').options, [trial(1, 5, { curve }), trial(2, 5, { curve })]);
    for (const { curve: kept } of fileOf(conditions, [long]).rows[0]!.trialResults) {
      expect(kept).toHaveLength(40);
      expect(kept.at(-1)).toEqual([199, 0.3333, 0]);
    }
  });

  it('refuses a file that is something else', () => {
    for (const other of [null, [], { format: 2, rows: [] }, { format: 1 }]) {
      expect(() => rowsOf('f.json', other)).toThrow('f.json holds no results of reproduce: move it away');
    }
  });
});
