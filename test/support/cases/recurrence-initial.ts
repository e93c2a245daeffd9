// What is done to the initial states alone: the mask of recurrent dropout before the first step, and their gradient
// after the last step back.
import { initialBackward } from '../../../src/kernels/initial-backward.js';
import { initialDropout } from '../../../src/kernels/initial-dropout.js';
import { type Masks, type RecurrenceTile } from '../../../src/kernels/recurrence.js';
import { backProducts, directStates } from '../../../src/kernels/recurrence-backward.js';
import { pad4 } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { matmul } from '../../../src/reference/matmul.js';
import { recurrentDropoutMask } from '../../../src/reference/recurrent-dropout.js';
import { double, type Floats, poisoned, randomRows, trialOf, trialsOf } from '../arrays.js';
import { expectClose, expectEqualBits } from '../close.js';
import { controls, type KernelCase, strategies } from '../kernel-case.js';
import { nameOf, problem, type RecurrenceRow, shapeOf, turnedWeights } from './recurrence.js';

const rowOf = (
  cell: string, units: number, batch: number, tile: RecurrenceTile, rest: Partial<RecurrenceRow> = {},
): RecurrenceRow => ({
  cell, options: {}, units, batch, timeSteps: 3, tile, trials: 3, immediates: true, reverse: false, final: true,
  scale: 2, ...rest,
});

const MASKS: Masks = { layer: 66, recurrentDropout: 0.4, zoneout: { hidden: 0, cell: 0 }, training: true };
const STEP = 7;

function dropoutCase(row: RecurrenceRow, seed: number): KernelCase {
  const { timeSteps, trials, reverse, units } = row;
  const strides = shapeOf(row, MASKS);
  const { slot, history, block, cell } = strides;
  const kernel = initialDropout(strides.shape);
  return {
    name: `initial dropout ${nameOf(row)}: equal bits`,
    kernel,
    prepare() {
      const { states, gates, weights } = problem(row, strides, seed);
      const all = poisoned(states.length + block); // the dropped state after the others
      all.set(states);
      const control = controls(Array.from({ length: trials }, (_, n) => ({ seed: seed + n, step: STEP })));
      return {
        arrays: Object.fromEntries(Object.entries({ gates, states: all, weights0: weights, control })
          .filter(([name]) => name in kernel.bindings)),
        check(written) {
          for (let n = 0; n < trials; n++) {
            const at = n * history + (reverse ? timeSteps * slot : 0);
            const mask = recurrentDropoutMask(0.4, slot, { seed: seed + n, step: STEP, layer: MASKS.layer });
            const expected = Float32Array.from(mask, (m, e) => (e % pad4(units) < units ? m * states[at + e]! : 0));
            const dropped = (written['states'] as Floats)
              .subarray(cell.states.length * block + at, cell.states.length * block + at + slot)
              .map((x, e) => (e % pad4(units) < units ? x : 0));
            expectEqualBits(dropped, expected, `trial ${n} (seed ${seed + n})`);
          }
        },
      };
    },
  };
}

/** ∂L/∂(initial state) = what came directly, where it has that way, + dZ of the first step·Rᵀ where it is a source. */
function backwardCase(row: RecurrenceRow, seed: number): KernelCase {
  const { units, batch, timeSteps, trials, reverse } = row;
  const strides = shapeOf(row);
  const { back, slot, cell, source, weights } = strides;
  const columns = units * cell.lanes;
  const carried = problem(row, strides, seed).final.length;
  const kernel = initialBackward(back);
  return {
    name: `initial state gradient ${nameOf(row)}`,
    kernel,
    prepare() {
      const p = problem(row, strides, seed);
      const random = new CounterRandom(seed, 1);
      const gates = trialsOf(trials, strides.gates, () => randomRows(random, timeSteps * batch, columns));
      const given = new Float32Array(carried * back.strideCarry);
      p.final.forEach((all, s) => given.set(all, s * back.strideCarry));
      const direct = directStates(strides.shape);
      return {
        arrays: {
          gates, d_output: p.outputs, states: p.states, d_states: given,
          ...(backProducts(cell, 0).length > 0 ? { transposed: turnedWeights(row, strides, p) } : {}),
        },
        check({ d_states }) {
          for (let n = 0; n < trials; n++) {
            const first = (reverse ? timeSteps - 1 : 0) * batch * pad4(columns);
            const dz = double(trialOf(gates, n, strides.gates).subarray(first, first + batch * pad4(columns)));
            p.final.forEach((all, s) => {
              const expected = double(trialOf(all, n, slot)).map((x) => (direct[s] ? x : 0));
              backProducts(cell, 0).forEach((product, k) => {
                if (product.source !== s) return;
                const matrix = double(trialOf(p.weights, n, weights).subarray(k * source, (k + 1) * source));
                matmul(dz, matrix, expected, {
                  rows: batch, columns: units, inner: columns, pitchA: pad4(columns), pitchB: pad4(columns),
                  pitchC: pad4(units), transposeB: true, accumulate: true,
                });
              });
              const at = s * back.strideCarry + n * slot;
              expectClose((d_states as Floats).subarray(at, at + slot), expected,
                { what: `${cell.states[s]!.name} of trial ${n}`, seed, pass: 'backward' });
            });
          }
        },
      };
    },
  };
}

const { software, hardware } = strategies('step', 5);
const [quad, single] = [software.recurrence, hardware.recurrence];

export const initialCases: KernelCase[] = [
  dropoutCase(rowOf('lstm', 17, 5, single), 1), dropoutCase(rowOf('rnn', 3, 9, quad, { reverse: true }), 2),
  backwardCase(rowOf('lstm', 17, 5, single), 3), backwardCase(rowOf('gru', 5, 9, quad, { reverse: true }), 4),
  backwardCase(rowOf('lstm-1997', 3, 2, single, { options: { size: 3 }, trials: 1 }), 5),
];
