import type { Device } from '../gpu/device.js';
import { inputWeights, outputWeights, recurrentWeights } from '../model/frozen.js';
import { recurrentWidth, type RecurrentDescription } from '../model/recurrent.js';
import { CounterRandom } from '../random/counter-random.js';
import { taskStream } from '../random/streams.js';
import { ReferenceTaskEngine } from '../reference/task.js';
import type { BlockOutcome, TaskEngine } from '../tasks/engine.js';
import { drawBlock, type SequenceBlock } from '../tasks/sequences.js';
import type { Problem } from '../tasks/task.js';
import { GpuTaskEngine, stepsOfBlock } from '../train/task-engine.js';
import { optimizerOf } from './experiment.js';
import { gateLanes, gradientFlow, largestSingularValue } from './gradient-flow.js';
import { experimentParameters } from './initial.js';
import { meets, TrialTracker } from './tracker.js';
import type { Experiment, ExperimentListener, ExperimentOutcome, GradientFlow, TrialResult } from './types.js';

export interface RunOptions {
  /** Trials still to run, of the experiment's; all of them where absent. */
  readonly seeds?: readonly number[];
  readonly listener?: ExperimentListener;
  readonly signal?: AbortSignal;
}

/** What an experiment without a GPU names as its adapter. */
export const CPU = 'CPU reference, float64';

/**
 * Trains the trials of an experiment side by side until each has solved its task or failed, tests them on fresh
 * sequences, and measures how gradients flow in the first.
 * @throws GpuError where the networks are too large for the adapter; DeviceLostError where it went away
 */
export async function runExperiment(
  device: Device | 'cpu', experiment: Experiment, { seeds = experiment.seeds, listener, signal }: RunOptions = {},
): Promise<ExperimentOutcome> {
  const begun = performance.now();
  const run = await ExperimentRun.create(device, experiment, seeds, listener);
  try {
    await run.train(signal ?? new AbortController().signal);
    await run.report(true);
    return {
      trials: run.results, gradientFlow: await run.flow(),
      adapter: device === 'cpu' ? CPU : device.adapter.name, seconds: (performance.now() - begun) / 1000,
      interrupted: run.results.length < seeds.length,
    };
  } finally {
    run.destroy();
  }
}

/** Sequences of a step of a test: as many rows as keep an adapter busy, and fit a block. */
function testBatchOf({ problem, testSequences, setup }: Experiment, trials: number): number {
  const rows = Math.max(1, Math.floor(TEST_ROWS / (problem.timeSteps * trials)));
  return Math.max(1, Math.min(256, testSequences, Math.max(rows, setup.batch)));
}
const TEST_ROWS = 2 ** 17;

/** The engine before the recurrent layer joins, or after: then its weights to the outputs are trained too. */
async function engineFor(
  device: Device | 'cpu', experiment: Experiment, seeds: readonly number[], joined: boolean,
): Promise<TaskEngine> {
  const { model, problem, setup } = experiment;
  const { initial, clip = {}, omega } = setup;
  const options = {
    model, problem, seeds, trials: seeds.length, batch: setup.batch, optimizer: optimizerOf(setup), clip, omega,
    testBatch: device === 'cpu' ? Math.min(16, experiment.testSequences) : testBatchOf(experiment, seeds.length),
    frozen: [
      ...(initial.inputs ?? []).map(([input]) => inputWeights(model, input)), ...(joined ? [] : [outputWeights(model)]),
    ],
    // The released code of Pascanu et al. has this beside their clipping; without, a burst gradient ends a trial.
    ...(clip.norm === undefined ? {} : { rescued: recurrentWeights(model) }),
  };
  return device === 'cpu'
    ? new ReferenceTaskEngine(options)
    : GpuTaskEngine.create(device, { ...options, driver: experiment.options.driver });
}

/** Initial parameters of all trials, [trials, layout.size]. */
function initialOf({ model, setup }: Experiment, seeds: readonly number[]): Float32Array {
  const { size } = model.layout;
  const flat = new Float32Array(seeds.length * size);
  seeds.forEach((seed, trial) => flat.set(experimentParameters(model, setup.initial, seed), trial * size));
  return flat;
}

/** A block of about this long keeps the terminal alive and the adapter busy. */
const BLOCK_MS = 200;
const PROGRESS_MS = 100;

/** Calls with the place of each weight from the recurrent layer to the outputs, trial by trial. */
function eachOutput({ model }: Experiment, seeds: readonly number[], take: (at: number) => void): void {
  const { from, count } = outputWeights(model);
  seeds.forEach((_, trial) => {
    for (let e = 0; e < count; e++) take(trial * model.layout.size + from + e);
  });
}

class ExperimentRun {
  readonly results: TrialResult[] = [];
  private readonly trackers: readonly TrialTracker[];
  private readonly problem: Problem;
  private readonly batch: number;
  private drawn = 0; // training sequences a trial, under way included
  private attempts = 0; // tests during training
  private told = 0;
  private steps = 1;
  private testMs = 0;
  private lastReport = performance.now();

  private readonly begun = performance.now();

  private constructor(
    private readonly device: Device | 'cpu', private engine: TaskEngine, private readonly experiment: Experiment,
    private readonly seeds: readonly number[], private readonly listener: ExperimentListener | undefined,
    private joined: boolean,
  ) {
    const { problem, setup } = experiment;
    this.problem = problem;
    this.batch = setup.batch;
    this.trackers = seeds.map((seed) => new TrialTracker(seed, problem.criterion, setup.limit));
  }

  static async create(
    device: Device | 'cpu', experiment: Experiment, seeds: readonly number[], listener: ExperimentListener | undefined,
  ): Promise<ExperimentRun> {
    const joined = experiment.setup.joins === undefined;
    const engine = await engineFor(device, experiment, seeds, joined);
    const initial = initialOf(experiment, seeds);
    if (!joined) eachOutput(experiment, seeds, (at) => (initial[at] = 0));
    engine.setParameters(initial);
    return new ExperimentRun(device, engine, experiment, seeds, listener, joined);
  }

  destroy(): void {
    this.engine.destroy();
  }

  /** Until every trial has ended, or the signal. One block is under way while the one before is judged. */
  async train(signal: AbortSignal): Promise<void> {
    let pending: (() => Promise<void>) | undefined;
    while (!signal.aborted && this.training()) {
      const next = this.submit();
      await pending?.();
      pending = next;
      if (this.drawn >= this.nextStop()) {
        await pending();
        pending = undefined;
        if (this.joinDue()) await this.join();
        if (this.attemptDue()) await this.attempt();
      }
      this.tell();
      await this.report(false);
    }
    await pending?.();
    this.tell(true);
  }

  /** Tests the trials that have ended and were not tested; not often, unless `all` is said. */
  async report(all: boolean): Promise<void> {
    const ended = this.trackers.flatMap(({ state, seed }, trial) =>
      (state !== 'training' && !this.results.some((result) => result.seed === seed) ? [trial] : []));
    const rest = performance.now() - this.lastReport;
    if (ended.length === 0 || (!all && rest < TEST_SHARE * this.testMs)) return;
    const begun = performance.now();
    const { wrong, error, count } = await this.test(this.experiment.testSequences, FINAL_TEST);
    for (const trial of ended) {
      const { seed, solvedAt, sequences, state, curve } = this.trackers[trial]!;
      const result: TrialResult = {
        seed, success: state === 'success', sequences: solvedAt ?? null, trained: sequences,
        test: { sequences: count, wrong: wrong[trial]! / count, error: error[trial]! },
        ended: state as TrialResult['ended'], curve,
      };
      this.results.push(result);
      this.listener?.trial(result);
    }
    this.lastReport = performance.now();
    this.testMs = this.lastReport - begun;
  }

  /** How gradients flow in the first trial. */
  async flow(): Promise<GradientFlow | undefined> {
    const { engine, experiment: { model }, seeds } = this;
    const layer = model.layers.find((each): each is RecurrentDescription => each.kind === 'recurrent')!;
    const random = new CounterRandom(seeds[0]!, taskStream.probe);
    const vectors = Float32Array.from({ length: engine.testBatch * recurrentWidth(layer) }, () => random.normal());
    const sums = await engine.flow(this.block(1, engine.testBatch, FLOW_TEST, true), vectors);
    if (!sums || sums.jacobian[0] === 0) return undefined;
    const parameters = (await engine.parameters()).subarray(0, model.layout.size);
    const gates = sums.gates.length === 0 ? [] : gateLanes(model).map(({ gate, lane }) => {
      const [sum, left, right, count] = sums.gates[lane] as [number, number, number, number];
      return { gate, mean: sum / count, left: left / count, right: right / count };
    });
    return gradientFlow(sums, largestSingularValue(model, parameters), gates);
  }

  private training(): boolean {
    return this.trackers.some(({ state }) => state === 'training');
  }

  /** Gives the adapter a block of steps; what comes back judges it. */
  private submit(): () => Promise<void> {
    const { engine, batch, trackers, problem, experiment: { setup } } = this;
    const before = Math.ceil((this.nextStop() - this.drawn) / batch);
    const most = stepsOfBlock(problem, batch, trackers.length);
    const steps = Math.max(1, Math.min(this.steps, most, before));
    const first = this.drawn;
    this.drawn += steps * batch;
    const sent = performance.now();
    const rates = trackers.map(({ state }) => (state === 'training' ? setup.optimizer.rate : 0));
    const outcome = engine.train(this.block(steps, batch, first, false), rates);
    outcome.catch(() => undefined); // awaited below
    return async () => {
      this.judge(await outcome, steps);
      const took = performance.now() - sent; // two blocks are under way
      this.steps = Math.max(1, Math.min(2 * steps, Math.round((steps * 2 * BLOCK_MS) / took)));
    };
  }

  private judge({ wrong, error, nonFinite }: BlockOutcome, steps: number): void {
    const { trackers, batch } = this;
    trackers.forEach((tracker, trial) => {
      if (nonFinite[trial]! > 0) tracker.diverge();
      for (let step = 0; step < steps; step++) {
        for (let b = 0; b < batch; b++) {
          const at = (step * trackers.length + trial) * batch + b;
          tracker.push(wrong[at]!, error[at]!);
        }
      }
    });
  }

  /** Training sequences after which something may end: the next test is due, a trial may succeed, or the limit. */
  private nextStop(): number {
    const { limit } = this.experiment.setup;
    const joins = this.joined ? Infinity : this.experiment.setup.joins!;
    return Math.min(limit, joins, this.nextAttempt(), ...this.trackers.map(({ earliest }) => earliest));
  }

  private joinDue(): boolean {
    return !this.joined && this.drawn >= this.experiment.setup.joins!;
  }

  /** From here on the recurrent layer has its weights to the outputs, as they were drawn, and they are trained. */
  private async join(): Promise<void> {
    const { device, experiment, seeds, engine } = this;
    const parameters = await engine.parameters();
    const initial = initialOf(experiment, seeds);
    eachOutput(experiment, seeds, (at) => (parameters[at] = initial[at]!));
    engine.destroy();
    this.engine = await engineFor(device, experiment, seeds, true);
    this.engine.setParameters(parameters);
    this.joined = true;
  }

  private nextAttempt(): number {
    const { criterion: { on, every = 1000 } } = this.problem;
    return on === 'fresh' ? (this.attempts + 1) * Math.max(every, this.batch) : Infinity;
  }

  private attemptDue(): boolean {
    return this.problem.criterion.on === 'fresh' &&
      this.drawn >= Math.min(this.experiment.setup.limit, this.nextAttempt());
  }

  /** Tests on as many fresh sequences as the criterion asks for, where a trial may pass. */
  private async attempt(): Promise<void> {
    const { criterion } = this.problem;
    const open = this.trackers.filter(({ state }) => state === 'training' || state === 'limit');
    const first = this.attempts++ * criterion.sequences;
    if (!open.some(({ promising }) => promising)) return;
    // Both figures only grow: once no trial can meet the criterion, the rest of the test says nothing.
    const lost = (wrong: readonly number[], error: readonly number[]): boolean =>
      !this.trackers.some((tracker, trial) => open.includes(tracker) && meets(criterion, wrong[trial]!, error[trial]!));
    const { wrong, error } = await this.test(criterion.sequences, first, lost);
    this.trackers.forEach((tracker, trial) => {
      if (open.includes(tracker)) tracker.tested(wrong[trial]!, error[trial]!);
    });
  }

  /**
   * Of each trial: how many of so many fresh sequences are wrong, and their mean error.
   * @param lost whether the figures so far are enough: what is missing then counts as right, and without error
   */
  private async test(
    count: number, first: number, lost: (wrong: readonly number[], error: readonly number[]) => boolean = () => false,
  ): Promise<{ wrong: number[]; error: number[]; count: number }> {
    const { engine, trackers, problem } = this;
    const { testBatch } = engine;
    const wrong = trackers.map(() => 0);
    const error = trackers.map(() => 0);
    const most = stepsOfBlock(problem, testBatch, trackers.length);
    for (let done = 0, next = 1; done < count && !lost(wrong, error); next *= 2) {
      const steps = Math.min(next, most, Math.ceil((count - done) / testBatch));
      const outcome = await engine.test(this.block(steps, testBatch, first + done, true));
      for (let n = 0; n < steps * testBatch && done + n < count; n++) {
        const [step, b] = [Math.floor(n / testBatch), n % testBatch];
        trackers.forEach((_, trial) => {
          const at = (step * trackers.length + trial) * testBatch + b;
          wrong[trial]! += outcome.wrong[at]!;
          error[trial]! += outcome.error[at]! / count;
        });
      }
      done += steps * testBatch;
    }
    return { wrong, error, count };
  }

  private block(steps: number, batch: number, first: number, testing: boolean): SequenceBlock {
    const { seeds, problem } = this;
    return drawBlock(problem, { batch, trials: seeds.length }, steps, { seeds, first, testing });
  }

  private tell(now = false): void {
    if (!now && performance.now() - this.told < PROGRESS_MS) return;
    this.told = performance.now();
    this.listener?.progress(this.trackers.map(({ progress }) => progress), (performance.now() - this.begun) / 1000);
  }
}

// Where the sequences of tests that decide nothing begin: far from those that do.
const FINAL_TEST = 2 ** 31;
const FLOW_TEST = 2 ** 31 + 2 ** 30;

/** A test of what has ended may take a tenth of the time. */
const TEST_SHARE = 10;
