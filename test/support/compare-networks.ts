import type { Device } from '../../src/gpu/device.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { isTrained } from '../../src/model/layout.js';
import type { Model } from '../../src/model/description.js';
import {
  type GradientInput, type Network, type NetworkGradients, namedStateShapes, type Values,
} from '../../src/model/network.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { GpuNetwork } from '../../src/train/gpu-network.js';
import { createReferenceNetwork } from '../../src/train/create-network.js';
import { carriedOf, type CellRow, draws, modelOf, STEP, strategyOf, VOCABULARY } from './cell-matrix.js';
import { expectClose, expectEqualBits } from './close.js';

/** Every array of a result by a name for people, and whether it is of the way forward or back. */
type Arrays = Map<string, { readonly values: Values; readonly pass: 'forward' | 'backward' }>;

function arraysOf({ outputs, states, inputGradient, parameterGradients, stateGradients }: NetworkGradients): Arrays {
  const arrays: Arrays = new Map([['outputs', { values: outputs, pass: 'forward' }]]);
  for (const [name, values] of Object.entries(states)) arrays.set(`final ${name}`, { values, pass: 'forward' });
  if (inputGradient) arrays.set('gradient of inputs', { values: inputGradient, pass: 'backward' });
  for (const [name, values] of [...parameterGradients, ...Object.entries(stateGradients)]) {
    arrays.set(`gradient of ${name}`, { values, pass: 'backward' });
  }
  return arrays;
}

/** What a row asks of a network: values for all parameters, and the windows it goes through one after the other. */
interface Task {
  readonly model: Model;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly windows: readonly GradientInput[];
}

function taskOf(row: CellRow, seed: number, initial: ReadonlyMap<string, Values>): Task {
  const { timeSteps, batch } = row;
  const model = modelOf(row);
  const random = new CounterRandom(seed, 0);
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.uniform(-1, 1));
  const states = () => Object.fromEntries([...namedStateShapes(model, batch)]
    .map(([name, shape]) => [name, draw(shape[0] * shape[1] * shape[2])]));
  const size = timeSteps * batch;
  const [first] = model.layers;
  const window = (): GradientInput => ({
    inputs: first!.kind === 'input' ? draw(size * first!.width)
      : Uint32Array.from({ length: size }, () => random.integer(VOCABULARY)),
    ...(row.states === 'given' ? { states: states() } : {}),
    ...(row.ragged ? { lengths: Array.from({ length: batch }, (_, b) => (b * 2 + 1) % (timeSteps + 1)) } : {}),
    ...(draws(row) ? { step: STEP } : {}),
    outputGradient: draw(size * model.outputs),
    ...(row.stateGradients ? { stateGradients: states() } : {}),
  });
  const carried = carriedOf(row);
  return {
    model,
    // Nothing may stay at 0 or 1, where an error could hide.
    parameters: new Map(model.layout.parameters.map((parameter) => [parameter.name,
      Float32Array.from(initial.get(parameter.name)!, (value, e) =>
        (isTrained(parameter, e) ? value + random.uniform(-0.2, 0.2) : 0))])),
    windows: carried.states ? [window(), { ...window(), ...carried }] : [window()],
  };
}

/** The last window's results. */
async function perform(network: Network, { parameters, windows }: Task): Promise<Arrays> {
  await network.setParameters(parameters);
  let result: NetworkGradients | undefined;
  for (const window of windows) result = await network.gradients(window);
  return arraysOf(result!);
}

async function onGpu(device: Device, row: CellRow, seed: number, task: Task): Promise<Arrays> {
  const { timeSteps, batch } = row;
  const network = new GpuNetwork(device, task.model, { timeSteps, batch, seed }, strategyOf(row, task.model));
  try {
    return await perform(network, task);
  } finally {
    network.destroy();
  }
}

/**
 * Asserts that outputs, final states and the gradients of inputs, all parameters and initial states are the float64
 * network's. With `alsoAs`, that this driver gives the very bits of the row's own.
 */
export async function compareNetworks(device: Device, row: CellRow, seed: number, alsoAs?: Driver): Promise<void> {
  const { timeSteps, batch } = row;
  const reference = await createReferenceNetwork(modelOf(row), { timeSteps, batch, seed });
  const task = taskOf(row, seed, await reference.parameters());
  const expected = await perform(reference, task);
  const actual = await onGpu(device, row, seed, task);
  compareAll(actual, expected, seed);
  if (!alsoAs) return;
  const other = await onGpu(device, { ...row, driver: alsoAs }, seed, task);
  for (const [name, { values }] of actual) expectEqualBits(other.get(name)!.values, values, `${name}, ${alsoAs}`);
}

function compareAll(actual: Arrays, expected: Arrays, seed: number): void {
  const names = (arrays: Arrays): string => [...arrays.keys()].join(', ');
  if (names(actual) !== names(expected)) throw new Error(`the GPU gives ${names(actual)}, not ${names(expected)}`);
  for (const [what, { values, pass }] of expected) expectClose(actual.get(what)!.values, values, { what, seed, pass });
}
