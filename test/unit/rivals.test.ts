import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../../src/random/counter-random.js';
import { stream } from '../../src/random/streams.js';
import { addition } from '../../src/tasks/addition.js';
import { adding } from '../../src/tasks/adding.js';
import { latch } from '../../src/tasks/latch.js';
import { parity } from '../../src/tasks/parity.js';
import type { RivalNet } from '../../src/tasks/rivals/rival-net.js';
import {
  backward, createNet, createTrace, eachUse, forward, initialWeights,
} from '../../src/tasks/rivals/rival-net.js';
import type { RivalProblem } from '../../src/tasks/rivals/index.js';
import { rivalNamed, rivals, runRival } from '../../src/tasks/rivals/index.js';
import type { Sequence, Task } from '../../src/tasks/task.js';
import { temporalOrder } from '../../src/tasks/temporal-order.js';
import { twoSequence } from '../../src/tasks/two-sequence.js';

const values = (task: Task, given: Record<string, number>) => ({
  ...Object.fromEntries(Object.entries(task.options).map(([name, option]) => [name, option.default])), ...given,
});

function problemOf(task: Task, given: Record<string, number>): RivalProblem {
  const all = values(task, given);
  return { problem: task.problem(all), setup: task.setup(all) };
}

/** A net, weights about 1 and a sequence of the task. */
function sample(rival: RivalProblem, seed: number) {
  const net = createNet(rival);
  const random = new CounterRandom(seed, stream.data);
  const weights = initialWeights(net, rival, random).map((w, i) => net.held[i] ? w : w + random.normal());
  const { timeSteps, outputs } = rival.problem;
  const sequence: Sequence = {
    length: 0, inputs: new Float64Array(timeSteps * net.inputs), targets: new Float64Array(timeSteps * outputs),
    weights: new Float64Array(timeSteps), legal: new Uint32Array(timeSteps),
  };
  rival.problem.draw(random, sequence, false);
  return { net, weights, sequence };
}

/** C with `by` added to one weight at one time step alone (time T: the output layer), written anew with plain loops. */
function costWith(net: RivalNet, weights: Float64Array, sequence: Sequence, weight: number, time: number, by: number) {
  const { inputs, units, outputs, at } = net;
  const w = (i: number, t: number) => weights[i] + (i === weight && t === time ? by : 0);
  let h = new Array<number>(units).fill(0);
  for (let t = 0; t < sequence.length; t++) {
    h = h.map((_, unit) => {
      let a = net.bias ? w(at.bias + unit, t) : 0;
      for (let i = 0; i < inputs; i++) a += w(unit * inputs + i, t) * sequence.inputs[t * inputs + i];
      for (let j = 0; j < units; j++) a += w(at.recurrent + unit * units + j, t) * h[j];
      return Math.tanh(a);
    });
  }
  let cost = 0;
  for (let k = 0; k < outputs; k++) {
    let y = h[k];
    if (net.layer) {
      y = net.outputBias ? w(at.last + k, sequence.length) : 0;
      for (let j = 0; j < units; j++) y += w(at.output + k * units + j, sequence.length) * h[j];
      if (net.sigmoid) y = 1 / (1 + Math.exp(-y));
    }
    cost += 0.5 * (y - sequence.targets[(sequence.length - 1) * outputs + k]) ** 2;
  }
  return cost;
}

/** Derivatives of one use by central differences. */
function differences(net: RivalNet, weights: Float64Array, sequence: Sequence, weight: number, time: number) {
  const step = 1e-3;
  const [low2, low, mid, high, high2] = [-2, -1, 0, 1, 2].map(
    (n) => costWith(net, weights, sequence, weight, time, n * step),
  );
  return {
    first: (low2 - 8 * low + 8 * high - high2) / (12 * step),
    second: (-low2 + 16 * low - 30 * mid + 16 * high - high2) / (12 * step * step),
  };
}

function uses(net: RivalNet, weights: Float64Array, sequence: Sequence) {
  const trace = createTrace(net, sequence.length);
  forward(net, weights, sequence, trace);
  backward(net, weights, sequence, trace);
  const all: { weight: number; first: number; second: number; time: number }[] = [];
  eachUse(net, sequence, trace, (weight, first, second, time) => all.push({ weight, first, second, time }));
  return all;
}

const nets: readonly [string, RivalProblem][] = [
  ['latch', problemOf(latch, { length: 7, noise: 0.5 })],
  ['parity', problemOf(parity, { length: 7, noise: 0.2 })],
  ['two-sequence', problemOf(twoSequence, { length: 8 })],
];

describe('derivatives of the rivals\' net', () => {
  it.each(nets)('%s: ∂C/∂w_it agrees with differences for every use of every weight', (_, rival) => {
    for (const seed of [1, 2, 3]) {
      const { net, weights, sequence } = sample(rival, seed);
      const all = uses(net, weights, sequence);
      expect(all.length).toBeGreaterThan(sequence.length);
      for (const use of all) {
        const expected = differences(net, weights, sequence, use.weight, use.time).first;
        expect(Math.abs(use.first - expected), `seed ${seed}, weight ${use.weight}, t ${use.time}`).toBeLessThan(1e-8);
      }
    }
  });

  it('∂²C/∂w_it² agrees with differences at all times with one unit', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { net, weights, sequence } = sample(nets[0][1], seed);
      for (const use of uses(net, weights, sequence)) {
        const expected = differences(net, weights, sequence, use.weight, use.time).second;
        expect(Math.abs(use.second - expected), `seed ${seed}, weight ${use.weight}, t ${use.time}`).toBeLessThan(1e-6);
      }
    }
  });

  it('∂²C/∂w_it² agrees with differences at the last step with many units, where nothing is left out', () => {
    let largest = 0;
    for (const seed of [1, 2, 3, 4]) {
      const { net, weights, sequence } = sample(nets[1][1], seed);
      const last = uses(net, weights, sequence).filter((use) => use.time >= sequence.length - 1);
      largest = Math.max(largest, ...last.map((use) => Math.abs(use.second)));
      for (const use of last) {
        const expected = differences(net, weights, sequence, use.weight, use.time).second;
        expect(Math.abs(use.second - expected), `seed ${seed}, weight ${use.weight}, t ${use.time}`).toBeLessThan(1e-6);
      }
    }
    expect(largest).toBeGreaterThan(0.01);
  });

  it('the weight of the noise is held', () => {
    const { net, weights, sequence } = sample(nets[0][1], 1);
    expect([...net.held]).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
    expect(weights[6]).toBe(1);
    expect(uses(net, weights, sequence).some((use) => use.weight === 6)).toBe(false);
  });
});

describe('rivals', () => {
  it('there are seven, each with a name of its own and a source', () => {
    expect(rivals.map((rival) => rival.name)).toEqual([
      'back-propagation', 'pseudo-newton', 'time-weighted-pseudo-newton', 'simulated-annealing', 'multi-grid',
      'discrete-error', 'random-guessing',
    ]);
    for (const rival of rivals) expect(rival.source).toMatch(/(19|20)\d\d/);
  });

  it.each(rivals.map((rival) => rival.name))('%s solves latch at T = 5 without noise', (name) => {
    for (const trial of runRival(name, latch, { length: 5, noise: 0 }, [1, 2, 3], 20_000)) {
      expect(trial.success, `seed ${trial.seed}`).toBe(true);
      expect(trial.testWrong, `seed ${trial.seed}`).toBeLessThanOrEqual(0.01);
      expect(trial.sequences).toBeGreaterThanOrEqual(20);
    }
  });

  it.each(rivals.map((rival) => rival.name))('%s gives the same with the same seed, and else another', (name) => {
    // Under the interval of attempts, so that all weights still differ.
    const run = (seed: number) => rivalNamed(name).run(problemOf(parity, { length: 6 }), { seed, limit: 400 });
    expect(run(3)).toEqual(run(3));
    expect(run(3).testWrong).not.toBe(run(4).testWrong);
  });

  it('each trial of many is as it is alone, in the order of the seeds', () => {
    const seen: number[] = [];
    const many = runRival('multi-grid', latch, { length: 5 }, [4, 2], 20_000, (trial) => seen.push(trial.seed));
    expect(seen).toEqual([4, 2]);
    expect(many[1]).toEqual(runRival('multi-grid', latch, { length: 5 }, [2], 20_000)[0]);
  });

  it('random guessing solves latch within a few guesses at any length, where back-propagation fails at 60', () => {
    const seeds = [1, 2, 3, 4, 5];
    const guessed = runRival('random-guessing', latch, { length: 60 }, seeds, 20_000);
    expect(guessed.map((trial) => trial.success)).toEqual([true, true, true, true, true]);
    expect(Math.max(...guessed.map((trial) => trial.points!))).toBeLessThan(60);
    const trained = runRival('back-propagation', latch, { length: 60 }, seeds, 3000);
    expect(trained.filter((trial) => trial.success).length).toBeLessThan(3);
  });

  it('time-weighted pseudo-Newton learns latch at T = 40, where back-propagation does not', () => {
    const seeds = [1, 2, 3];
    const newton = runRival('time-weighted-pseudo-newton', latch, { length: 40 }, seeds, 20_000);
    expect(newton.every((trial) => trial.success)).toBe(true);
    const plain = runRival('back-propagation', latch, { length: 40 }, seeds, 5000);
    expect(plain.some((trial) => trial.success)).toBe(false);
  });

  it('random guessing of a net with two units solves parity, as fast at T = 50 as at T = 10', () => {
    const guess = (length: number) => runRival('random-guessing', parity, { length }, [5], 100_000, undefined, 2)[0];
    expect(guess(10).success).toBe(true);
    expect(guess(50).success).toBe(true);
    expect(guess(50).points! / guess(10).points!).toBeCloseTo(1, 1);
  });

  it('simulated annealing solves parity at T = 3 with two units', () => {
    const trials = runRival('simulated-annealing', parity, { length: 3 }, [1, 2, 3], 100_000, undefined, 2);
    expect(trials.some((trial) => trial.success)).toBe(true);
  });

  it('trials that fail have presented the limit, or up to a set more, and say how wrong they are', () => {
    for (const { name } of rivals) {
      const [trial] = runRival(name, parity, { length: 25 }, [1], 500);
      expect(trial.success, name).toBe(false);
      expect(trial.sequences, name).toBeGreaterThanOrEqual(500);
      expect(trial.sequences, name).toBeLessThan(520);
      expect(trial.testWrong, name).toBeGreaterThan(0.3);
    }
  });
});

describe('what the rivals refuse', () => {
  const run = (task: Task, given: Record<string, number>, name = 'back-propagation', limit = 100) =>
    runRival(name, task, given, [1], limit);

  it('tasks that they are not defined for, with the reason', () => {
    expect(() => run(temporalOrder, {})).toThrow(/^inputs are tokens: the rivals of Bengio et al\. \(1994\) are for/);
    expect(() => run(addition, {})).toThrow(/^an update is of 20 sequences: .* for an update a sequence; take latch/);
    expect(() => run(adding, {})).toThrow(/^the cell is lstm-1997: .*; take latch or parity$/);
    const late: Task = {
      ...latch,
      problem: (all) => {
        const problem = latch.problem(all);
        return {
          ...problem,
          draw: (random, sequence, testing) => {
            problem.draw(random, sequence, testing);
            sequence.weights[1] = 1;
          },
        };
      },
    };
    expect(() => run(late, { length: 5 })).toThrow(/^there is a target at time step 2 of 5: /);
    const linear: Task = {
      ...latch, setup: (all) => ({ ...latch.setup(all), output: { bias: true } }),
    };
    expect(() => run(linear, {}, 'discrete-error')).toThrow(/^the outputs are linear: discrete error propagation is/);
  });

  it('numbers of units that cannot be', () => {
    const units = (task: Task, count: number) => () => runRival('multi-grid', task, {}, [1], 10, undefined, count);
    expect(units(parity, 0)).toThrow('units is 0: give a whole number from 1');
    expect(units(latch, 2)).toThrow(/^there are 2 units for 1 outputs: .* a unit an output there; take latch/);
  });

  it('a name that there is not, and a limit that cannot be', () => {
    expect(() => run(latch, {}, 'annealing')).toThrow(/^rival is annealing: use back-propagation, pseudo-newton, /);
    expect(() => run(latch, {}, 'random-guessing', 0)).toThrow('limit is 0: give a whole number of sequences');
  });
});
