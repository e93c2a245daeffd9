import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../scripts/lib/lab/engine.js';
import { markdownReport } from '../../scripts/lib/lab/markdown.js';
import { planOf } from '../../scripts/lib/lab/plan.js';
import { type ReproduceFile, reportOf } from '../../scripts/lib/lab/report.js';
import { same, settingsOf } from '../../scripts/lib/lab/row.js';
import { root } from '../../scripts/lib/state.mjs';

const committed = (name: string): string => readFileSync(join(root, 'lab/results', name), 'utf8');

describe('the committed report', () => {
  const file = JSON.parse(committed('reproduce.json')) as ReproduceFile;
  const plan = planOf(false);

  it('is of today\'s plan, and follows from its JSON', async () => {
    const settings = new Map(await Promise.all(plan.flatMap(({ rows }) => rows)
      .map(async ({ name, options }) => [name, settingsOf(await prepare(options))] as const)));
    const report = reportOf(file, plan, ({ name }) => file.rows.find((row) => same(row.settings, settings.get(name)!)));
    expect(file.rows, 'every experiment of the plan').toHaveLength(settings.size);
    expect(report.sections.flatMap(({ entries }) => entries).filter(({ row }) => !row)).toEqual([]);
    expect(markdownReport(report)).toBe(committed('reproduce.md'));
  });

  it('names the adapter, and every trial\'s outcome', () => {
    expect(file.adapter).toMatch(/\w/);
    for (const { trials, trialResults, task } of file.rows) expect(trialResults, task).toHaveLength(trials);
  });
});
