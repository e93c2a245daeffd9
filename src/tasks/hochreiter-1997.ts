/** What the tasks of Hochreiter & Schmidhuber 1997, "Long short-term memory", share: nets, figures and checks. */
import type { PaperFigure, Setup } from './task.js';

export const experiment = (number: string): string => `Hochreiter & Schmidhuber 1997, experiment ${number}`;

/** Of a sequence between T and T + T/10 long; T + T/10 itself is {@link longest}. */
export const longest = (length: number): number => length + Math.floor(length / 10);

/** A net of memory-cell blocks, as table 10 of the paper describes it. */
export interface BlockNet {
  readonly blocks: number;
  /** Memory cells of a block. */
  readonly size: number;
  /** Hidden units with a bias: all (`input`), gates alone, none. */
  readonly bias: 'input' | 'gates' | 'none';
  readonly outputBias: boolean;
  /** Weights, and biases that are not named here, start uniform in [−bound, bound]. */
  readonly bound: number;
  readonly inputGates?: readonly number[];
  readonly outputGates?: readonly number[];
  readonly rate: number;
  readonly limit: number;
}

/** The net trained as in the paper: truncated gradient, an update a sequence, plain gradient descent. */
export function blockSetup(net: BlockNet): Setup {
  const { inputGates: input, outputGates: output } = net;
  return {
    cell: 'lstm-1997',
    units: net.blocks,
    options: { size: net.size, truncated: true, bias: net.bias },
    output: { bias: net.outputBias },
    initial: {
      weights: { kind: 'uniform', bound: net.bound },
      ...(input || output ? { gates: { ...(input && { input }), ...(output && { output }) } } : {}),
    },
    optimizer: { kind: 'sgd', rate: net.rate },
    batch: 1,
    limit: net.limit,
  };
}

/** A row of one of the paper's tables: sequences to success, a mean over trials. */
export interface Row {
  /** The task's values that it was measured at; those of a table in growing `length`. */
  readonly values: Readonly<Record<string, number>>;
  readonly sequences: number;
  readonly trials: number;
  /** Share of trials that succeeded, where the paper says it. */
  readonly success?: number;
}

/** Within this factor of a figure of the paper, ours agrees with it. */
const FACTOR = 3;

const rowOf = (rows: readonly Row[], values: Readonly<Record<string, number>>): Row | undefined =>
  rows.find((row) => Object.entries(row.values).every(([name, value]) => values[name] === value));

/**
 * The figure of the row that has these values; none between rows.
 * @param but where the set-up is knowingly not the paper's
 */
export function figureOf(
  rows: readonly Row[], values: Readonly<Record<string, number>>, but = '',
): PaperFigure | undefined {
  const row = rowOf(rows, values);
  if (!row) return undefined;
  const { sequences, trials, success } = row;
  return {
    sequences,
    ...(success === undefined ? {} : { success }),
    text: `${sequences.toLocaleString('en-US')} sequences, ` +
      (success === undefined ? `mean of ${trials} trials` : `${100 * success} % of ${trials} trials`),
    known: 'paper',
    factor: FACTOR,
    ...(but ? { but } : {}),
  };
}

/**
 * Ten times the paper's figure, so that a failure ends; between rows that of the next longer one (the slowest at its
 * length), and past the last one more in proportion to the length.
 */
export function limitOf(rows: readonly Row[], values: Readonly<Record<string, number>>): number {
  const row = rowOf(rows, values);
  if (row) return 10 * row.sequences;
  const { length = 0 } = values;
  const lengthOf = (of: Row): number => of.values['length'] ?? 0;
  const next = lengthOf(rows.find((of) => lengthOf(of) >= length) ?? rows[rows.length - 1]);
  const slowest = Math.max(...rows.filter((of) => lengthOf(of) === next).map(({ sequences }) => sequences));
  return Math.ceil(10 * slowest * Math.max(1, next === 0 ? 1 : length / next));
}
