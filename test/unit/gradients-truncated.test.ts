// The truncated gradient of Hochreiter & Schmidhuber 1997, which finite differences of the loss cannot see: what the
// gates hear of the time before counts as a constant. Here it does so by construction: a second forward pass, written
// from the paper's equations, hears values that were noted down in a first one.
import { describe, expect, test } from 'vitest';
import { input } from '../../src/model/description.js';
import type { NamedStates } from '../../src/model/network.js';
import { recurrent } from '../../src/model/recurrent.js';
import { difference, expectClose, lossOf, type Pair, type Problem, randomProblem } from '../support/differences.js';

const TIME = 4;
const BATCH = 2;
const UNITS = 3;
const WIDTH = 2;

const sigma = (x: number): number => 1 / (1 + Math.exp(-x));

/** What the gates hear, by layer, time, row and state: hidden …, input gate, output gate, each [UNITS]. */
type Heard = number[][][][][];

interface Run { outputs: Float64Array; states: NamedStates<Float64Array>; heard: Heard }

/** All layers over the window; with `frozen`, the gates hear what it says. */
function paper({ values, input: { inputs, states } }: Problem, layers: number, size: number, frozen?: Heard): Run {
  const hiddenNames = Array.from({ length: size }, (_, j) => (j === 0 ? 'hidden' : `hidden${j}`));
  const cellNames = Array.from({ length: size }, (_, j) => (j === 0 ? 'cell' : `cell${j}`));
  const sourceNames = [...hiddenNames, 'input_gate', 'output_gate'];
  const final = Object.fromEntries([...sourceNames, ...cellNames]
    .map((name) => [`1.${name}`, Float64Array.from(states[`1.${name}`]!)]));
  const heard: Heard = [];
  let x = Array.from({ length: TIME }, (_, t) => Array.from({ length: BATCH }, (_, b) =>
    Array.from({ length: WIDTH }, (_, i) => inputs[(t * BATCH + b) * WIDTH + i]!)));
  for (let l = 0; l < layers; l++) {
    const weight = (name: string) => values.get(`1.${name}_l${l}`)!;
    const at = (b: number, u: number): number => (l * BATCH + b) * UNITS + u;
    heard.push([]);
    x = x.map((rows, t) => {
      const sources = frozen?.[l]![t] ?? rows.map((_, b) => sourceNames.map((name) =>
        Array.from({ length: UNITS }, (_, u) => final[`1.${name}`]![at(b, u)]!)));
      heard[l]!.push(sources);
      return rows.map((row, b) => {
        const z = (block: number, u: number): number => {
          const r = block * UNITS + u;
          let sum = weight('bias_ih')[r]!;
          row.forEach((value, i) => { sum += weight('weight_ih')[r * row.length + i]! * value; });
          sourceNames.forEach((name, s) => {
            const matrix = weight(name === 'hidden' ? 'weight_hh' : `weight_${name}`);
            for (let v = 0; v < UNITS; v++) sum += matrix[r * UNITS + v]! * sources[b]![s]![v]!;
          });
          return sum;
        };
        const out = new Array<number>(size * UNITS);
        for (let u = 0; u < UNITS; u++) {
          const [i, o] = [sigma(z(0, u)), sigma(z(1, u))];
          final['1.input_gate']![at(b, u)] = i;
          final['1.output_gate']![at(b, u)] = o;
          for (let j = 0; j < size; j++) {
            const c = final[`1.${cellNames[j]}`]![at(b, u)]! + i * (4 * sigma(z(2 + j, u)) - 2);
            final[`1.${cellNames[j]}`]![at(b, u)] = c;
            final[`1.${hiddenNames[j]}`]![at(b, u)] = out[j * UNITS + u] = o * (2 * sigma(c) - 1);
          }
        }
        return out;
      });
    });
  }
  return { outputs: Float64Array.from(x.flat(2)), states: final, heard };
}

const problemOf = (layers: number, size: number, truncated: boolean, seed: number): Promise<Problem> =>
  randomProblem([input(WIDTH), recurrent('lstm-1997', UNITS, { layers, size, truncated })], seed, { timeSteps: TIME });

describe('the truncated gradient of the LSTM of 1997', () => {
  for (const [layers, size] of [[1, 1], [1, 2], [2, 1], [2, 3]] as const) {
    const seed = 100 * layers + size;
    test(`is that of a net that hears constants: ${layers} × ${UNITS} blocks of ${size} (seed ${seed})`, async () => {
      const problem = await problemOf(layers, size, true, seed);
      const { network, values, input: given } = problem;
      const gradients = await network.gradients(given);
      const { heard, ...result } = paper(problem, layers, size);
      result.outputs.forEach((value, e) => expect(gradients.outputs[e]).toBeCloseTo(value, 13));
      const { magnitude } = lossOf(result, given);
      const loss = async (): Promise<number> => lossOf(paper(problem, layers, size, heard), given).loss;
      const pairs: Pair[] = [];
      const check = async (name: string, array: Float64Array, gradient: ArrayLike<number>) => {
        for (let e = 0; e < array.length; e++) {
          pairs.push({ name: `${name}[${e}]`, analytic: gradient[e]!, numeric: await difference(array, e, loss) });
        }
      };
      for (const [name, array] of values) await check(name, array, gradients.parameterGradients.get(name)!);
      await check('inputs', given.inputs, gradients.inputGradient!);
      for (const [name, array] of Object.entries(given.states)) {
        await check(name, array, gradients.stateGradients[name]!);
      }
      expectClose(pairs, magnitude);
    });
  }

  test('leaves nothing for the states that gates hear before the window, and all for the cells (seed 7)', async () => {
    const { network, input: given } = await problemOf(1, 2, true, 7);
    const { stateGradients } = await network.gradients(given);
    for (const [name, gradient] of Object.entries(stateGradients)) {
      const carries = name.startsWith('1.cell');
      expect(gradient.every((g) => (g !== 0) === carries), name).toBe(true);
    }
  });

  test('is another than the full one, of the same outputs (seed 8)', async () => {
    const [full, truncated] = await Promise.all([false, true].map((cut) => problemOf(1, 1, cut, 8)));
    const [a, b] = [await full!.network.gradients(full!.input), await truncated!.network.gradients(truncated!.input)];
    expect(b.outputs).toEqual(a.outputs);
    expect(b.parameterGradients).not.toEqual(a.parameterGradients);
  });
});
