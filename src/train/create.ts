import { checkBufferSize } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import { type Driver, DRIVERS } from '../kernels/recurrence.js';
import { checkFlag, checkInteger, checkNumber, checkOneOf } from '../model/check.js';
import { type Model, readsText } from '../model/description.js';
import { checkRunShape, type EngineOptions, MOST_TRIALS, type Precision, precisionOf } from '../model/engine.js';
import type { LossDescription } from '../model/losses.js';
import { adam, checkClip, checkRates, type Clip, type OptimizerDescription } from '../model/optimizers.js';
import type { ReferenceEngine } from '../reference/engine.js';
import { type Strategy, tableStrategy } from '../schedule/table.js';
import type { Checkpoint } from './checkpoint.js';
import { GpuEngine } from './gpu-engine.js';
import { Trainer } from './trainer.js';
import type { Tuning } from './tuning.js';

const DEFAULT_TIME_STEPS = 64;
const DEFAULT_BATCH = 32;

export interface TrainerOptions {
  /** Cross entropy, the only loss so far. */
  readonly loss?: LossDescription;
  readonly optimizer?: OptimizerDescription;
  readonly clip?: Clip;
  /** Steps of a window: how far back gradients flow. */
  readonly timeSteps?: number;
  /** Streams that are read side by side. */
  readonly batch?: number;
  /** u32; trial n has seed + n. */
  readonly seed?: number;
  /** Networks that train side by side, each as it would alone. */
  readonly trials?: number;
  /** Each trial's own learning rate, in place of the optimiser's. */
  readonly rates?: readonly number[];
  /** How cells are carried through time on the GPU; chosen for the adapter where not given. */
  readonly driver?: Driver;
  /**
   * Keeps the activations of one segment of a window at a time on the GPU, of so many time steps, or about
   * 2√timeSteps where `true`: memory grows with √timeSteps, and a step takes about a third longer. Gradients are the
   * same but for the order of sums. False by default: all activations are kept. Changes nothing on the CPU.
   */
  readonly recompute?: boolean | number;
  /**
   * `f16`: recurrent products on the GPU multiply with weights as float16 holds them, each within 2⁻¹¹ of its size, and
   * sum in float32; half the workgroup memory. Parameters, gradients and all else stay float32, so a text is generated
   * with the weights in full. Needs `shader-f16`, and all recurrent weights of a layer in a workgroup's memory, where
   * the driver `sequence` holds them: about 45 LSTM units in 16 KiB, 64 in 32 KiB. `f32` by default. Changes nothing on
   * the CPU.
   */
  readonly precision?: Precision;
  /** Measures how to cut the work for this adapter, see {@link tuneStrategy}; else a table says. */
  readonly tune?: boolean;
}

export interface TuneOptions extends Pick<TrainerOptions, 'timeSteps' | 'batch' | 'driver' | 'precision'> {
  /** No candidate is begun after so long: 1,000 by default, 10,000 on a software adapter, which compiles slowly. */
  readonly milliseconds?: number;
}

/**
 * A trainer on the GPU.
 * @throws RangeError for an option out of range, or a model that cannot predict a text: its input is no tokens, it does
 * not end with a linear layer, or it is bidirectional.
 */
export async function createTrainer(
  device: Device, model: Model, options: TrainerOptions = {},
): Promise<Trainer<GpuEngine>> {
  const settings = await runSettings(model, options);
  return gpuTrainer(device, settings, undefined, checkFlag('tune', options.tune ?? false));
}

/**
 * Measures, on training steps of this model, which driver and which tiles are the fastest on this adapter; about a
 * second on a GPU, {@link TuneOptions.milliseconds}. Done once for an adapter, a version of Latch and shapes, then kept
 * in memory and in the browser's storage. One network is measured, so that the choice is the same for any number of
 * trials.
 * @throws RangeError for an option out of range; GpuError where the model is too large for the adapter.
 */
export async function tuneStrategy(
  device: Device, model: Model, { timeSteps = DEFAULT_TIME_STEPS, batch = DEFAULT_BATCH, ...options }: TuneOptions = {},
): Promise<Tuning> {
  const { driver, milliseconds } = options;
  const precision = precisionOf(options.precision);
  await checkTextModel(model);
  checkRunShape({ timeSteps, batch, seeds: [1] });
  await checkDriver(model, driver);
  if (milliseconds !== undefined) checkNumber('milliseconds', milliseconds, { min: 0 });
  const { tunedStrategy } = await import('./later.js'); // a page that never measures, never loads it
  return tunedStrategy(device, { model, timeSteps, batch, ...precision }, { driver, milliseconds });
}

/** The same run in float64 on the CPU, in plain loops: what the GPU is checked against. @throws RangeError likewise. */
export async function createReferenceTrainer(
  model: Model, options: TrainerOptions = {},
): Promise<Trainer<ReferenceEngine>> {
  return referenceTrainer(await runSettings(model, options));
}

/** Goes on from a checkpoint on the GPU; on the same adapter the curve is, bit for bit, that of one run. */
export async function resumeTrainer(device: Device, checkpoint: Checkpoint): Promise<Trainer<GpuEngine>> {
  return gpuTrainer(device, checkpoint, checkpoint);
}

/** Goes on from a checkpoint in float64 on the CPU. */
export async function resumeReferenceTrainer(checkpoint: Checkpoint): Promise<Trainer<ReferenceEngine>> {
  return referenceTrainer(checkpoint, checkpoint);
}

/** Drivers that carry every model. */
const EVERY_MODEL: readonly Driver[] = ['step', 'sequence'];

const LARGEST_ARRAY = 2 ** 31;

type Settings = EngineOptions & Pick<TrainerOptions, 'driver' | 'rates'>;

const runOf = ({
  model, timeSteps, batch, seeds, optimizer, clip, recompute, precision,
}: EngineOptions): EngineOptions => ({
  model, timeSteps, batch, seeds, optimizer, clip, ...(recompute === undefined ? {} : { recompute }),
  ...precisionOf(precision),
});

/** Checks that a model predicts a text; why one does not is loaded where it does not. */
async function checkTextModel(model: Model): Promise<void> {
  if (!readsText(model)) (await import('./later.js')).checkTextModel(model);
}

/** Checks a driver of the caller's; the two that carry every model need nothing that is not there. */
async function checkDriver(model: Model, driver: Driver | undefined): Promise<void> {
  if (driver === undefined || EVERY_MODEL.includes(checkOneOf('driver', driver, DRIVERS))) return;
  (await import('./later.js')).checkDriver(model, driver);
}

/** The strategy for a run: the table's, unless something is asked for that not every model or adapter can do. */
async function strategyFor({ adapter }: Device, run: EngineOptions, driver: Driver | undefined): Promise<Strategy> {
  const plain = run.precision === undefined && (driver === undefined || EVERY_MODEL.includes(driver));
  return (plain ? tableStrategy : (await import('./later.js')).chooseStrategy)(adapter, run, driver);
}

async function gpuTrainer(
  device: Device, settings: Settings, from?: Checkpoint, tune = false,
): Promise<Trainer<GpuEngine>> {
  await checkTextModel(settings.model);
  // Before the initial parameters are drawn, which takes as much memory here.
  checkBufferSize(device, 'parameters', 4 * settings.seeds.length * settings.model.layout.size);
  const run = runOf(settings);
  // A checkpoint from the CPU names a driver that nobody has chosen.
  const asked = from && !from.strategy ? undefined : settings.driver;
  const kept = from && (await import('./later.js')).keptStrategy(device, run, from);
  const strategy = kept ?? (tune
    ? (await tuneStrategy(device, run.model, { ...run, ...(asked ? { driver: asked } : {}) })).strategy
    : await strategyFor(device, run, asked));
  const engine = new GpuEngine(device, run, strategy);
  const about = { driver: strategy.driver, strategy, adapter: device.adapter.name };
  return new Trainer(engine, { ...run, ...about, ...ratesOf(settings) }, from);
}

async function referenceTrainer(settings: Settings, from?: Checkpoint): Promise<Trainer<ReferenceEngine>> {
  await checkTextModel(settings.model);
  const values = settings.seeds.length * settings.model.layout.size;
  if (values > LARGEST_ARRAY) {
    throw new RangeError(`the model has ${values} values with all trials and a JavaScript array holds ` +
      `${LARGEST_ARRAY}: use fewer units or trials`);
  }
  const run = runOf(settings);
  const about = { driver: settings.driver ?? 'step', adapter: 'CPU reference, float64' };
  const { ReferenceEngine } = await import('../reference/engine.js'); // a page that never asks, never loads it
  return new Trainer(new ReferenceEngine(run), { ...run, ...about, ...ratesOf(settings) }, from);
}

/** A segment's length where the run has segments. */
async function recomputeOf(recompute: boolean | number, timeSteps: number): Promise<Pick<Settings, 'recompute'>> {
  if (recompute === false) return {};
  if (recompute === true) return { recompute: (await import('./later.js')).segmentLength(timeSteps) };
  return { recompute: checkInteger('recompute (where it is not true or false)', recompute, 1, timeSteps) };
}

const ratesOf = ({ rates }: Settings): Pick<Settings, 'rates'> => (rates ? { rates } : {});

async function runSettings(model: Model, options: TrainerOptions): Promise<Settings> {
  const { loss, optimizer = adam(), clip = {}, seed = 1, trials = 1, driver } = options;
  const { timeSteps = DEFAULT_TIME_STEPS, batch = DEFAULT_BATCH } = options;
  if (loss !== undefined) checkOneOf('loss', loss.kind, ['crossEntropy']);
  await checkDriver(model, driver);
  checkInteger('trials', trials, 1, MOST_TRIALS);
  checkInteger('seed', seed, 0, 2 ** 32 - trials);
  const seeds = Array.from({ length: trials }, (_, n) => seed + n);
  return {
    model, optimizer, clip: checkClip(clip), ...checkRunShape({ timeSteps, batch, seeds }),
    ...await recomputeOf(options.recompute ?? false, timeSteps), ...precisionOf(options.precision),
    ...(driver ? { driver } : {}), ...(options.rates ? { rates: checkRates(options.rates, trials) } : {}),
  };
}
