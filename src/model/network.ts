import { type Model, widthOf } from './description.js';
import { checkInteger, checkKeys, show } from './check.js';
import { elementCount } from './layout.js';
import { cellOf, directionsOf } from './recurrent.js';
import { stateBlocks } from './states.js';

/**
 * A network on sequences of one's own: outputs, final states, and every gradient. The GPU's
 * (`src/train/gpu-network.ts`) and the float64 one (`src/reference/reference-network.ts`) have this face, so that one
 * can stand for the other.
 */
export interface Network<V extends Values = Values> {
  readonly model: Model;
  /** Outputs and final states. */
  run(input: NetworkInput): Promise<NetworkResult<V>>;
  /** The same, and the gradients of Σ outputs·outputGradient + Σ final states·stateGradients. */
  gradients(input: GradientInput): Promise<NetworkGradients<V>>;
  /** Values by PyTorch's names, in PyTorch's shapes. */
  parameters(): Promise<Map<string, V>>;
  /** Replaces the parameters that are named. @throws RangeError where a name or a length is not the model's. */
  setParameters(values: ReadonlyMap<string, ArrayLike<number>>): Promise<void>;
  destroy(): void;
}

/** The GPU's are Float32Array, the reference's Float64Array. */
export type Values = Float32Array | Float64Array;

/**
 * States by model layer and name, `1.hidden`, `1.cell`: [layers·directions, B, H] as PyTorch's h_n, stacked layer by
 * stacked layer, forward before reverse.
 */
export type NamedStates<V = ArrayLike<number>> = Readonly<Record<string, V>>;

export interface NetworkInput {
  /** Rows of values [T, B, I], time first and without padding, or tokens [T, B]. */
  readonly inputs: ArrayLike<number>;
  /** States before the first step; `carry`: those after the call before. Zero where absent. */
  readonly states?: NamedStates | 'carry';
  /** With `carry`: rows [B] that start from zero all the same. */
  readonly reset?: ArrayLike<boolean | number>;
  /**
   * Steps of each row [B], 0 to T. Past its end a row's outputs are zero, its states stay as they are, and no gradient
   * comes back. The reverse direction starts at the end.
   */
  readonly lengths?: ArrayLike<number>;
  /** Where given, dropout, recurrent dropout and zoneout draw the masks of this training step; else nothing drops. */
  readonly step?: number;
}

export interface GradientInput extends NetworkInput {
  /** ∂L/∂outputs, [T, B, O]. */
  readonly outputGradient: ArrayLike<number>;
  /** ∂L/∂(final states), by name; zero where absent. */
  readonly stateGradients?: NamedStates;
}

export interface NetworkResult<V extends Values = Values> {
  /** [T, B, O] */
  readonly outputs: V;
  readonly states: NamedStates<V>;
}

export interface NetworkGradients<V extends Values = Values> extends NetworkResult<V> {
  /** ∂L/∂inputs, [T, B, I]; absent where the input is tokens. */
  readonly inputGradient?: V;
  readonly parameterGradients: ReadonlyMap<string, V>;
  /** ∂L/∂(states before the first step). */
  readonly stateGradients: NamedStates<V>;
}

export interface NetworkOptions {
  readonly timeSteps: number;
  readonly batch: number;
  /** Draws the initial parameters, and masks. 1 by default. */
  readonly seed?: number;
}

/** @throws RangeError where an option is out of range. */
export function checkNetworkOptions(options: NetworkOptions): Required<NetworkOptions> {
  const { timeSteps, batch, seed = 1 } = options;
  checkKeys('a network', options, ['timeSteps', 'batch', 'seed', 'driver', 'precision']);
  return {
    timeSteps: checkInteger('timeSteps', timeSteps, 1, 65536),
    batch: checkInteger('batch', batch, 1, 65535),
    seed: checkInteger('seed', seed, 0, 2 ** 32 - 1),
  };
}

/**
 * Checks all of an input before anything is computed.
 * @throws RangeError that names what is wrong: a length, a token, a state, or states carried where they cannot be
 */
export function checkNetworkInput(model: Model, { timeSteps, batch }: NetworkOptions, input: NetworkInput): void {
  checkKeys('the input', input, INPUT_KEYS);
  const { inputs, states, reset, lengths, step } = input;
  if (lengths) {
    checkLength('lengths', lengths, batch, `[${batch}]`);
    for (let b = 0; b < batch; b++) checkInteger(`length of row ${b}`, lengths[b], 0, timeSteps);
  }
  const [first] = model.layers;
  const width = first!.kind === 'input' ? widthOf(first!) : 1;
  checkLength('inputs', inputs, timeSteps * batch * width, `[${timeSteps}, ${batch}${width > 1 ? `, ${width}` : ''}]`);
  if (model.vocabulary > 0) {
    for (let i = 0; i < inputs.length; i++) checkInteger(`token ${i}`, inputs[i], 0, model.vocabulary - 1);
  } else checkRows('inputs', inputs, width, batch, lengths);
  if (states === 'carry') checkCarry(model);
  else if (states !== undefined) checkStates(model, batch, 'state', states);
  if (reset) checkReset(model, batch, reset, states);
  if (step !== undefined) checkInteger('step', step, 0);
}

const INPUT_KEYS = ['inputs', 'states', 'reset', 'lengths', 'step', 'outputGradient', 'stateGradients'];

function checkReset(
  model: Model, batch: number, reset: ArrayLike<boolean | number>, states: NetworkInput['states'],
): void {
  if (states !== 'carry') throw new RangeError('reset names rows of carried states: give it with states: "carry"');
  checkLength('reset', reset, batch, `[${batch}]`);
  const rows = Array.from(reset, Boolean);
  const clocked = model.layers.findIndex((layer) => layer.kind === 'recurrent' && cellOf(layer, 0).clock);
  if (clocked >= 0 && rows.includes(true) && rows.includes(false)) {
    throw new RangeError(`reset is of some rows, and layer ${clocked} is a clockwork RNN, whose modules move by the ` +
      'time since the start, which all rows share: reset all rows, or none');
  }
}

/** @throws RangeError likewise. */
export function checkGradientInput(model: Model, options: NetworkOptions, input: GradientInput): void {
  checkNetworkInput(model, options, input);
  const { timeSteps, batch } = options;
  const { outputs } = model;
  checkLength('outputGradient', input.outputGradient, timeSteps * batch * outputs,
    `[${timeSteps}, ${batch}, ${outputs}]`);
  checkRows('outputGradient', input.outputGradient, outputs, batch, input.lengths);
  if (input.stateGradients) checkStates(model, batch, 'state gradient', input.stateGradients);
}

/** @throws RangeError where `values` has a name or a length that the model's parameters have not. */
export function checkParameterValues({ layout }: Model, values: ReadonlyMap<string, ArrayLike<number>>): void {
  for (const [name, array] of values) {
    const parameter = layout.parameters.find((candidate) => candidate.name === name);
    if (!parameter) {
      const names = layout.parameters.map((candidate) => candidate.name).join(', ');
      throw new RangeError(`the model has no parameter "${name}": use ${names}`);
    }
    checkLength(name, array, elementCount(parameter), `[${parameter.shape}]`);
    checkFinite(name, array);
  }
}

function checkCarry(model: Model): void {
  const index = model.layers.findIndex((layer) => layer.kind === 'recurrent' && layer.bidirectional);
  if (index < 0) return;
  throw new RangeError(`layer ${index} is bidirectional, and states are to be carried: its reverse direction starts ` +
    'from the end of the window that comes next, which is not known yet; give whole sequences, or leave ' +
    'bidirectional out');
}

function checkStates(model: Model, batch: number, what: string, states: NamedStates): void {
  const shapes = namedStateShapes(model, batch);
  if (typeof states !== 'object' || states === null) {
    throw new RangeError(`${what}s are ${show(states)}: give them by name (${[...shapes.keys()].join(', ')})` +
      `${what === 'state' ? ', or "carry"' : ''}`);
  }
  for (const [name, values] of Object.entries(states)) {
    const shape = shapes.get(name);
    if (!shape) throw new RangeError(`the model has no ${what} "${name}": use ${[...shapes.keys()].join(', ')}`);
    checkLength(`${what} ${name}`, values, shape.reduce((a, b) => a * b), `[${shape}]`);
    checkFinite(`${what} ${name}`, values);
  }
}

/** Shapes [layers·directions, B, H] of a model's carried states by name. */
export function namedStateShapes({ layers }: Model, batch: number): Map<string, readonly [number, number, number]> {
  const shapes = new Map<string, readonly [number, number, number]>();
  layers.forEach((layer, index) => {
    if (layer.kind !== 'recurrent') return;
    for (const { state, width } of stateBlocks(layer, batch)) {
      shapes.set(`${index}.${state}`, [layer.layers * directionsOf(layer), batch, width]);
    }
  });
  return shapes;
}

/** Rows [T, B, width] must be finite up to each row's end; what comes after is not read. */
function checkRows(
  name: string, values: ArrayLike<number>, width: number, batch: number, lengths?: ArrayLike<number>,
): void {
  checkFinite(name, values, (e) => {
    const row = Math.floor(e / width);
    return !lengths || Math.floor(row / batch) < lengths[row % batch]!;
  });
}

function checkFinite(name: string, values: ArrayLike<number>, isRead: (e: number) => boolean = () => true): void {
  for (let e = 0; e < values.length; e++) {
    if (!Number.isFinite(values[e]) && isRead(e)) {
      throw new RangeError(`${name}[${e}] is ${show(values[e])}: give finite numbers`);
    }
  }
}

function checkLength(name: string, values: ArrayLike<unknown> | undefined, length: number, shape: string): void {
  if (typeof values !== 'object' || values === null) {
    throw new RangeError(`${name} is ${show(values)}: give ${length} values, its shape is ${shape}`);
  }
  if (values.length !== length) {
    throw new RangeError(`${name} has ${values.length} values, its shape ${shape} needs ${length}`);
  }
}
