// What a run is made of: what was asked for, completed from a checkpoint or by defaults that suit the adapter.
// Read in the terminal, in the page and by the CPU run alike: nothing of Node here.
import {
  adagrad, adam, type CellOptions, type Checkpoint, type Driver, embedding, isRecurrentOption, linear, type Model,
  type OptimizerDescription, type Precision, recurrent, type RecurrentDescription, type RecurrentOptions, rmsprop,
  sequential, sgd, type TrainerOptions,
} from '../../src/index.js';

export const OPTIMIZERS = ['adam', 'rmsprop', 'sgd', 'adagrad'] as const;

/** The recurrent layers, as the options name them; what only some cells have is absent elsewhere. */
export interface CoreShape extends CellOptions, Required<
  Pick<RecurrentOptions, 'layers' | 'dropout' | 'recurrentDropout' | 'zoneout' | 'bias' | 'initial'>
>, Pick<RecurrentOptions, 'forgetBias'> {
  readonly cell: string;
  readonly units: number;
}

/** The shape of a run, as the options name it. */
export interface Shape extends CoreShape {
  readonly embedding: number;
  readonly time: number;
  readonly batch: number;
  readonly optimizer: (typeof OPTIMIZERS)[number];
  readonly rate: number;
  /** 0 for none. */
  readonly clipNorm: number;
  /** 0 for none. */
  readonly clipValue: number;
  readonly seed: number;
  readonly trials: number;
  /** The adapter's choice where not given. */
  readonly driver?: Driver | undefined;
  /** Time steps of a segment, or `true` for the library's choice; all activations are kept where not given. */
  readonly recompute?: boolean | number | undefined;
  /** Of the recurrent weights on the GPU; f32 where not given. */
  readonly precision?: Precision | undefined;
}

export interface Preset {
  readonly units: number;
  readonly layers: number;
  readonly embedding: number;
  readonly time: number;
  readonly batch: number;
  readonly steps: number;
  /** Adam's. */
  readonly rate: number;
  /** Characters of the held-out text that the run is judged by. */
  readonly heldOut: number;
}

export type PresetName = 'software' | 'gpu' | 'cpu';

/** Defaults by what computes: on a software adapter and on the CPU a run takes about two minutes on two cores. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  software: { units: 96, layers: 2, embedding: 32, time: 32, batch: 16, steps: 500, rate: 1e-2, heldOut: 20_000 },
  gpu: { units: 512, layers: 2, embedding: 128, time: 64, batch: 64, steps: 3000, rate: 2e-3, heldOut: Infinity },
  cpu: { units: 96, layers: 2, embedding: 32, time: 32, batch: 16, steps: 400, rate: 1e-2, heldOut: 20_000 },
};

/** Rates of the optimisers that the presets say nothing of. */
const RATES = { rmsprop: 2e-3, sgd: 0.5, adagrad: 0.05 } as const;

export const DEFAULTS = {
  cell: 'lstm', optimizer: 'adam', clipNorm: 5, clipValue: 0, dropout: 0, seed: 1, trials: 1,
} as const;

/**
 * The run's shape on what computes; `asked` wins over the preset, and the library says what else is so of the layers.
 * @throws RangeError where the cell cannot have what was asked for
 */
export function completeShape(asked: Partial<Shape>, preset: Preset): Shape {
  const { units, layers, embedding, time, batch } = preset;
  const optimizer = asked.optimizer ?? DEFAULTS.optimizer;
  const rate = optimizer === 'adam' ? preset.rate : RATES[optimizer];
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const shape = { ...DEFAULTS, units, layers, embedding, time, batch, rate, ...given } as Shape;
  return { ...shape, ...coreShapeOf(coreOf(shape)) };
}

/** The library's own description of the run. */
export function trainerOptions(shape: Shape): TrainerOptions {
  const { clipNorm, clipValue, time, batch, seed, trials, driver, recompute = false, precision } = shape;
  const clip = { ...(clipNorm > 0 ? { norm: clipNorm } : {}), ...(clipValue > 0 ? { value: clipValue } : {}) };
  return {
    optimizer: optimizerOf(shape), clip, timeSteps: time, batch, seed, trials, recompute, ...(driver ? { driver } : {}),
    ...(precision ? { precision } : {}),
  };
}

function optimizerOf({ optimizer, rate }: Shape): OptimizerDescription {
  return { adam, rmsprop, sgd, adagrad }[optimizer]({ rate });
}

/** The recurrent layers. @throws RangeError where the cell cannot have what is asked for */
function coreOf({ cell, units, ...shape }: CoreShape): RecurrentDescription {
  const options = Object.entries(shape).filter(([key, value]) => value !== undefined && isRecurrentOption(key));
  return recurrent(cell, units, Object.fromEntries(options));
}

export function modelOf(shape: Shape, vocabulary: number): Model {
  return sequential([embedding(vocabulary, shape.embedding), coreOf(shape), linear(vocabulary)]);
}

/** The options that describe recurrent layers. */
function coreShapeOf(core: RecurrentDescription): CoreShape {
  const { cell, units, layers, dropout, recurrentDropout, zoneout, bias, initial, forgetBias, options } = core;
  // One rate where one says it all, as it would be typed.
  const one = recurrent(cell, units, { zoneout: zoneout.hidden }).zoneout;
  return {
    cell, units, layers, dropout, recurrentDropout, zoneout: one.cell === zoneout.cell ? zoneout.hidden : zoneout,
    bias, initial, ...(forgetBias === undefined ? {} : { forgetBias }), ...options,
  };
}

/** The shape that a checkpoint was trained with. @throws RangeError where no options describe it */
export function shapeOf(checkpoint: Checkpoint): Shape {
  const { model, optimizer, clip, timeSteps, batch, seeds, driver, recompute, precision } = checkpoint;
  const [input, core, output, ...rest] = model.layers;
  if (input?.kind !== 'embedding' || core?.kind !== 'recurrent' || output?.kind !== 'linear' || rest.length > 0) {
    throw new RangeError(`its model is ${model.layers.map(({ kind }) => kind).join(', ')}; this command trains ` +
      'embedding, recurrent, linear: resume it with the library');
  }
  return {
    ...coreShapeOf(core), embedding: input.units, time: timeSteps, batch,
    optimizer: optimizer.kind, rate: optimizer.rate, clipNorm: clip.norm ?? 0, clipValue: clip.value ?? 0,
    seed: seeds[0]!, trials: seeds.length, driver,
    ...(recompute === undefined ? {} : { recompute }), ...(precision === undefined ? {} : { precision }),
  };
}

/** What the layers have that plain layers of their cell have not, by option, as it would be typed. */
export function unusual(shape: CoreShape): [key: string, value: string][] {
  const { cell, units, layers } = shape;
  const texts = (core: RecurrentDescription): [string, string][] =>
    Object.entries(coreShapeOf(core)).map(([key, value]) => [key, optionText(value)]);
  const plain = new Map(texts(recurrent(cell, units, { layers })));
  return texts(coreOf(shape)).filter(([key, value]) => plain.get(key) !== value);
}

/** The name of an option as it is typed: `clipNorm` is `--clip-norm`. */
export const optionName = (key: string): string => `--${words(key, '-')}`;

/** `clipNorm` in words. */
export const words = (key: string, between = ' '): string =>
  key.replace(/[A-Z]/g, (letter) => `${between}${letter.toLowerCase()}`);

/** A value as it is typed: rates of zoneout and lists of gates with commas between. */
export function optionText(value: Shape[keyof Shape]): string {
  if (typeof value !== 'object') return String(value);
  return (Array.isArray(value) ? value : Object.values(value)).join();
}

/** @throws RangeError where an option contradicts the checkpoint that is resumed; it names both values. */
export function checkResumed(asked: Partial<Shape>, checkpoint: Checkpoint): void {
  const kept = shapeOf(checkpoint);
  const compare = (key: keyof Shape, value: Shape[keyof Shape]): void => {
    if (value === undefined || optionText(value) === optionText(kept[key])) return;
    throw new RangeError(`${optionName(key)} is ${optionText(value)}, but the checkpoint was trained ` +
      `${kept[key] === undefined ? 'without it' : `with ${optionText(kept[key])}`}; leave it out to go on, or start ` +
      'a new run without --resume');
  };
  const { zoneout, peepholes, recompute, precision, ...plain } = asked;
  for (const key of Object.keys(plain) as (keyof typeof plain)[]) compare(key, plain[key]);
  // These may be typed in more than one way.
  if (recompute !== true || kept.recompute === undefined) compare('recompute', recompute);
  if (precision !== 'f32' || kept.precision === 'f16') compare('precision', precision);
  const { cell, units } = kept;
  if (zoneout !== undefined) compare('zoneout', coreShapeOf(recurrent(cell, units, { zoneout })).zoneout);
  if (peepholes !== undefined) compare('peepholes', coreShapeOf(recurrent(cell, units, { peepholes })).peepholes);
}

/** @throws RangeError unless the run has steps left to do */
export function checkSteps(steps: number, asked: boolean, done: number): void {
  if (steps <= done) {
    throw new RangeError(`--steps is ${asked ? '' : 'by default '}${steps}, but the checkpoint is at step ${done}; ` +
      `--steps counts from the run's beginning: give more than ${done}`);
  }
}
