import { describe, expect, test } from 'vitest';
import type { AdapterDescription } from '../../src/gpu/device.js';
import { embedding, linear, lstm, type Model, sequential } from '../../src/model/description.js';
import { recurrent } from '../../src/model/recurrent.js';
import { candidates } from '../../src/schedule/candidates.js';
import { heldHere, holds, largestHeld } from '../../src/schedule/held.js';
import { chooseStrategy, type Workload } from '../../src/schedule/tiles.js';
import { runShape, training } from '../support/programs.js';

const gpu: AdapterDescription = { name: 'a GPU', vendor: '', architecture: '', software: false, f16: true };
const of = (cell: string, units: number, layers = 1): Model =>
  sequential([embedding(5, 3), recurrent(cell, units, { layers }), linear(5)]);
const workload = (model: Model, precision?: 'f16'): Workload =>
  ({ model, timeSteps: 4, batch: 3, ...(precision ? { precision } : {}) });

describe('recurrent weights are held in workgroup memory', () => {
  test('on a GPU, where those of every layer fit: 16·H² bytes of an LSTM, half of it as float16', () => {
    const heldAt = (units: number, workgroupMemory?: number) => chooseStrategy(
      { ...gpu, ...(workgroupMemory ? { workgroupMemory } : {}) }, workload(of('lstm', units))).recurrence.held;
    expect([heldAt(32), heldAt(33), heldAt(45, 32_768), heldAt(46, 32_768), heldAt(64, 65_536)])
      .toEqual(['f32', undefined, 'f32', undefined, 'f32']);
    expect([largestHeld(of('lstm', 64), 'f32'), largestHeld(of('lstm', 64), 'f16')]).toEqual([65_536, 32_768]);
    const mixed = sequential([embedding(5, 3), lstm(8), lstm(200), lstm(8), linear(5)]);
    expect(holds(gpu, mixed, 'f32')).toBe(false);
  });

  test('of a cell with several products all, and of one without none', () => {
    expect(largestHeld(of('gru-before', 8), 'f32')).toBe(4 * (8 * 16 + 8 * 8));
    expect(holds(gpu, of('min-gru', 8), 'f32')).toBe(false);
  });

  test('by the sequence driver, both ways, and by nothing else', () => {
    for (const driver of ['step', 'sequence'] as const) {
      const model = of('lstm', 9);
      const { dispatches } = training(runShape(model, { strategy: chooseStrategy(gpu, workload(model), driver) }));
      const bytes = dispatches.filter(({ kernel }) => kernel.workgroupMemory !== undefined)
        .map(({ kernel }) => [kernel.file, kernel.workgroupMemory]);
      expect(bytes).toEqual(driver === 'step' ? [] : [
        ['recurrence/sequence.wgsl', 16 * 81], ['recurrence/sequence_backward.wgsl', 16 * 81],
      ]);
    }
  });

  test('or not, where that is measured to be faster; float16 always', () => {
    const names = (adapter: AdapterDescription, precision?: 'f16') => {
      const task = workload(of('lstm', 9), precision);
      return candidates(chooseStrategy(adapter, task), task, adapter, { fixed: true }).flat();
    };
    const software = { ...gpu, software: true };
    const weights = (adapter: AdapterDescription) =>
      names(adapter).map(({ name }) => name).filter((name) => name.startsWith('recurrent weights'));
    expect(weights(gpu)).toEqual(['recurrent weights streamed']);
    expect(weights({ ...software, name: 'llvmpipe', subgroup: 8 })).toEqual(['recurrent weights held']);
    expect(weights(software)).toEqual([]);
    const tiles = names(software, 'f16').flatMap(({ change }) => change.recurrence ?? []);
    expect(tiles.length).toBeGreaterThan(2);
    expect(new Set(tiles.map(({ held }) => held))).toEqual(new Set(['f16']));
  });

  test('of a checkpoint only where this adapter can; float32 sums are the same without', () => {
    const tile = { rows: 2, quad: false, width: 64, held: 'f32' } as const;
    const { held, ...streamed } = tile;
    expect(heldHere(gpu, of('lstm', 9), tile)).toEqual({ ...streamed, held });
    expect(heldHere(gpu, of('lstm', 99), tile)).toEqual(streamed);
  });
});

describe('precision f16', () => {
  test('is the sequence driver\'s, on any kind of adapter that has it', () => {
    const software = { ...gpu, software: true };
    for (const adapter of [gpu, software, { ...software, name: 'llvmpipe', subgroup: 8 }]) {
      const { driver, recurrence } = chooseStrategy(adapter, workload(of('lstm', 45), 'f16'));
      expect({ driver, held: recurrence.held }).toEqual({ driver: 'sequence', held: 'f16' });
    }
  });

  test('is refused with what to do', () => {
    const { f16: _, ...without } = gpu;
    const or = ', or leave precision out (f32)';
    const choose = (adapter: AdapterDescription, model: Model, driver?: 'step') =>
      () => chooseStrategy(adapter, workload(model, 'f16'), driver);
    expect(choose(without, of('lstm', 9))).toThrow(
      `precision "f16" needs shader-f16, which a GPU lacks: use another adapter${or}`);
    expect(choose(gpu, of('lstm', 9), 'step')).toThrow('precision "f16" is of the driver "sequence", which holds ' +
      `recurrent weights, not of "step": use that driver${or}`);
    expect(choose(gpu, of('min-gru', 9))).toThrow(
      `precision "f16" is that of recurrent weights, and the model has none: use another cell${or}`);
    expect(choose({ ...gpu, workgroupMemory: 20_000 }, of('lstm', 64))).toThrow('precision "f16" needs 32768 bytes ' +
      `for a layer's recurrent weights and a workgroup on a GPU holds 20000: use fewer units${or}`);
  });
});
