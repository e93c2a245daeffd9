import { CounterRandom } from '../../random/counter-random.js';
import { stream } from '../../random/streams.js';
import type { Sequence } from '../task.js';
import type { RivalNet, Trace } from './rival-net.js';
import { createNet, createTrace, forward, initialWeights, targetOf } from './rival-net.js';
import type { RivalOptions, RivalProblem, RivalResult } from './rival.js';

/** Sequences of the test after training. */
const TEST_SEQUENCES = 1000;
/**
 * Sequences from one attempt at the criterion to the next, also where the task has it less often: the searches try it
 * as soon as a point looks right, and would seem faster than they are against a rival that has to wait.
 */
const ATTEMPT_EVERY = 50;
/** Sequences of a search's first training set, all of which are right by chance with odds 2^-20, and of its last. */
const FIRST_SET = 20;
const LARGEST_SET = 160;

/** One trial of a rival: its random numbers, its count of presentations, and the criterion. */
export class Trial {
  readonly net: RivalNet;
  readonly trace: Trace;
  /** For what an algorithm draws beside weights and sequences. */
  readonly random: CounterRandom;
  /** Sequences presented. */
  presented = 0;
  private readonly training: CounterRandom;
  private readonly testing: CounterRandom;
  private readonly fresh: Sequence;

  /**
   * @param threshold units and outputs are thresholds
   * @throws RangeError where the problem is none for the rivals, or an option cannot be
   */
  constructor(
    private readonly rival: RivalProblem,
    private readonly options: RivalOptions,
    private readonly threshold = false,
  ) {
    const { seed, limit } = options;
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError(`limit is ${limit}: give a whole number of sequences, at least 1`);
    }
    this.net = createNet(rival);
    this.trace = createTrace(this.net, rival.problem.timeSteps);
    this.training = new CounterRandom(seed, stream.data);
    this.testing = new CounterRandom(seed, stream.data, 1);
    this.random = new CounterRandom(seed, stream.initialisation, 1);
    this.fresh = this.room();
  }

  get over(): boolean {
    return this.presented >= this.options.limit;
  }

  /** First weights as the set-up has them. */
  firstWeights(): Float64Array {
    return initialWeights(this.net, this.rival, new CounterRandom(this.options.seed, stream.initialisation));
  }

  /** A fresh training sequence; the next call overwrites it. */
  next(): Sequence {
    return this.draw(this.training, this.fresh, false);
  }

  /** Training sequences to keep. */
  drawSet(count: number): readonly Sequence[] {
    return Array.from({ length: count }, () => this.draw(this.training, this.room(), false));
  }

  /** A forward pass that counts. */
  present(weights: Float64Array, sequence: Sequence): void {
    this.presented++;
    forward(this.net, weights, sequence, this.trace, this.threshold);
  }

  /** Whether the outputs of the last forward pass are wrong. */
  wrong(sequence: Sequence): boolean {
    const { judge } = this.rival.problem;
    if (judge.kind !== 'error') return true;
    // Written so that an output that is no number is wrong.
    return this.trace.outputs.some((y, k) => !(Math.abs(y - targetOf(this.net, sequence, k)) <= judge.bound));
  }

  /** C of the last forward pass. */
  error(sequence: Sequence): number {
    return this.trace.outputs.reduce((sum, y, k) => sum + 0.5 * (y - targetOf(this.net, sequence, k)) ** 2, 0);
  }

  /** Whether an attempt at the criterion is due. */
  get due(): boolean {
    return this.presented % ATTEMPT_EVERY === 0 || this.over;
  }

  /** How many of a training set may be wrong: the criterion's share of it. */
  allowed(sequences: number): number {
    const { criterion } = this.rival.problem;
    return Math.floor(sequences * criterion.wrong / criterion.sequences);
  }

  /**
   * Whether the weights meet the criterion, on fresh sequences also where the task tries it on those of training: the
   * searches present the same ones again.
   */
  solved(weights: Float64Array): boolean {
    const { sequences, wrong, error } = this.rival.problem.criterion;
    const test = this.test(weights, sequences, wrong);
    return test.wrong <= wrong && (error === undefined || test.error < error);
  }

  result(success: boolean, weights: Float64Array, points?: number): RivalResult {
    const testWrong = this.test(weights, TEST_SEQUENCES).wrong / TEST_SEQUENCES;
    return { success, sequences: this.presented, ...points === undefined ? {} : { points }, testWrong };
  }

  /** Ends early once more than `enough` are wrong. */
  private test(weights: Float64Array, sequences: number, enough = Infinity): { wrong: number; error: number } {
    const { net, trace } = this;
    let wrong = 0;
    let error = 0;
    for (let n = 0; n < sequences && wrong <= enough; n++) {
      const sequence = this.draw(this.testing, this.fresh, true);
      forward(net, weights, sequence, trace, this.threshold);
      if (this.wrong(sequence)) wrong++;
      trace.outputs.forEach((y, k) => {
        error += Math.abs(y - targetOf(net, sequence, k)) / net.outputs;
      });
    }
    return { wrong, error: error / sequences };
  }

  private room(): Sequence {
    const { timeSteps, outputs } = this.rival.problem;
    const of = (width: number) => new Float64Array(timeSteps * width);
    return {
      length: 0, inputs: of(this.net.inputs), targets: of(outputs), weights: of(1), legal: new Uint32Array(timeSteps),
    };
  }

  private draw(random: CounterRandom, sequence: Sequence, testing: boolean): Sequence {
    sequence.inputs.fill(0);
    sequence.targets.fill(0);
    sequence.weights.fill(0);
    this.rival.problem.draw(random, sequence, testing);
    const early = sequence.weights.findIndex((weight) => weight !== 0);
    if (early !== sequence.length - 1) {
      throw new RangeError(`there is a target at time step ${early + 1} of ${sequence.length}: the rivals of ` +
        'Bengio et al. (1994) are for a target at the end alone; take latch or parity');
    }
    return sequence;
  }
}

/**
 * The training set of a search, and what a point of weight space is worth on it. The set stays the same, so that two
 * points can be compared; it is drawn anew, at twice the size up to 160, each time a point gets it right and yet does
 * not solve the task, for then it says too little.
 */
export class SearchSet {
  points = 0;
  private set: readonly Sequence[];

  constructor(private readonly trial: Trial) {
    this.set = trial.drawSet(FIRST_SET);
  }

  /** Mean C over the set, and whether no more of it is wrong than the criterion allows. The presentations count. */
  cost(weights: Float64Array): { cost: number; right: boolean } {
    this.points++;
    let cost = 0;
    let wrong = 0;
    for (const sequence of this.set) {
      this.trial.present(weights, sequence);
      cost += this.trial.error(sequence) / this.set.length;
      if (this.trial.wrong(sequence)) wrong++;
    }
    return { cost, right: wrong <= this.trial.allowed(this.set.length) };
  }

  /** The same without the cost, presented up to the first sequence that is too much. */
  right(weights: Float64Array): boolean {
    this.points++;
    let left = this.trial.allowed(this.set.length);
    return this.set.every((sequence) => {
      this.trial.present(weights, sequence);
      return !this.trial.wrong(sequence) || left-- > 0;
    });
  }

  /** The next set. */
  renew(): void {
    this.set = this.trial.drawSet(Math.min(LARGEST_SET, 2 * this.set.length));
  }
}
