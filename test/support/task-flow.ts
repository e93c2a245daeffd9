// How gradients flow and how open gates are, on the GPU and in float64.
import { expect } from 'vitest';
import { gateLanes } from '../../src/lab/gradient-flow.js';
import { recurrentWidth, type RecurrentDescription } from '../../src/model/recurrent.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import type { TaskEngine } from '../../src/tasks/engine.js';
import { expectClose } from './close.js';
import { modelOf, type TaskCase, testBlock } from './task-cases.js';

export function vectorsOf(row: TaskCase): Float32Array<ArrayBuffer> {
  const layer = modelOf(row).layers.find((each): each is RecurrentDescription => each.kind === 'recurrent')!;
  const random = new CounterRandom(5, 0);
  return Float32Array.from({ length: (row.testBatch ?? 2) * recurrentWidth(layer) }, () => random.normal());
}

export async function compareFlow(gpu: TaskEngine, reference: TaskEngine, row: TaskCase): Promise<void> {
  const block = testBlock(row, 1);
  const vectors = vectorsOf(row);
  const [actual, expected] = [await gpu.flow(block, vectors), await reference.flow(block, vectors)];
  if (row.driver === 'wavefront') {
    expect(actual).toBeUndefined();
    return;
  }
  expect([...actual!.rows]).toEqual([...expected!.rows]);
  expect(expected!.jacobian[0]).toBeGreaterThan(0);
  for (const name of ['error', 'jacobian'] as const) {
    expectClose(actual![name], expected![name], { what: `${name} by lag`, pass: 'backward' });
  }
  expect(actual!.gates.length).toBe(expected!.gates.length);
  for (const { gate, lane } of actual!.gates.length === 0 ? [] : gateLanes(modelOf(row))) {
    const [[sum, ...counts], [expectedSum, ...expectedCounts]] = [actual!.gates[lane]!, expected!.gates[lane]!];
    expectClose([sum!], [expectedSum!], { what: `${gate} gate`, pass: 'backward' });
    expect(counts, `${gate} gate`).toEqual(expectedCounts);
  }
}
