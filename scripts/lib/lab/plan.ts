// What `npm run lab -- reproduce` runs, and what of it must come out.
import type { ExperimentOptions } from '../../../src/lab/types.js';
import { type LabRow, median, medianOfAll } from './row.js';
import { share } from './summary.js';

export interface PlannedRow {
  /** Told apart by it in the plan, and shown in tables. */
  readonly name: string;
  readonly options: ExperimentOptions;
  /** The line of a plot that it is a point of. */
  readonly series?: string;
}

export type Plot = 'success' | 'gradients' | 'map' | 'curves';

/** Rows by their names; undefined where a row has not been run. */
export type Lookup = (name: string) => LabRow | undefined;

/** Something that must come out. */
export interface Claim {
  readonly text: string;
  /** undefined where rows for it are missing. */
  readonly judge: (row: Lookup) => { readonly ours: string; readonly holds: boolean } | undefined;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly rows: readonly PlannedRow[];
  readonly plots: readonly Plot[];
  readonly claims: readonly Claim[];
}

/** The papers' experiments at sizes for two cores without a GPU, or in full at the papers' own. */
export function planOf(full: boolean): readonly Section[] {
  return [latchLength(full), temporalOrder1997(full), lags(full), adding(full), pascanu(full), latchMap(full),
    ...(full ? [rest1997(), restPascanu(), today()] : [])];
}

/** A claim about rows of which every trial has ended: those that end first flatter. */
const about = (
  text: string, names: readonly string[],
  judge: (rows: readonly LabRow[]) => { readonly ours: string; readonly holds: boolean },
): Claim => ({
  text,
  judge(row) {
    const rows = names.flatMap((name) => row(name) ?? []);
    const ended = rows.filter(({ trials, trialResults }) => trialResults.length === trials);
    return ended.length === names.length ? judge(rows) : undefined;
  },
});

function latchLength(full: boolean): Section {
  const lengths = [5, 10, 15, 20, 30, 40, 60, 80, 100];
  const trials = full ? 54 : 18;
  const name = (length: number): string => `latch, length ${length}`;
  return {
    id: 'latch',
    title: 'Latching a bit, against length',
    about: 'Bengio, Simard & Frasconi 1994, figure 3b: one unit keeps one bit, noise .2, w0 = 1.25. The paper\'s own ' +
      'figures were not to hand: beside ours are those of this project\'s float64 check (54 trials).',
    rows: lengths.map((length) => ({
      name: name(length), series: 'rnn, 1 unit', options: { task: 'latch', values: { length }, trials },
    })),
    plots: ['success'],
    claims: [
      about('Success 1 at length 5 and 10', [name(5), name(10)], (rows) =>
        ({ ours: rows.map((row) => share(row).toFixed(2)).join(', '), holds: rows.every((row) => share(row) === 1) })),
      about('Success under .2 from length 40 on', [40, 60, 80, 100].map(name), (rows) =>
        ({ ours: rows.map((row) => share(row).toFixed(2)).join(', '), holds: rows.every((row) => share(row) < 0.2) })),
    ],
  };
}

function latchMap(full: boolean): Section {
  const noises = full ? [0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1] : [0.01, 0.2, 0.4, 1];
  const weights = full ? [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3, 4] : [0.5, 1, 1.25, 1.5, 2];
  const trials = full ? 18 : 9;
  const name = (noise: number, weight: number): string => `latch, noise ${noise}, w0 ${weight}`;
  return {
    id: 'map',
    title: 'The latch map',
    about: 'Bengio, Simard & Frasconi 1994, figure 3a: success over the noise s and the recurrent weight at the ' +
      `start, w0, at L = 3, T = 20; ${trials} trials a square.`,
    rows: weights.flatMap((weight) => noises.map((noise) => ({
      name: name(noise, weight), options: { task: 'latch', values: { length: 20, noise, weight }, trials },
    }))),
    plots: ['map'],
    claims: [
      about('No success at w0 = .5 but without much noise', [name(0.2, 0.5), name(1, 0.5)], (rows) =>
        ({ ours: rows.map((row) => share(row).toFixed(2)).join(', '), holds: rows.every((row) => share(row) === 0) })),
      about('At w0 = 1.25, success falls from 1 to 0 as s goes from .01 to 1', [name(0.01, 1.25), name(1, 1.25)],
        ([low, high]) => ({
          ours: `${share(low!).toFixed(2)}, ${share(high!).toFixed(2)}`,
          holds: share(low!) >= 0.9 && share(high!) <= 0.1,
        })),
    ],
  };
}

function temporalOrder1997(full: boolean): Section {
  return {
    id: 'order-1997',
    title: 'Temporal order, 1997',
    about: 'Hochreiter & Schmidhuber 1997, experiments 6a and 6b: the paper\'s cell, set-up and truncated gradient.',
    rows: [
      { name: '6a', series: 'lstm-1997', options: { task: 'temporal-order-6a', trials: 10 } },
      ...(full ? [{ name: '6b', series: 'lstm-1997', options: { task: 'temporal-order-6b', trials: 10 } }] : []),
    ],
    plots: ['curves'],
    claims: [
      about('6a: the paper\'s 31,390 sequences within a factor of 3, the median of 10 trials', ['6a'], sequences),
    ],
  };
}

function lags(full: boolean): Section {
  const lengths = full ? [50, 100, 200, 500, 1000] : [50, 100];
  const name = (length: number): string => `2c, q = p = ${length}`;
  const two = (task: string, label: string): PlannedRow => ({ name: label, options: { task, trials: 10 } });
  return {
    id: 'lags',
    title: 'Noise-free lags',
    about: 'Hochreiter & Schmidhuber 1997, experiments 2a, 2b and 2c, in the paper\'s nets and at its rates. Two ' +
      'things are not literally the paper\'s: the error is the cross entropy, and input gates start nearly closed.',
    rows: [
      two('lag-2a', '2a'), ...(full ? [two('lag-2b', '2b')] : []),
      ...lengths.map((length) => ({
        name: name(length), series: 'q = p',
        options: { task: 'lag-2c', values: { length }, ...(full ? { trials: 10 } : { trials: 4, limit: 100_000 }) },
      })),
      ...(full ? [500, 200, 100, 50].map((distractors) => ({
        name: `2c, q = 1000, p = ${distractors}`,
        options: { task: 'lag-2c', values: { length: 1000, distractors }, trials: 10 },
      })) : []),
    ],
    plots: [],
    claims: [
      about('2a: the paper\'s 5,040 sequences within a factor of 3', ['2a'], sequences),
      about(`2c with q = p is nearly flat: at ${lengths.at(-1)} at most 3 times the sequences of ${lengths[0]}`,
        [name(lengths[0]!), name(lengths.at(-1)!)], ([short, long]) => {
          const [one, other] = [medianOfAll(short!.trialResults), medianOfAll(long!.trialResults)];
          const both = Number.isFinite(one) && Number.isFinite(other);
          return {
            ours: both ? `${(other / one).toFixed(2)} times` : 'most trials did not succeed',
            holds: both && other <= 3 * one,
          };
        }),
    ],
  };
}

function adding(full: boolean): Section {
  const cells = ['rnn', 'lstm', 'lstm-peephole', 'gru'];
  const trials = full ? 10 : 4; // a software adapter has four lanes
  const own = (linear: number, limit: number): ExperimentOptions =>
    ({ task: 'adding', values: { linear }, trials, limit: full ? 740_000 : limit });
  const [linear, logistic] = ['adding, lstm-1997', 'adding, lstm-1997, logistic output'] as const;
  return {
    id: 'adding',
    title: 'Adding, and how gradients flow',
    about: 'Hochreiter & Schmidhuber 1997, experiment 4 at T = 100, with the 1997 cell and others in the same ' +
      'set-up. With a logistic output, as the paper seems to have it, its criterion is not met; with a linear one it ' +
      'is. Other cells have as many units as the blocks have cells, and fewer sequences.',
    rows: [
      { name: linear, series: 'lstm-1997', options: own(1, 120_000) },
      { name: logistic, series: 'lstm-1997, logistic', options: own(0, 60_000) },
      ...cells.map((cell) => ({
        name: `adding, ${cell}`, series: cell,
        options: { task: 'adding', cell, trials, limit: full ? 740_000 : 15_000 },
      })),
    ],
    plots: ['curves', 'gradients'],
    claims: [
      about('lstm-1997: mean error under .03 by about 60,000 sequences', [linear, logistic], (rows) => {
        const middles = rows.map(({ trialResults }) => median(trialResults.map(({ curve }) =>
          curve.find(([, error]) => error < 0.03)?.[0] ?? Infinity))!);
        const text = (middle: number): string =>
          (Number.isFinite(middle) ? Math.round(middle).toLocaleString('en') : 'not reached');
        return {
          ours: `${text(middles[0]!)} with a linear output, ${text(middles[1]!)} with a logistic one`,
          holds: Math.min(...middles) <= 60_000,
        };
      }),
      about('lstm-1997: the paper\'s criterion by 74,000 sequences, within a factor of 3', [linear], sequences),
      about('A plain RNN fails', ['adding, rnn'], ([row]) =>
        ({ ours: `${row!.success} of ${row!.trials} trials succeed`, holds: row!.success === 0 })),
    ],
  };
}

function pascanu(full: boolean): Section {
  const lengths = full ? [20, 50, 100, 150, 200] : [10, 20, 25];
  const ways = {
    SGD: { clipNorm: 0, omega: 0 }, 'SGD + clip': { omega: 0 }, 'SGD + clip + Ω': {},
  } as const;
  const name = (way: string, length: number): string => `temporal-order, length ${length}, ${way}`;
  const base = full ? { trials: 5 } : { trials: 4, limit: 60_000 };
  const longest = lengths.at(-1)!;
  return {
    id: 'pascanu',
    title: 'Temporal order, 2013: clipping and Ω',
    about: 'Pascanu, Mikolov & Bengio 2013, figure 7: success of a tanh RNN with 50 units against length, θ = 1 and ' +
      `the paper's α = 4.${full ? '' : ' The paper trains for up to 5 million updates, this for 3,000.'}`,
    rows: lengths.flatMap((length) => Object.entries(ways).map(([way, cure]) => ({
      name: name(way, length), series: way,
      options: { task: 'temporal-order', values: { length }, ...base, ...cure },
    }))),
    plots: ['success', 'gradients'],
    claims: [about(`At length ${longest} clip + Ω succeeds in three of four trials, SGD and SGD + clip in half at most`,
      Object.keys(ways).map((way) => name(way, longest)), (rows) => {
        const [sgd, clip, omega] = rows.map(share) as [number, number, number];
        return {
          ours: [sgd, clip, omega].map((value) => value.toFixed(2)).join(', '),
          holds: omega >= 0.75 && Math.max(sgd, clip) <= 0.5,
        };
      })],
  };
}

const simple = (task: string, more: Omit<ExperimentOptions, 'task'> = {}): PlannedRow => {
  const { values = {}, ...rest } = more;
  const name = [task, ...Object.entries(values).map(([key, value]) => `${key} ${value}`)].join(', ');
  return { name, options: { task, trials: 10, ...(more.values ? { values } : {}), ...rest } };
};

function rest1997(): Section {
  return {
    id: 'rest-1997',
    title: 'The other tasks of 1997',
    about: 'Hochreiter & Schmidhuber 1997, each in the paper\'s set-up.',
    rows: [
      simple('embedded-reber'), simple('two-sequence-3a'), simple('two-sequence-3b'), simple('two-sequence-3c'),
      simple('multiplication'), simple('adding', { values: { length: 500 } }),
    ],
    plots: [],
    claims: [],
  };
}

function restPascanu(): Section {
  const tasks = ['temporal-order-3bit', 'addition', 'multiplication-pascanu', 'random-permutation',
    'noiseless-memorization'];
  return {
    id: 'rest-pascanu',
    title: 'The other tasks of 2013',
    about: 'Pascanu, Mikolov & Bengio 2013, with clipping and Ω.',
    rows: tasks.map((task) => simple(task, { trials: 5 })),
    plots: [],
    claims: [],
  };
}

function today(): Section {
  return {
    id: 'today',
    title: 'What cells are compared on today',
    about: 'The same set-up for each cell.',
    rows: ['copy-memory', 'selective-copying', 'dyck'].flatMap((task) => ['lstm', 'gru'].map((cell) => ({
      name: `${task}, ${cell}`, series: cell, options: { task, cell, trials: 5 },
    }))),
    plots: ['gradients'],
    claims: [],
  };
}

/** Against the paper's sequences. */
function sequences([row]: readonly LabRow[]): { ours: string; holds: boolean } {
  const { comparison } = row!;
  const ours = comparison?.ours ?? null;
  return {
    ours: ours === null ? `${row!.success} of ${row!.trials} trials succeed`
      : `${Math.round(ours).toLocaleString('en')} sequences`,
    holds: comparison?.within === true,
  };
}
