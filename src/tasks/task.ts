import type { CounterRandom } from '../random/counter-random.js';

/** A published problem: what can be asked of it, how its sequences are drawn, and what counts as solved. */
export interface Task {
  /** As on the command line: `temporal-order-6a`. */
  readonly name: string;
  /** One line for a list of tasks. */
  readonly title: string;
  /** Paper and section, e.g. `Hochreiter & Schmidhuber 1997, experiment 6a`. */
  readonly source: string;
  /** Numbers that may be chosen, by name; `length` is what a success curve is drawn against. */
  readonly options: Readonly<Record<string, TaskOption>>;
  /** Recorded examples that the sequences are made of, where they cannot be made from nothing. */
  readonly needs?: 'digits';
  /**
   * The task with every option given a value in its range.
   * @throws RangeError where the values cannot go together, e.g. a length too short for the task's markers
   */
  problem(values: Readonly<Record<string, number>>, examples?: Examples): Problem;
  /** The set-up of the paper, or where that is not known one that a reader would try first. */
  setup(values: Readonly<Record<string, number>>): Setup;
  /** What the paper reports for these values with its own set-up; absent where nothing is known. */
  paper?(values: Readonly<Record<string, number>>): PaperFigure | undefined;
}

export interface TaskOption {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** A fraction may be given; else whole numbers alone. */
  readonly fraction?: boolean;
  /** What it is, for the help: `symbols between the marks`. */
  readonly about: string;
}

/** Handwritten digits: images of 28 × 28 values in [0, 1], row by row, one after the other, and their classes. */
export interface Examples {
  readonly images: Float32Array;
  readonly labels: Uint8Array;
}

/** A task at chosen sizes. */
export interface Problem {
  /** Time steps of the longest sequence, T. */
  readonly timeSteps: number;
  /** One-hot symbols, given as tokens, or rows of values. */
  readonly input: { readonly kind: 'tokens'; readonly vocabulary: number }
    | { readonly kind: 'values'; readonly width: number };
  /** Width of the output. */
  readonly outputs: number;
  /**
   * What the outputs pass through, and the error of a time step: `softmax` with cross entropy −log y_class; `logistic`,
   * a sigmoid each, with that of each output, −Σ target·log y + (1 − target)·log(1 − y); `sigmoid` and `linear` with
   * the squared error ½Σ(y − target)².
   */
  readonly loss: 'softmax' | 'logistic' | 'sigmoid' | 'linear';
  /**
   * What targets are: the number of a class, for outputs that are 1 at the class and 0 elsewhere, or a value for each
   * output.
   */
  readonly target: 'class' | 'values';
  readonly judge: Judge;
  readonly criterion: Criterion;
  /** Sequences to draw from, where a paper's training and test sets are of so many; else each is a fresh one. */
  readonly sets?: { readonly training: number; readonly test: number };
  /** The judge looks at the last time step with a weight alone; else at all of them. */
  readonly judged?: 'end';
  /**
   * Writes one sequence: `length`, and what lies before it. The arrays are zero when it is called. `testing` leaves out
   * noise that only training targets have.
   */
  draw(random: CounterRandom, sequence: Sequence, testing: boolean): void;
}

/** One sequence. Time steps at and past `length` are not read. */
export interface Sequence {
  length: number;
  /** Tokens [T], or values [T, width]. */
  readonly inputs: Float64Array;
  /** Classes [T], or values [T, outputs]. */
  readonly targets: Float64Array;
  /** [T]: weight of each time step in the sequence's loss; 0 where there is no target. */
  readonly weights: Float64Array;
  /** [T]: for the judge `legal`, bit k is set where class k may come next. */
  readonly legal: Uint32Array;
}

/**
 * When a sequence is wrong, over all its time steps with a weight:
 *  - `largest`: the largest output is not the target's class at some time step
 *  - `legal`: some class that may come next is not more active than all that may not
 *  - `error`: |y − target| > `bound` for some output at some time step
 */
export type Judge =
  | { readonly kind: 'largest' }
  | { readonly kind: 'legal' }
  | { readonly kind: 'error'; readonly bound: number };

/**
 * When a trial has solved the task. `stream`: over the last `sequences` that it was trained on, before each update;
 * `fresh`: over so many that it has not seen, tried every `every` sequences.
 */
export interface Criterion {
  readonly on: 'stream' | 'fresh';
  readonly sequences: number;
  /** Sequences that may be wrong among them. */
  readonly wrong: number;
  /** The mean over them of each one's mean |y − target| must be below this, where given. */
  readonly error?: number;
  /** For `fresh`: sequences of training from one attempt to the next. */
  readonly every?: number;
  /** Targets of training are noisy: how training goes says little of whether a test would be passed. */
  readonly noisy?: true;
  /** In words, with the paper's numbers, for tables. */
  readonly text: string;
}

/** How a network is made and trained; plain data. */
export interface Setup {
  readonly cell: string;
  readonly units: number;
  /** Options of the cell: `size`, `truncated`, `bias`, … */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The linear layer after it; `skip`: it sees the model's input too. `false`: the cell's output is the model's. */
  readonly output?: false | { readonly bias?: boolean; readonly skip?: boolean };
  readonly initial: InitialValues;
  readonly optimizer: { readonly kind: 'sgd' | 'adam' | 'rmsprop' | 'adagrad'; readonly rate: number };
  /** Sequences of an update. */
  readonly batch: number;
  readonly clip?: { readonly norm?: number; readonly value?: number };
  /** Weight of Pascanu's regulariser Ω. */
  readonly omega?: number;
  /**
   * Sequences after which the recurrent layer joins: until then its way to the outputs is closed, and the skip
   * connection learns alone ("added once the error has stopped decreasing", Hochreiter & Schmidhuber 1997, section 4).
   */
  readonly joins?: number;
  /** Sequences after which a trial has failed. */
  readonly limit: number;
}

/** How parameters start. What is not named is as the cell's `initial` option says. */
export interface InitialValues {
  /** All weights, and the biases unless they are named. */
  readonly weights?: { readonly kind: 'uniform'; readonly bound: number }
    | { readonly kind: 'normal'; readonly deviation: number };
  /** All recurrent weights at this value. */
  readonly recurrent?: number;
  /** All biases at this value. */
  readonly bias?: number;
  /** Biases of a gate, a value a unit: `{ input: [-2, -4] }`. */
  readonly gates?: Readonly<Record<string, readonly number[]>>;
  /** Added to all weights from the inputs to a gate: of one-hot inputs, a bias that is no weight of its own. */
  readonly shifts?: Readonly<Record<string, number>>;
  /** Weights from single inputs, the same to all units and gates: [input, value]. Such a weight stays as it is. */
  readonly inputs?: readonly (readonly [number, number])[];
}

/** A figure of the paper. */
export interface PaperFigure {
  /** Sequences to success; absent where the paper reports none (or no success). */
  readonly sequences?: number;
  /** Share of trials that succeeded, 0 to 1. */
  readonly success?: number;
  /** The figure as the paper gives it, with its own words: `31,390 sequences, 100 % of 10 trials`. */
  readonly text: string;
  /** Whether it was read in the paper (`paper`), in notes about it (`notes`), or is from memory (`memory`). */
  readonly known: 'paper' | 'notes' | 'memory';
  /** Where our set-up is knowingly not the paper's: `cross entropy in place of the squared error`. */
  readonly but?: string;
  /** Ours is within the bound where max(ours/paper, paper/ours) ≤ this. */
  readonly factor?: number;
}
