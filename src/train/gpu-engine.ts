import { evaluationRow, evaluationWindows, trainingWindows } from '../data/streams.js';
import { readBuffer } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import { createReadback, type Readback } from '../gpu/readback.js';
import { measureDispatches } from '../gpu/timestamps.js';
import { CONTROL_WORDS, RESULT_WORDS, RING, writeControl } from '../kernels/control.js';
import { evaluationProgram, type RunShape, trainingProgram } from '../layers/network.js';
import type { Engine, EngineOptions, GenerateOptions, Snapshot, StepControl, StepResult, Texts } from '../model/engine.js';
import { initialParameters } from '../model/initial.js';
import { OPTIMIZER_STATES } from '../model/optimizers.js';
import { stateSize } from '../model/states.js';
import { type Executables, prepare } from '../schedule/executable.js';
import type { Program } from '../schedule/program.js';
import type { Strategy } from '../schedule/tiles.js';
import { createGenerator, type Generator } from './gpu-generator.js';

/** Steps whose results are read together: half of the run-ahead, so that the GPU has work while JavaScript reads. */
const RESULT_BLOCK = 2;
const STAGING_BUFFERS = 4;

/** Training on the GPU: one recorded program a step, results read some steps late. */
export class GpuEngine implements Engine {
  private readonly run: RunShape;
  private readonly words: Uint32Array<ArrayBuffer>;
  private readonly floats: Float32Array<ArrayBuffer>;
  private readonly staging: Readback;
  private executables: Executables | undefined;
  private programs: { train: Program; evaluate: Program | undefined } | undefined;
  private texts: Texts | undefined;
  private generator: Generator | undefined;
  private waiting: number[] = []; // steps submitted, results not asked for yet
  private reading: { steps: number[]; results: Promise<StepResult[]> }[] = [];
  private saved: Snapshot;

  constructor(private readonly device: Device, private readonly options: EngineOptions, readonly strategy: Strategy) {
    const { model, timeSteps, batch, seeds } = options;
    const trials = seeds.length;
    this.run = { model, timeSteps, batch, trials, strategy, immediates: device.immediates };
    this.words = new Uint32Array(trials * CONTROL_WORDS);
    this.floats = new Float32Array(this.words.buffer);
    this.staging = createReadback(device, STAGING_BUFFERS, RING * trials * RESULT_WORDS * 4);
    const size = model.layout.size;
    const parameters = new Float32Array(trials * size);
    seeds.forEach((seed, trial) => parameters.set(initialParameters(model, seed), trial * size));
    this.saved = {
      parameters,
      optimizer: Object.fromEntries(OPTIMIZER_STATES[options.optimizer.kind].map((name) => [name, new Float32Array(trials * size)])),
      states: new Float32Array(trials * stateSize(model, batch)),
    };
  }

  /** The training step, once texts are set. */
  get program(): Program {
    return this.ready().programs.train;
  }

  /** Bytes of all GPU buffers. */
  get bytes(): number {
    return (this.executables?.buffers.bytes ?? 0) + this.staging.bytes + (this.generator?.bytes ?? 0);
  }

  async setTexts(texts: Texts): Promise<void> {
    if (this.executables) this.saved = await this.snapshot();
    const { timeSteps, batch } = this.options;
    const { training, heldOut } = texts;
    const train = trainingProgram(this.run, {
      name: 'training text', count: training.length, length: trainingWindows(training.length, { batch, timeSteps }).streamLength,
    }, this.options);
    const evaluate = heldOut.length < 2 ? undefined : evaluationProgram(this.run, {
      name: 'held-out text', count: heldOut.length, length: evaluationWindows(heldOut.length, { batch, timeSteps }).streamLength,
    });
    const executables = await prepare(this.device, evaluate ? [train, evaluate] : [train], timeSteps);
    this.executables?.destroy();
    this.executables = executables;
    this.programs = { train, evaluate };
    this.texts = texts;
    this.write('training text', training);
    if (evaluate) this.write('held-out text', heldOut);
    this.restore(this.saved);
  }

  submit(control: StepControl): void {
    const { executables, programs } = this.ready();
    this.device.check();
    if (this.waiting.length + this.reading.length * RESULT_BLOCK >= RING / 2) {
      throw new Error(`${RING / 2} steps are submitted and not read: await results() between steps`);
    }
    this.control(control);
    this.write('train control', this.words);
    this.waiting.push(control.step);
    const encoder = this.device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    executables.encode(pass, programs.train);
    pass.end();
    const staging = this.waiting.length >= RESULT_BLOCK ? this.staging.take() : undefined;
    if (staging) this.copyResults(encoder, staging);
    this.device.gpu.queue.submit([encoder.finish()]);
    if (staging) this.read(staging);
  }

  async results(pending: number): Promise<StepResult[]> {
    const out: StepResult[] = [];
    while (this.waiting.length + this.reading.reduce((n, { steps }) => n + steps.length, 0) > pending) {
      if (this.reading.length === 0) this.flush();
      out.push(...(await this.reading[0]!.results));
      this.reading.shift();
    }
    return out;
  }

  async evaluate(): Promise<number[]> {
    const { programs, executables, texts } = this.ready();
    const { timeSteps, batch, seeds } = this.options;
    const count = texts.heldOut.length;
    if (!programs.evaluate) return seeds.map(() => NaN);
    const { streamLength, windows } = evaluationWindows(count, { batch, timeSteps });
    const totals = seeds.map(() => 0);
    for (let first = 0; first < windows; first += RING) {
      const last = Math.min(windows, first + RING);
      for (let w = first; w < last; w++) {
        this.control({ step: w, cursor: w * timeSteps, reset: w === 0, rate: 0 });
        this.write('evaluate control', this.words);
        const encoder = this.device.gpu.createCommandEncoder();
        const pass = encoder.beginComputePass();
        executables.encode(pass, programs.evaluate);
        pass.end();
        this.device.gpu.queue.submit([encoder.finish()]);
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
    const { executables } = this.ready();
    this.generator ??= await createGenerator(this.device, this.run);
    yield* this.generator.generate(executables.buffer('parameters'), options);
  }

  async snapshot(): Promise<Snapshot> {
    const { executables } = this;
    if (!executables) return structuredClone(this.saved);
    const read = async (name: string, length: number): Promise<Float32Array> =>
      new Float32Array(await readBuffer(this.device, executables.buffer(name), 0, 4 * length));
    const { parameters, optimizer, states } = this.saved;
    return {
      parameters: await read('parameters', parameters.length),
      optimizer: Object.fromEntries(await Promise.all(
        Object.entries(optimizer).map(async ([name, { length }]) => [name, await read(name, length)] as const),
      )),
      states: states.length > 0 ? await read('states', states.length) : states,
    };
  }

  restore(snapshot: Snapshot): void {
    this.saved = snapshot;
    if (!this.executables) return;
    this.write('parameters', Float32Array.from(snapshot.parameters));
    for (const [name, values] of Object.entries(snapshot.optimizer)) this.write(name, Float32Array.from(values));
    this.write('states', Float32Array.from(snapshot.states));
  }

  /** µs of each dispatch of a training step, where the adapter has timestamps. Runs the step's dispatches once, state kept. */
  async measure(): Promise<number[] | undefined> {
    const { executables, programs } = this.ready();
    const before = await this.snapshot();
    this.control({ step: 0, cursor: 0, reset: true, rate: 0 });
    this.write('train control', this.words);
    const times = await measureDispatches(this.device, programs.train.dispatches.length,
      (pass, index) => executables.encodeOne(pass, programs.train, index));
    this.restore(before);
    return times;
  }

  destroy(): void {
    this.executables?.destroy();
    this.generator?.destroy();
    this.staging.destroy();
  }

  private ready(): { executables: Executables; programs: { train: Program; evaluate: Program | undefined }; texts: Texts } {
    const { executables, programs, texts } = this;
    if (!executables || !programs || !texts) throw new Error('the engine has no text yet: await setTexts() first');
    return { executables, programs, texts };
  }

  private control({ step, cursor, reset, rate }: StepControl): void {
    const { seeds, optimizer } = this.options;
    const [beta1, beta2] = optimizer.kind === 'adam' ? [optimizer.beta1, optimizer.beta2] : [0, 0];
    seeds.forEach((seed, trial) => writeControl(this.words, this.floats, trial, {
      seed, step, cursor, keep: !reset, rate, temperature: 0,
      correction1: 1 - beta1 ** (step + 1), correction2: 1 - beta2 ** (step + 1),
    }));
  }

  private write(name: string, data: Uint32Array | Float32Array): void {
    if (data.length > 0) this.device.gpu.queue.writeBuffer(this.ready().executables.buffer(name), 0, data as Uint32Array<ArrayBuffer>);
  }

  /** Copies the waiting steps' records, from the first to the last, which may lie past the ring's end. */
  private copyResults(encoder: GPUCommandEncoder, staging: GPUBuffer): void {
    const results = this.ready().executables.buffer('results');
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
    const results = this.staging.read(staging, (data) => parseResults(new Float32Array(data), steps, this.options.seeds.length));
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

function parseResults(records: Float32Array, steps: readonly number[], trials: number): StepResult[] {
  return steps.map((step, i) => {
    const value = (word: number): number[] =>
      Array.from({ length: trials }, (_, n) => records[(i * trials + n) * RESULT_WORDS + word]!);
    return { step, loss: value(0), gradientNorm: value(1), nonFinite: value(2) };
  });
}

function countPredictions(cursor: number, timeSteps: number, batch: number, count: number, streamLength: number): number {
  let predictions = 0;
  for (let row = 0; row < batch; row++) {
    const { begin, end } = evaluationRow(row, count, streamLength);
    predictions += Math.max(0, Math.min(timeSteps, end - begin - cursor));
  }
  return predictions;
}
