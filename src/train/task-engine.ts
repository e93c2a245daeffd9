import { BUFFER_USAGE } from '../gpu/constants.js';
import { mapped, readBuffer } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import { GATE_THREADS } from '../kernels/gate-sums.js';
import { CONTROL_WORDS, RESULT_WORDS, RING, writeControl } from '../kernels/control.js';
import {
  controlPart, stepWords, taskFlowProgram, type TaskRun, type TaskTraining, taskTestProgram, taskTrainingProgram,
} from '../layers/tasks.js';
import type { Model } from '../model/description.js';
import { pad4 } from '../model/layout.js';
import type { Driver } from '../kernels/recurrence.js';
import { chunks } from '../schedule/chunks.js';
import { type Executables, prepare } from '../schedule/executable.js';
import type { Program } from '../schedule/program.js';
import { chooseStrategy, type Strategy } from '../schedule/tiles.js';
import type { BlockOutcome, FlowSums, TaskEngine } from '../tasks/engine.js';
import { type SequenceBlock, stepLayout } from '../tasks/sequences.js';
import type { Problem } from '../tasks/task.js';
import { withDriver } from './with-driver.js';

export interface TaskEngineOptions extends TaskTraining {
  readonly model: Model;
  readonly problem: Problem;
  readonly batch: number;
  readonly trials: number;
  readonly testBatch: number;
  readonly driver?: Driver | undefined;
  /** Draws dropout masks; a seed a trial. */
  readonly seeds: readonly number[];
}

/** Steps of a block: as many as the ring of results holds. */
export const MOST_STEPS = RING;

/** What one kind of program reads and writes. */
interface Kind {
  readonly name: 'train' | 'test';
  readonly run: TaskRun;
  readonly program: Program;
  /** Dispatches of one step past which a submit ends, and steps that a submit may hold. */
  readonly ends: readonly number[];
  readonly stepsAtOnce: number;
}

/** Many small networks on a task, on the GPU: a block of steps is one upload, a few submits and one read. */
export class GpuTaskEngine implements TaskEngine {
  readonly testBatch: number;
  private done = 0; // steps
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly device: Device, private readonly options: TaskEngineOptions, readonly strategy: Strategy,
    private readonly training: Kind, private readonly testing: Kind,
    private readonly flows: { readonly error: Program; readonly jacobian: Program } | undefined,
    private readonly executables: Executables,
  ) {
    this.testBatch = options.testBatch;
  }

  /** @throws GpuError where a buffer is too large; RangeError where the driver cannot carry the model's cell. */
  static async create(device: Device, options: TaskEngineOptions): Promise<GpuTaskEngine> {
    const { model, problem, batch, trials, testBatch, driver } = options;
    const { timeSteps } = problem;
    const strategy = chooseStrategy(device.adapter, { model, timeSteps, batch }, driver);
    const run = async (size: number): Promise<TaskRun> => ({
      ...await withDriver({ model, timeSteps, batch: size, trials, strategy, immediates: device.immediates }),
      task: problem, parts: stepLayout(problem, { batch: size, trials }),
      steps: stepsOfBlock(problem, size, trials),
    });
    const [train, test] = [await run(batch), await run(testBatch)];
    const kind = (name: 'train' | 'test', run: TaskRun, program: Program): Kind => ({
      name, run, program, ends: chunks(program, strategy.submitFlops),
      stepsAtOnce: Math.max(1, Math.floor(strategy.submitFlops / flopsOf(program))),
    });
    const training = kind('train', train, taskTrainingProgram(train, options));
    const testing = kind('test', test, taskTestProgram(test));
    const flows = strategy.driver === 'wavefront' ? undefined
      : { error: taskFlowProgram(test, false), jacobian: taskFlowProgram(test, true) };
    const programs = [training.program, testing.program, ...(flows ? [flows.error, flows.jacobian] : [])];
    const executables = await prepare(device, programs, MOST_STEPS);
    return new GpuTaskEngine(device, options, strategy, training, testing, flows, executables);
  }

  /** One update as a list of dispatches. */
  get program(): Program {
    return this.training.program;
  }

  get bytes(): number {
    return this.executables.buffers.bytes;
  }

  train(block: SequenceBlock, rates: readonly number[]): Promise<BlockOutcome> {
    this.upload(this.training, block, rates);
    this.done += block.steps;
    return this.run(this.training, block);
  }

  test(block: SequenceBlock): Promise<BlockOutcome> {
    this.upload(this.testing, block, []);
    return this.run(this.testing, block);
  }

  async flow(block: SequenceBlock, vectors: Float32Array<ArrayBuffer>): Promise<FlowSums | undefined> {
    const { flows, executables, device, testing: { run: { timeSteps, batch, model } } } = this;
    if (!flows) return undefined;
    const width = vectors.length / batch;
    const pitch = pad4(width);
    const lengths = block.lengths.subarray(0, batch);
    const placed = new Float32Array(timeSteps * batch * pitch);
    lengths.forEach((length, b) => {
      placed.set(vectors.subarray(b * width, (b + 1) * width), ((length - 1) * batch + b) * pitch);
    });
    const sums = async (program: Program): Promise<Float64Array> => {
      this.upload(this.testing, block, []);
      device.gpu.queue.writeBuffer(executables.buffer('flow vectors'), 0, placed);
      executables.submit(program, chunks(program, this.strategy.submitFlops));
      const norms = await readBuffer(device, executables.buffer('flow norms'), 0, 4 * timeSteps);
      return Float64Array.from(new Float32Array(norms));
    };
    const recurrent = model.layers.some(({ kind }) => kind === 'recurrent');
    if (!recurrent) return undefined;
    const rows = Float64Array.from({ length: timeSteps }, (_, lag) => lengths.filter((length) => length > lag).length);
    const error = await sums(flows.error);
    const gates = await this.gateSums();
    return { error, jacobian: await sums(flows.jacobian), rows, gates };
  }

  /** What the flow of the error has left of the gates. */
  private async gateSums(): Promise<number[][]> {
    const { flows, executables, device } = this;
    if (!flows?.error.buffers.some(({ name }) => name === 'gate sums')) return [];
    const parts = new Float32Array(await readBuffer(device, executables.buffer('gate sums')));
    return Array.from({ length: parts.length / (4 * GATE_THREADS) }, (_, lane) => {
      const sums = [0, 0, 0, 0];
      for (let i = 0; i < 4 * GATE_THREADS; i++) sums[i % 4]! += parts[lane * 4 * GATE_THREADS + i]!;
      return sums;
    });
  }

  async parameters(): Promise<Float32Array> {
    const { trials, model: { layout } } = this.options;
    await this.turn;
    return new Float32Array(await readBuffer(this.device, this.executables.buffer('parameters'), 0,
      4 * trials * layout.size));
  }

  setParameters(values: ArrayLike<number>): void {
    const { trials, model: { layout } } = this.options;
    const needed = trials * layout.size;
    if (values.length !== needed) {
      throw new RangeError(`there are ${values.length} parameters for ${trials} trials: give ${needed}`);
    }
    this.device.gpu.queue.writeBuffer(this.executables.buffer('parameters'), 0, Float32Array.from(values));
  }

  destroy(): void {
    this.executables.destroy();
  }

  /** Writes the block, the control records of each of its steps in front of it. */
  private upload({ run, name }: Kind, block: SequenceBlock, rates: readonly number[]): void {
    const { trials, seeds, optimizer } = this.options;
    const { batch, steps: most } = run;
    const { steps, layout, lengths } = block;
    if (block.batch !== batch || block.trials !== trials || steps > most) {
      throw new RangeError(`a block of ${steps} steps, batch ${block.batch} and ${block.trials} trials was given: ` +
        `give at most ${most} steps, batch ${batch} and ${trials} trials`);
    }
    const part = controlPart(run);
    const size = stepWords(run);
    const words = new Uint32Array(steps * size);
    const floats = new Float32Array(words.buffer);
    for (let k = 0; k < steps; k++) {
      const start = k * size;
      const step = this.done + k;
      const [recordWords, recordFloats] = [words.subarray(start), floats.subarray(start)];
      for (let trial = 0; trial < trials; trial++) {
        writeControl(recordWords, recordFloats, trial, {
          seed: seeds[trial]!, step, cursor: 0, keep: false, rate: rates[trial] ?? 0, temperature: 0,
          correction1: optimizer.kind === 'adam' ? 1 - optimizer.beta1 ** (step + 1) : 1,
          correction2: optimizer.kind === 'adam' ? 1 - optimizer.beta2 ** (step + 1) : 1,
        });
      }
      words.set(lengths.subarray(k * trials * batch, (k + 1) * trials * batch), start + trials * CONTROL_WORDS);
      words.set(block.words.subarray(k * layout.size, (k + 1) * layout.size), start + part);
    }
    this.device.check();
    this.device.gpu.queue.writeBuffer(this.executables.buffer(`${name} block`), 0, words);
  }

  /** Submits all steps of a block, and reads what came of them. */
  private run(kind: Kind, { steps }: SequenceBlock): Promise<BlockOutcome> {
    const { device, executables, options: { trials } } = this;
    const { gpu } = device;
    const { name, run: { batch } } = kind;
    this.encode(kind, steps);
    const outcomeBytes = 16 * steps * trials * batch;
    const resultBytes = 4 * trials * RESULT_WORDS;
    const staging = gpu.createBuffer({
      size: outcomeBytes + resultBytes, usage: BUFFER_USAGE.MAP_READ | BUFFER_USAGE.COPY_DST,
    });
    const encoder = gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(executables.buffer(`${name} outcomes`), 0, staging, 0, outcomeBytes);
    const last = (this.done + RING - 1) % RING;
    encoder.copyBufferToBuffer(executables.buffer('results'), last * resultBytes, staging, outcomeBytes, resultBytes);
    gpu.queue.submit([encoder.finish()]);
    const outcome = mapped(device, staging, (data) => outcomeOf(new Float32Array(data), steps * trials * batch, trials))
      .finally(() => staging.destroy());
    this.turn = outcome.catch(() => undefined);
    return outcome;
  }

  private encode({ program, ends, stepsAtOnce }: Kind, steps: number): void {
    const { gpu } = this.device;
    const { executables } = this;
    if (ends.length > 1) { // a step of its own is more than a submit
      for (let run = 0; run < steps; run++) {
        let from = 0;
        for (const to of ends) {
          this.submit((pass) => executables.encode(pass, program, { from, to, run }));
          from = to;
        }
      }
      return;
    }
    for (let first = 0; first < steps; first += stepsAtOnce) {
      const encoder = gpu.createCommandEncoder();
      const pass = encoder.beginComputePass();
      const end = Math.min(steps, first + stepsAtOnce);
      for (let run = first; run < end; run++) executables.encode(pass, program, { run });
      pass.end();
      gpu.queue.submit([encoder.finish()]);
    }
  }

  private submit(record: (pass: GPUComputePassEncoder) => void): void {
    const encoder = this.device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    this.device.gpu.queue.submit([encoder.finish()]);
  }
}

const BLOCK_WORDS = 2 ** 20; // 4 MB

/** Steps of a block: a ring of results of them at most, and a few MB to upload. */
export const stepsOfBlock = (problem: Problem, batch: number, trials: number): number =>
  Math.max(1, Math.min(MOST_STEPS, Math.floor(BLOCK_WORDS / stepLayout(problem, { batch, trials }).size)));

const flopsOf = ({ dispatches }: Program): number =>
  dispatches.reduce((sum, { kernel }) => sum + kernel.cost.flops, 0);

function outcomeOf(values: Float32Array, count: number, trials: number): BlockOutcome {
  const each = (word: number): Float32Array => Float32Array.from({ length: count }, (_, i) => values[4 * i + word]!);
  return {
    wrong: each(0), error: each(1), loss: each(3),
    nonFinite: Array.from({ length: trials }, (_, n) => values[4 * count + n * RESULT_WORDS + 2]!),
  };
}
