import { readBuffer } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import { CONTROL_WORDS, writeControl } from '../kernels/control.js';
import { trainingProgram } from '../layers/network.js';
import { lowerWavefront } from '../layers/wavefront.js';
import { initialParameters } from '../model/initial.js';
import { sgd } from '../model/optimizers.js';
import { chunks } from '../schedule/chunks.js';
import { type Executables, prepare } from '../schedule/executable.js';
import type { Program } from '../schedule/program.js';
import type { Strategy, Workload } from '../schedule/tiles.js';

/** A strategy on the device, ready to be timed. */
export interface Contender {
  readonly strategy: Strategy;
  /** Of its training step: no strategy may change it by more than rounding. */
  readonly loss: number;
  /** ms a step, over `steps` in turn. */
  sample(steps: number): Promise<number>;
  /** ms of a step, roughly. */
  readonly estimate: number;
  destroy(): void;
}

/** Work of a step that is measured: fewer time steps stand for long ones. */
const SOFTWARE_FLOPS = 2e8;
const HARDWARE_FLOPS = 2e10;
const MOST_TIME_STEPS = 256;
const FEWEST_TIME_STEPS = 8;

/** A sample is as many steps as take this long: clocks are coarse, and a submit takes some time to come back. */
const SAMPLE_MS = 4;
const MOST_STEPS = 64;
/** Samples of a strategy; fewer of slow ones, which are less disturbed. */
const SAMPLES = 5;
const SLOW_MS = 20;
const SAMPLES_OF_SLOW = 3;

/** Measures training steps of one network, on a text and with parameters that are the same for every strategy. */
export class StrategyBench {
  readonly timeSteps: number;
  private readonly parameters: Float32Array<ArrayBuffer>;
  private readonly text: Uint32Array<ArrayBuffer>;

  constructor(private readonly device: Device, private readonly workload: Workload, strategy: Strategy) {
    const { model, batch, timeSteps } = workload;
    const flops = this.program(strategy, timeSteps).dispatches.reduce((sum, { kernel }) => sum + kernel.cost.flops, 0);
    const most = device.adapter.software ? SOFTWARE_FLOPS : HARDWARE_FLOPS;
    const few = Math.max(FEWEST_TIME_STEPS, Math.round((timeSteps * most) / flops));
    this.timeSteps = Math.min(timeSteps, few, MOST_TIME_STEPS);
    this.parameters = Float32Array.from(initialParameters(model, 1));
    // A prime's multiples go round the vocabulary: every token, and nothing that a cache could learn.
    this.text = Uint32Array.from({ length: batch * this.timeSteps + 1 }, (_, i) => (i * 7919) % model.outputs);
  }

  /** The training step, one trial: the choice must not depend on their number. */
  program(strategy: Strategy, timeSteps = this.timeSteps): Program {
    const { model, batch } = this.workload;
    const { immediates } = this.device;
    const run = { model, timeSteps, batch, trials: 1, strategy, immediates, wavefront: lowerWavefront };
    const text = { name: 'training text', count: batch * timeSteps + 1, length: timeSteps };
    return trainingProgram(run, text, { optimizer: sgd(), clip: {} });
  }

  /** Compiles a strategy and runs it twice: the first step also makes what drivers make late. */
  async prepare(strategy: Strategy): Promise<Contender> {
    const { device } = this;
    const program = this.program(strategy);
    const ends = chunks(program, strategy.submitFlops);
    const executables = await prepare(device, [program], this.timeSteps);
    const sample = async (steps: number): Promise<number> => {
      const begun = performance.now();
      for (let i = 0; i < steps; i++) executables.submit(program, ends);
      await device.gpu.queue.onSubmittedWorkDone();
      device.check();
      return (performance.now() - begun) / steps;
    };
    try {
      this.write(executables);
      await sample(1);
      const [loss] = new Float32Array(await readBuffer(device, executables.buffer('results'), 0, 4));
      return { strategy, loss: loss!, estimate: await sample(1), sample, destroy: () => executables.destroy() };
    } catch (error) {
      executables.destroy();
      throw error;
    }
  }

  private write({ buffer }: Executables): void {
    const { queue } = this.device.gpu;
    const words = new Uint32Array(CONTROL_WORDS);
    writeControl(words, new Float32Array(words.buffer), 0, {
      seed: 1, step: 0, cursor: 0, keep: false, rate: 0, correction1: 1, correction2: 1, temperature: 0,
    });
    queue.writeBuffer(buffer('train control'), 0, words);
    queue.writeBuffer(buffer('parameters'), 0, this.parameters);
    queue.writeBuffer(buffer('training text'), 0, this.text);
  }
}

/**
 * Median ms a step of each, sampled in turn, so that what else the machine does disturbs both; no further samples after
 * `deadline` of `performance.now()`.
 */
export async function compare(
  a: Contender, b: Contender | undefined, deadline: number,
): Promise<{ a: number; b: number }> {
  const slow = Math.max(a.estimate, b?.estimate ?? 0);
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.round(SAMPLE_MS / slow)));
  const samples = slow > SLOW_MS ? SAMPLES_OF_SLOW : SAMPLES;
  const times = { a: [] as number[], b: [] as number[] };
  do {
    times.a.push(await a.sample(steps));
    if (b) times.b.push(await b.sample(steps));
  } while (times.a.length < samples && performance.now() < deadline);
  return { a: median(times.a), b: median(times.b) };
}

const median = (values: readonly number[]): number => [...values].sort((x, y) => x - y)[values.length >> 1] ?? NaN;
