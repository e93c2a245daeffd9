import { evaluationRow, evaluationWindows, trainingWindows } from '../data/streams.js';
import { createReadback, readBuffer, type Readback } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import {
  CONTROL_WORDS, controlSet, controlSets, repeatControl, RESULT_WORDS, RING, writeControl,
} from '../kernels/control.js';
import { evaluationProgram, evaluationSteps, type RunShape, trainingProgram } from '../layers/network.js';
import {
  checkSnapshot, emptySnapshot, type Engine, type EngineOptions, type GenerateOptions, rateOfTrial, type Snapshot,
  type SnapshotLengths, snapshotLengths, type StepControl, type StepResult, type Texts,
} from '../model/engine.js';
import { drawParameters, drawsMatrices } from '../model/initial-draw.js';
import { type Segment, segmentsOf } from '../model/segments.js';
import { chunks } from '../schedule/chunks.js';
import { type Executables, prepare } from '../schedule/executable.js';
import type { Program } from '../schedule/program.js';
import type { Strategy } from '../schedule/tiles.js';
import type { Generator } from './gpu-generator.js';
import { withDriver } from './with-driver.js';

/** Steps whose results are read together: half of the run-ahead, so that the GPU has work while JavaScript reads. */
const RESULT_BLOCK = 2;
const STAGING_BUFFERS = 4;

/** Steps that may wait for results(), so that none is overwritten in the ring. */
const MOST_WAITING = RING / 2;

/** A program, and where each of its submits ends. */
interface Chunked { readonly program: Program; readonly ends: readonly number[] }

/** What there is once texts are set. */
interface Ready {
  readonly executables: Executables;
  readonly train: Chunked;
  readonly evaluate: Chunked | undefined;
  readonly heldOut: number;
}

/** Training on the GPU: one recorded program a step, results read some steps late. */
export class GpuEngine implements Engine {
  private readonly run: RunShape;
  private readonly segments: readonly Segment[];
  private readonly words: Uint32Array<ArrayBuffer>;
  /** Those of the whole window. */
  private readonly records: Uint32Array<ArrayBuffer>;
  private readonly floats: Float32Array<ArrayBuffer>;
  /** One for all steps and trials, so that a step leaves nothing to collect. */
  private readonly values = {
    seed: 0, step: 0, cursor: 0, keep: false, rate: 0, correction1: 1, correction2: 1, temperature: 0,
  };
  private readonly staging: Readback;
  private readonly lengths: SnapshotLengths;
  private ready: Ready | undefined;
  private initial: Snapshot | undefined; // once it is drawn, until there are buffers to hold it
  private generator: Generator | undefined; // a free one
  private destroyed = false;
  private waiting: number[] = []; // steps submitted, results not asked for yet
  private reading: { steps: number[]; results: Promise<StepResult[]> }[] = [];

  constructor(private readonly device: Device, private readonly options: EngineOptions, readonly strategy: Strategy) {
    const { model, timeSteps, batch, seeds, recompute } = options;
    const trials = seeds.length;
    this.run = { model, timeSteps, batch, trials, strategy, immediates: device.immediates, recompute };
    this.segments = segmentsOf(timeSteps, recompute);
    this.lengths = snapshotLengths(options);
    this.words = new Uint32Array(controlSets(this.segments.length) * controlSet(trials));
    this.floats = new Float32Array(this.words.buffer);
    this.records = this.words.subarray(0, trials * CONTROL_WORDS);
    this.staging = createReadback(device, STAGING_BUFFERS, MOST_WAITING * trials * RESULT_WORDS * 4);
  }

  /** The training step, once texts are set. */
  get program(): Program {
    return this.prepared().train.program;
  }

  /** Bytes of all GPU buffers. */
  get bytes(): number {
    return (this.ready?.executables.buffers.bytes ?? 0) + this.staging.bytes + (this.generator?.bytes ?? 0);
  }

  async setTexts(texts: Texts): Promise<void> {
    if (this.waiting.length > 0) this.flush(); // their records go with the buffers
    this.initial = await this.snapshot();
    this.ready?.executables.destroy();
    this.ready = undefined;
    const { timeSteps, batch } = this.options;
    const { training, heldOut } = texts;
    const window = this.segments.length > 1 ? (await import('./later.js')).lowerSegments : undefined;
    const run = await withDriver(this.run);
    const train = trainingProgram(run, {
      name: 'training text', count: training.length,
      length: trainingWindows(training.length, { batch, timeSteps }).streamLength,
    }, { ...this.options, window });
    const evaluate = heldOut.length < 2 ? undefined : evaluationProgram(run, {
      name: 'held-out text', count: heldOut.length,
      length: evaluationWindows(heldOut.length, { batch, timeSteps }).streamLength,
    });
    const executables = await prepare(this.device, evaluate ? [train, evaluate] : [train], timeSteps);
    const chunked = (program: Program): Chunked => ({ program, ends: chunks(program, this.strategy.submitFlops) });
    this.ready = {
      executables, train: chunked(train), evaluate: evaluate && chunked(evaluate), heldOut: heldOut.length,
    };
    this.write('training text', training);
    if (evaluate) this.write('held-out text', heldOut);
    this.restore(this.initial);
  }

  submit(control: StepControl): void {
    const { train } = this.prepared();
    this.device.check();
    if (this.pending() >= MOST_WAITING) {
      throw new Error(`${MOST_WAITING} steps are submitted and not read: await results() between steps`);
    }
    this.control(control);
    this.write('train control', this.words);
    this.waiting.push(control.step);
    const staging = this.waiting.length >= RESULT_BLOCK ? this.staging.take() : undefined;
    this.runProgram(train, staging);
    if (staging) this.read(staging);
  }

  async results(pending: number): Promise<StepResult[]> {
    const out: StepResult[] = [];
    while (this.pending() > pending) {
      if (this.reading.length === 0) this.flush();
      out.push(...(await this.reading[0]!.results));
      this.reading.shift();
    }
    return out;
  }

  async evaluate(): Promise<number[]> {
    const { evaluate, executables, heldOut: count } = this.prepared();
    const { batch, seeds } = this.options;
    const timeSteps = evaluationSteps(this.run);
    if (!evaluate) return seeds.map(() => NaN);
    const { streamLength, windows } = evaluationWindows(count, { batch, timeSteps });
    const totals = seeds.map(() => 0);
    for (let first = 0; first < windows; first += RING) {
      const last = Math.min(windows, first + RING);
      for (let w = first; w < last; w++) {
        this.control({ step: w, cursor: w * timeSteps, reset: w === 0, rate: 0 });
        this.write('evaluate control', this.records);
        this.runProgram(evaluate);
      }
      const records = new Float32Array(await readBuffer(this.device, executables.buffer('evaluation results')));
      for (let w = first; w < last; w++) {
        const predictions = countPredictions(w * timeSteps, timeSteps, batch, count, streamLength);
        seeds.forEach((_, n) => (totals[n]! += records[((w % RING) * seeds.length + n) * RESULT_WORDS]! * predictions));
      }
    }
    return totals.map((total) => total / (count - 1));
  }

  async *generate(options: GenerateOptions): AsyncGenerator<Uint32Array> {
    // One text at a time each: a second writer at the same time has its own states. One is kept for the next text.
    const free = this.generator;
    this.generator = undefined;
    const generator = free ?? await this.newGenerator();
    try {
      const parameters = this.ready?.executables.buffer('parameters') ?? (await this.untrained()).parameters;
      yield* generator.generate(parameters, options);
    } finally {
      if (this.destroyed || this.generator) generator.destroy();
      else this.generator = generator;
    }
  }

  /** All copies are taken at once, so that no step comes between them. */
  async snapshot(): Promise<Snapshot> {
    if (!this.ready) return structuredClone(await this.untrained());
    const { executables } = this.ready;
    const read = async (name: string, length: number): Promise<Float32Array> => (length === 0
      ? new Float32Array()
      : new Float32Array(await readBuffer(this.device, executables.buffer(name), 0, 4 * length)));
    const { lengths } = this;
    const [parameters, states, ...optimizer] = await Promise.all([
      read('parameters', lengths.parameters), read('states', lengths.states),
      ...lengths.optimizer.map((name) => read(name, lengths.parameters)),
    ]);
    const moments = Object.fromEntries(lengths.optimizer.map((name, i) => [name, optimizer[i]!]));
    return { parameters, states, optimizer: moments };
  }

  /** @throws RangeError where an array has another length than this run's; nothing is changed then. */
  restore(snapshot: Snapshot): void {
    checkSnapshot(snapshot, this.lengths);
    if (!this.ready) {
      this.initial = structuredClone(snapshot);
      return;
    }
    if (this.waiting.length > 0) this.flush(); // their records are about to be cleared
    this.initial = undefined;
    this.write('parameters', Float32Array.from(snapshot.parameters));
    for (const name of this.lengths.optimizer) this.write(name, Float32Array.from(snapshot.optimizer[name]!));
    this.write('states', Float32Array.from(snapshot.states));
    this.write('results', new Float32Array(RING * this.options.seeds.length * RESULT_WORDS));
  }

  /** µs of each dispatch of a training step, where the adapter has timestamps. Runs them once; the state is kept. */
  async measure(): Promise<number[] | undefined> {
    const { executables, train: { program } } = this.prepared();
    if (this.pending() > 0) throw new Error('steps are under way: await results(0) before measuring');
    const before = await this.snapshot();
    this.control({ step: 0, cursor: 0, reset: true, rate: 0 });
    this.write('train control', this.words);
    const { measureDispatches } = await import('./later.js');
    const times = await measureDispatches(this.device, program.dispatches.length,
      (pass, index) => executables.encode(pass, program, { from: index, to: index + 1 }));
    this.restore(before);
    return times;
  }

  destroy(): void {
    this.destroyed = true;
    this.ready?.executables.destroy();
    this.generator?.destroy();
    this.staging.destroy();
  }

  /** Where the run starts while there are no buffers: what was restored, else drawn when it is first asked for. */
  private async untrained(): Promise<Snapshot> {
    const drawn = this.initial ?? await initialSnapshot(this.options, this.lengths);
    if (!this.ready) this.initial ??= drawn; // unless something was restored meanwhile
    return this.initial ?? drawn;
  }

  /** Its programs are loaded when the first text is to be written. */
  private async newGenerator(): Promise<Generator> {
    const { createGenerator } = await import('./later.js');
    return createGenerator(this.device, this.run);
  }

  private prepared(): Ready {
    if (!this.ready) throw new Error('the engine has no text yet: await setTexts() first');
    return this.ready;
  }

  /** Steps submitted whose results were not given out. */
  private pending(): number {
    return this.waiting.length + this.reading.reduce((sum, { steps }) => sum + steps.length, 0);
  }

  /** Submits a program, in as many parts as it was cut into; the last part also fills `staging` with results. */
  private runProgram({ program, ends }: Chunked, staging?: GPUBuffer): void {
    this.prepared().executables.submit(program, ends, staging && ((encoder) => this.copyResults(encoder, staging)));
  }

  private control({ step, cursor, reset, rate }: StepControl): void {
    const { seeds, optimizer } = this.options;
    const { values } = this;
    values.step = step;
    values.cursor = cursor;
    values.keep = !reset;
    values.correction1 = optimizer.kind === 'adam' ? 1 - optimizer.beta1 ** (step + 1) : 1;
    values.correction2 = optimizer.kind === 'adam' ? 1 - optimizer.beta2 ** (step + 1) : 1;
    for (let trial = 0; trial < seeds.length; trial++) {
      values.seed = seeds[trial]!;
      values.rate = rateOfTrial(rate, trial);
      writeControl(this.words, this.floats, trial, values);
    }
    repeatControl(this.words, this.floats, seeds.length, this.segments);
  }

  private write(name: string, data: Uint32Array | Float32Array): void {
    if (data.length === 0) return;
    const buffer = this.prepared().executables.buffer(name);
    this.device.gpu.queue.writeBuffer(buffer, 0, data as Uint32Array<ArrayBuffer>);
  }

  /** Copies the waiting steps' records, from the first to the last, which may lie past the ring's end. */
  private copyResults(encoder: GPUCommandEncoder, staging: GPUBuffer): void {
    const results = this.prepared().executables.buffer('results');
    const record = this.options.seeds.length * RESULT_WORDS * 4;
    const first = this.waiting[0]! % RING;
    const head = Math.min(this.waiting.length, RING - first);
    encoder.copyBufferToBuffer(results, first * record, staging, 0, head * record);
    const rest = this.waiting.length - head;
    if (rest > 0) encoder.copyBufferToBuffer(results, 0, staging, head * record, rest * record);
  }

  private read(staging: GPUBuffer): void {
    const steps = this.waiting;
    this.waiting = [];
    const trials = this.options.seeds.length;
    const results = this.staging.read(staging, (data) => parseResults(new Float32Array(data), steps, trials));
    results.catch(() => undefined); // reported by results()
    this.reading.push({ steps, results });
  }

  private flush(): void {
    const staging = this.staging.take();
    if (!staging) throw new Error('no staging buffer is free');
    const encoder = this.device.gpu.createCommandEncoder();
    this.copyResults(encoder, staging);
    this.device.gpu.queue.submit([encoder.finish()]);
    this.read(staging);
  }
}

async function initialSnapshot({ model, seeds }: EngineOptions, lengths: SnapshotLengths): Promise<Snapshot> {
  const snapshot = emptySnapshot(lengths);
  const draw = drawsMatrices(model) ? (await import('./later.js')).initialParameters : drawParameters;
  seeds.forEach((seed, trial) => snapshot.parameters.set(draw(model, seed), trial * model.layout.size));
  return snapshot;
}

function parseResults(records: Float32Array, steps: readonly number[], trials: number): StepResult[] {
  return steps.map((step, i) => {
    const value = (word: number): number[] =>
      Array.from({ length: trials }, (_, n) => records[(i * trials + n) * RESULT_WORDS + word]!);
    return { step, loss: value(0), gradientNorm: value(1), nonFinite: value(2) };
  });
}

/** Predictions that the window at `cursor` of an evaluation counts. */
function countPredictions(
  cursor: number, timeSteps: number, batch: number, count: number, streamLength: number,
): number {
  let predictions = 0;
  for (let row = 0; row < batch; row++) {
    const { begin, end } = evaluationRow(row, count, streamLength);
    predictions += Math.max(0, Math.min(timeSteps, end - begin - cursor));
  }
  return predictions;
}
