import { describe, expect, test } from 'vitest';
import { embedding, linear, lstm, sequential } from '../../src/model/description.js';
import { segmentLength } from '../../src/model/segment-length.js';
import { chunks } from '../../src/schedule/chunks.js';
import { explain } from '../../src/schedule/explain.js';
import { place } from '../../src/schedule/place.js';
import type { Program } from '../../src/schedule/program.js';
import { strategies } from '../support/kernel-case.js';
import { evaluation, runShape, training } from '../support/programs.js';

const model = sequential([embedding(65, 16), lstm(64, { layers: 2, dropout: 0.2 }), linear(65)]);
const strategy = strategies('sequence', 8).software;
const run = (timeSteps: number, recompute?: number, trials = 1) =>
  runShape(model, { timeSteps, recompute, trials, batch: 8, strategy });

const programs = (timeSteps: number, recompute?: number): Program[] =>
  [training(run(timeSteps, recompute)), evaluation(run(timeSteps, recompute))];
const bytes = (all: readonly Program[]): number => [...place(all).bytes.values()].reduce((a, b) => a + b, 0);

/** Memory that goes with the window: parameters, optimiser and text are there at any length. */
const activations = (timeSteps: number, recompute?: number): number =>
  bytes(programs(timeSteps, recompute)) - bytes(programs(1));

const kernels = ({ dispatches }: Program): Set<string> =>
  new Set(dispatches.map(({ kernel }) => kernel.file + JSON.stringify(kernel.defines)));

describe('a training step in segments', () => {
  test('takes memory with the root of time, where the whole window takes it with time', () => {
    const [short, long] = [64, 1024].map((T) => activations(T, segmentLength(T)));
    expect(long! / short!).toBeLessThan(4.2); // √16 and what lies at the boundaries
    expect(activations(1024) / activations(64)).toBeGreaterThan(15);
    expect(long!).toBeLessThan(activations(1024) / 10);
  });

  test('compiles as much as one segment: 32 have no more pipelines than 2', () => {
    const [two, many] = [training(run(64, 32)), training(run(1024, 32))];
    const rename = (all: Set<string>, T: number): string[] =>
      [...all].map((key) => key.replace(`"TOTAL":${8 * T}`, '"TOTAL"')).sort();
    expect(rename(kernels(many), 1024)).toEqual(rename(kernels(two), 64));
    expect(kernels(many).size).toBeLessThan(kernels(training(run(1024))).size + 8);
  });

  test('binds mostly what another segment has bound: their scratch lies in the same places', () => {
    const program = training(run(1024, 32));
    const { home } = place([program]);
    const groups = new Set(program.dispatches.map(({ kernel, views }) => kernel.file + JSON.stringify(kernel.defines) +
      JSON.stringify(Object.values(views).map((view) => ({ ...view, buffer: home.get(view.buffer) })))));
    // A segment's own: its control records (window, two dropouts, carry), the states at its ends.
    expect(groups.size).toBeLessThan(32 * 8 + 60);
    expect(program.dispatches.length).toBeGreaterThan(32 * 30);
  });

  test('does the work of the window in one go, and all but the last segment\'s forward pass once more', () => {
    const flops = (program: Program): number =>
      program.dispatches.reduce((sum, { kernel }) => sum + kernel.cost.flops, 0);
    const ratio = flops(training(run(256, 16))) / flops(training(run(256)));
    expect(ratio).toBeGreaterThan(1.2);
    expect(ratio).toBeLessThan(1.35);
  });

  test('prints a row for what all segments do, and is cut into submits like any other', () => {
    const program = training(run(256, 16));
    const rows = explain(program);
    expect(rows.find(({ label }) => label === 'window')!.count).toBe(2 * 16 - 1);
    expect(rows.find(({ label }) => label === 'add gradient')!.count).toBe(15);
    expect(rows.length).toBeLessThan(50);
    expect(chunks(program, 1e8).length).toBeGreaterThan(1);
  });

  test('of a model without states has none to keep', () => {
    const plain = sequential([embedding(65, 16), linear(65)]);
    const { dispatches } = training(runShape(plain, { timeSteps: 8, recompute: 4 }));
    expect(dispatches.filter(({ kernel }) => kernel.file === 'carry.wgsl')).toEqual([]);
    expect(dispatches.filter(({ label }) => label === 'cross entropy')).toHaveLength(2);
  });
});
