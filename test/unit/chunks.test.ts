import { describe, expect, test } from 'vitest';
import { transpose } from '../../src/kernels/transpose.js';
import { embedding, linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { chunks } from '../../src/schedule/chunks.js';
import type { Program } from '../../src/schedule/program.js';
import { strategies } from '../support/kernel-case.js';
import { programMatrix, runShape, training } from '../support/programs.js';

const kernel = transpose({ rows: 4, columns: 4, trials: 1, strideIn: 64, strideOut: 64 });

/** A program of dispatches with this much work each. */
const programOf = (flops: readonly number[]): Program => ({
  name: 'test', trials: 1, buffers: [],
  dispatches: flops.map((work, i) => ({
    label: `${i}`, kernel: { ...kernel, cost: { bytes: 0, flops: work } }, views: {},
  })),
});

describe('a program is cut where a submit would hold too much', () => {
  const cases: [number[], number, number[]][] = [
    [[3, 3, 3], 9, [3]],
    [[3, 3, 3], 8, [2, 3]],
    [[3, 3, 3, 10, 1, 1], 6, [2, 3, 4, 6]],
    [[10, 1, 1], 6, [1, 3]], // too much alone is a chunk alone
    [[1, 1, 10], 6, [2, 3]],
    [[0, 0, 0], 1, [3]],
    [[7], 1, [1]],
    [[2, 2, 2], 1, [1, 2, 3]],
  ];
  for (const [flops, limit, ends] of cases) {
    test(`[${flops}] at most ${limit}: ends [${ends}]`, () => expect(chunks(programOf(flops), limit)).toEqual(ends));
  }

  test('whatever the work: all of it, in order, none empty, none too large but for one dispatch (seeds 0–99)', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = new CounterRandom(seed, 0);
      const flops = Array.from({ length: 1 + random.integer(30) }, () => random.integer(20));
      const limit = 1 + random.integer(40);
      let from = 0;
      for (const to of chunks(programOf(flops), limit)) {
        expect(to, `seed ${seed}`).toBeGreaterThan(from);
        const work = flops.slice(from, to).reduce((a, b) => a + b, 0);
        if (to - from > 1) expect(work, `seed ${seed}`).toBeLessThanOrEqual(limit);
        from = to;
      }
      expect(from, `seed ${seed}`).toBe(flops.length);
    }
  });
});

describe('one submit a step', () => {
  test('is what every program of the tests has by default', () => {
    const { software } = strategies('step');
    for (const program of programMatrix()) {
      expect(chunks(program, software.submitFlops), program.name).toEqual([program.dispatches.length]);
    }
  });

  test('is what the model of the benchmark\'s size S has, and a large one has more', () => {
    const s = sequential([oneHot(65), lstm(128), linear(65)]);
    const large = sequential([embedding(65, 512), lstm(1024, { layers: 3 }), linear(65)]);
    for (const strategy of Object.values(strategies('step'))) {
      const ends = (model: typeof s) =>
        chunks(training(runShape(model, { timeSteps: 64, batch: 32, strategy })), strategy.submitFlops);
      expect(ends(s)).toHaveLength(1);
      expect(ends(large).length).toBeGreaterThan(1);
    }
  });
});
