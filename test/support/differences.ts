import { expect } from 'vitest';
import { sequential } from '../../src/model/description.js';
import type { LayerDescription } from '../../src/model/description.js';
import type { GradientInput, NamedStates, Network, NetworkResult, Values } from '../../src/model/network.js';
import { namedStateShapes } from '../../src/model/network.js';
import { isTrained } from '../../src/model/layout.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { createReferenceNetwork } from '../../src/train/create-network.js';

// Central differences in float64. PyTorch's gradcheck: eps 1e-6, atol 1e-5, rtol 1e-3.
const EPSILON = 1e-6;
const ABSOLUTE = 1e-5;
const RELATIVE = 1e-3;
// All values together, much sharper. A loss near 1 carries some ten roundings of 1.1e-16, which the division by eps
// turns into about 1e-9 a value; truncation, eps²·f‴/6, is far below.
const NORM_RELATIVE = 1e-6;
const ROUNDING = 1e-9;

export interface Pair { readonly name: string; readonly analytic: number; readonly numeric: number }

/** Asserts that the gradients of all pairs agree; `magnitude` is that of the loss, whose rounding limits the check. */
export function expectClose(pairs: readonly Pair[], magnitude = 1): void {
  const wrong = pairs.filter(({ analytic, numeric }) =>
    !(Math.abs(analytic - numeric) <= ABSOLUTE + RELATIVE * Math.abs(numeric)));
  expect(wrong).toEqual([]);
  const difference = Math.hypot(...pairs.map(({ analytic, numeric }) => analytic - numeric));
  const size = Math.hypot(...pairs.map(({ numeric }) => numeric));
  const bound = NORM_RELATIVE * size + ROUNDING * Math.max(1, magnitude) * Math.sqrt(pairs.length);
  if (!(difference <= bound)) {
    const worst = pairs.toSorted((a, b) => Math.abs(b.analytic - b.numeric) - Math.abs(a.analytic - a.numeric));
    expect.fail(`‖Δ‖ ${difference} > ${bound}, worst ${JSON.stringify(worst.slice(0, 3))}`);
  }
}

/** ∂loss/∂values[at] by central differences; leaves `values` as they were. */
export async function difference(values: Values, at: number, loss: () => Promise<number>): Promise<number> {
  const value = values[at]!;
  values[at] = value + EPSILON;
  const above = await loss();
  values[at] = value - EPSILON;
  const below = await loss();
  values[at] = value;
  return (above - below) / (2 * EPSILON);
}

/** A network with random parameters, and everything that its gradients are of. */
export interface Problem {
  readonly network: Network;
  readonly values: Map<string, Float64Array>;
  readonly input: GradientInput & { readonly inputs: Float64Array; readonly states: NamedStates<Float64Array> };
}

export interface ProblemOptions {
  readonly timeSteps?: number;
  readonly batch?: number;
  readonly lengths?: readonly number[];
  /** Draws masks. */
  readonly step?: number;
}

/** Random parameters, inputs, initial states and gradients of outputs and final states, all from `seed`. */
export async function randomProblem(
  layers: readonly LayerDescription[], seed: number, { timeSteps = 4, batch = 2, lengths, step }: ProblemOptions = {},
): Promise<Problem> {
  const model = sequential(layers);
  const random = new CounterRandom(seed, 0);
  const draw = (length: number, scale: number) =>
    Float64Array.from({ length }, () => random.uniform(-scale, scale));
  const network = await createReferenceNetwork(model, { timeSteps, batch, seed });
  const values = new Map(model.layout.parameters.map((parameter) => [parameter.name,
    draw(parameter.shape.reduce((a, b) => a * b), 1).map((value, e) => (isTrained(parameter, e) ? value : 0))]));
  await network.setParameters(values);
  const states = () => Object.fromEntries([...namedStateShapes(model, batch)]
    .map(([name, shape]) => [name, draw(shape[0] * shape[1] * shape[2], 1)]));
  const [first] = layers;
  const width = first?.kind === 'input' ? first.width : 1;
  return {
    network, values,
    input: {
      inputs: draw(timeSteps * batch * width, 1).map((value) =>
        (model.vocabulary > 0 ? Math.floor((value + 1) / 2 * model.vocabulary) : value)),
      states: states(),
      outputGradient: draw(timeSteps * batch * model.outputs, 1),
      stateGradients: states(),
      ...(lengths ? { lengths } : {}), ...(step === undefined ? {} : { step }),
    },
  };
}

/** Σ outputs·outputGradient + Σ final states·stateGradients, and the sum of the terms' magnitudes. */
export function lossOf(
  { outputs, states }: NetworkResult, { outputGradient, stateGradients = {} }: GradientInput,
): { loss: number; magnitude: number } {
  let loss = 0;
  let magnitude = 0;
  const add = (values: ArrayLike<number>, gradients: ArrayLike<number>): void => {
    for (let e = 0; e < values.length; e++) {
      loss += values[e]! * gradients[e]!;
      magnitude += Math.abs(values[e]! * gradients[e]!);
    }
  };
  add(outputs, outputGradient);
  for (const [name, gradient] of Object.entries(stateGradients)) add(states[name]!, gradient);
  return { loss, magnitude };
}

/** At most `most` places of an array, spread over it. */
const places = (length: number, most: number): number[] =>
  Array.from({ length: Math.min(length, most) }, (_, k) => Math.floor((k * length) / Math.min(length, most)));

/**
 * Asserts that all of a problem's gradients are their finite differences: of parameters, inputs and initial states, at
 * up to `most` places of each. Parameters that are not trained have none.
 */
export async function checkGradients({ network, values, input }: Problem, most = 30): Promise<void> {
  const gradients = await network.gradients(input);
  const { magnitude } = lossOf(gradients, input);
  const loss = async (): Promise<number> => lossOf(await network.run(input), input).loss;
  expect(await loss(), 'loss of run and of gradients').toBe(lossOf(gradients, input).loss);
  const pairs: Pair[] = [];
  const check = async (name: string, array: Float64Array, gradient: Values, evaluate: () => Promise<number>) => {
    expect(gradient.length, name).toBe(array.length);
    for (const at of places(array.length, most)) {
      pairs.push({ name: `${name}[${at}]`, analytic: gradient[at]!, numeric: await difference(array, at, evaluate) });
    }
  };
  for (const parameter of network.model.layout.parameters) {
    const gradient = gradients.parameterGradients.get(parameter.name)!;
    const untrained = gradient.filter((_, e) => !isTrained(parameter, e));
    expect(untrained.every((g) => g === 0), `${parameter.name}: gradient where nothing is trained`).toBe(true);
    const array = values.get(parameter.name)!;
    const trained = places(array.length, 2 * most).filter((e) => isTrained(parameter, e));
    for (const at of trained.slice(0, most)) {
      const numeric = await difference(array, at, async () => {
        await network.setParameters(new Map([[parameter.name, array]]));
        return loss();
      });
      pairs.push({ name: `${parameter.name}[${at}]`, analytic: gradient[at]!, numeric });
    }
    await network.setParameters(new Map([[parameter.name, array]]));
  }
  if (gradients.inputGradient) await check('inputs', input.inputs, gradients.inputGradient, loss);
  for (const [name, array] of Object.entries(input.states)) {
    await check(name, array, gradients.stateGradients[name]!, loss);
  }
  expect(pairs.some(({ numeric }) => numeric !== 0)).toBe(true);
  expectClose(pairs, magnitude);
}
