// The drivers by themselves, on gates, states and weights of one's own: what a network cannot be brought to hold, such
// as Z at ±1e3, many time steps, or a number of rows that no tile divides. All cells with all options:
// test/gpu/cells.test.ts.
import { type Cell, type CellOptions, cellNamed } from '../../../src/cells/index.js';
import { type Masks, type RecurrenceShape, type RecurrenceTile, weightPitch } from '../../../src/kernels/recurrence.js';
import {
  backProducts, type BackwardShape, directStates, transposedSize, turnedSize,
} from '../../../src/kernels/recurrence-backward.js';
import { sequence } from '../../../src/kernels/sequence.js';
import { sequenceBackward } from '../../../src/kernels/sequence-backward.js';
import { step } from '../../../src/kernels/step.js';
import { stepBackward } from '../../../src/kernels/step-backward.js';
import { pad4, pad64 } from '../../../src/model/layout.js';
import { carriedStates } from '../../../src/model/states.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { Recurrence } from '../../../src/reference/recurrence.js';
import { double, type Floats, poisoned, randomFloats, randomRows, trialOf, trialsOf } from '../arrays.js';
import { expectClose, expectZeroPadding } from '../close.js';
import { type Arrays } from '../gpu.js';
import { type KernelCase, strategies } from '../kernel-case.js';
import { turned } from './moves.js';

export interface RecurrenceRow {
  readonly cell: string;
  readonly options: CellOptions;
  readonly units: number;
  readonly batch: number;
  readonly timeSteps: number;
  readonly tile: RecurrenceTile;
  readonly trials: number;
  readonly immediates: boolean;
  readonly reverse: boolean;
  /** Gradients of the final states are given. */
  readonly final: boolean;
  /** Inputs Z are uniform in ±scale; past 100, those of every third unit in ±2. */
  readonly scale: number;
}

const hardware = strategies('step').hardware.recurrence;
const wide = strategies('step', 32).software.recurrence;
const narrow = strategies('step', 4).software.recurrence;
const odd: RecurrenceTile = { rows: 3, quad: true, width: 4 };

type Size = readonly [units: number, batch: number, timeSteps: number, tile: RecurrenceTile, trials: number];
const rowOf = (cell: string, options: CellOptions, i: number, [units, batch, timeSteps, tile, trials]: Size) => ({
  cell, options, units, batch, timeSteps, tile, trials, immediates: i % 3 !== 1, reverse: i % 5 === 3,
  final: i % 2 === 1, scale: i % 4 === 2 ? 1e3 : 2,
});

// Each H with each B or T at least once, each tile with whole and broken blocks of units and rows.
const lstmRows = ([
  [1, 1, 1, wide, 1], [1, 5, 33, hardware, 3], [3, 2, 2, wide, 3], [3, 32, 1, hardware, 1], [17, 5, 2, odd, 3],
  [17, 1, 33, narrow, 1], [17, 32, 2, hardware, 1], [64, 2, 1, hardware, 3], [64, 32, 2, wide, 1], [64, 5, 33, odd, 1],
  [96, 1, 2, hardware, 3], [96, 5, 2, narrow, 3], [96, 32, 33, wide, 1], [3, 5, 33, narrow, 3],
] satisfies Size[]).map((size, i): RecurrenceRow => rowOf('lstm', {}, i, size));

// One lane, two and eight, several sources, none: each at ±1e3 too.
const otherRows = ([
  ['rnn', {}, [17, 5, 9, hardware, 3]], ['rnn', {}, [96, 2, 2, wide, 1]], ['gru', {}, [33, 5, 2, odd, 1]],
  ['gru', {}, [17, 9, 7, narrow, 3]], ['min-gru', {}, [17, 3, 9, hardware, 3]], ['min-lstm', {}, [5, 2, 33, wide, 1]],
  ['lstm-1997', { size: 3 }, [5, 9, 3, hardware, 1]], ['lstm-1997', { size: 2 }, [17, 2, 5, narrow, 3]],
  ['carousel', {}, [17, 3, 9, wide, 3]],
] satisfies [string, CellOptions, Size][]).map(([cell, options, size], i): RecurrenceRow =>
  ({ ...rowOf(cell, options, i, size), scale: i % 2 === 0 ? 1e3 : 2 }));

// Weights in workgroup memory: one lane and four, several sources, lanes of a subgroup, each way through time. Few,
// since SwiftShader takes ms to compile each vec4f of it.
const held = (tile: RecurrenceTile): RecurrenceTile => ({ ...tile, held: 'f32' });
const shared = strategies('step', 4).vectors.recurrence;
const heldRows = ([
  ['lstm', {}, [9, 5, 9, held(hardware), 3]], ['rnn', {}, [17, 3, 2, held(odd), 1]],
  ['gru', {}, [5, 9, 7, held(narrow), 3]], ['lstm', {}, [9, 9, 5, held(shared), 3]],
  ['lstm-1997', { size: 2 }, [5, 2, 5, held(hardware), 1]], ['gru', {}, [3, 5, 9, held(shared), 1]],
  ['min-gru', {}, [5, 2, 3, held(hardware), 1]], ['lstm', {}, [8, 5, 5, held(narrow), 3]],
] satisfies [string, CellOptions, Size][]).map(([cell, options, size], i): RecurrenceRow =>
  rowOf(cell, options, i, size));

const NO_MASKS: Masks = { layer: 1, recurrentDropout: 0, zoneout: { hidden: 0, cell: 0 }, training: false };

/** A row's shape and strides, one trial to the next where nothing else is said. */
export function shapeOf(row: RecurrenceRow, masks = NO_MASKS) {
  const { units, batch, timeSteps, trials } = row;
  const cell = cellNamed(row.cell).cell(row.options, { layer: 0, units });
  const slot = batch * pad4(units);
  const history = (timeSteps + 1) * slot;
  const block = pad64(trials * history); // from one state's histories to the next's
  const common = { ...row, cell, histories: { stride: block, own: 0, below: 0 }, ragged: false, masks };
  const sources = cell.phases[0]!.products.length;
  const turnedSource = turnedSize({ ...common, strideParameters: 0 }, 0);
  const shape: RecurrenceShape = { ...common, strideParameters: sources * turnedSource + 64 };
  const back: BackwardShape = {
    ...shape, final: row.final, above: undefined, ownGradients: 0, strideCarry: pad64(trials * slot),
    strideOutput: pad64(trials * timeSteps * slot),
  };
  const gates = timeSteps * batch * pad4(units * cell.lanes);
  return {
    cell, shape, back, slot, history, block, gates, sources, source: turnedSource, weights: shape.strideParameters,
  };
}

export type Strides = ReturnType<typeof shapeOf>;

/** Whether a place in rows of gates is of a lane that the cell has: others hold zero, and are not trained. */
function usedLanes({ gates, lanes }: Cell, units: number): (place: number) => boolean {
  return (place) => {
    const column = place % pad4(units * lanes);
    return column < units * lanes && column % lanes < gates.length;
  };
}

/** What all kernels of a row read: gates, histories that begin with random states, weights, gradients. */
export function problem(row: RecurrenceRow, strides: Strides, seed: number) {
  const { units, batch, timeSteps, trials, scale, reverse } = row;
  const { cell, slot, history, block, sources, source, back } = strides;
  const random = new CounterRandom(seed, 0);
  const padded = pad4(units);
  const columns = units * cell.lanes;
  const deviation = 1 / Math.sqrt(units * Math.max(1, sources));
  const used = usedLanes(cell, units);
  const states = poisoned(cell.states.length * block);
  const outputs = poisoned(cell.outputs.length * back.strideOutput);
  for (let n = 0; n < trials; n++) {
    for (let s = 0; s < cell.states.length; s++) {
      const own = poisoned(history).map((x, e) => (e % padded < units ? x : 0)); // the padding is never written
      own.set(randomRows(random, batch, units), reverse ? timeSteps * slot : 0);
      states.set(own, s * block + n * history);
    }
    cell.outputs.forEach((_, o) => outputs.set(
      randomRows(random, timeSteps * batch, units), o * back.strideOutput + n * timeSteps * slot));
  }
  return {
    // Whole units of order one among those at ±1e3: where every gate saturates no gradient is left to compare.
    gates: trialsOf(trials, strides.gates, () => randomRows(random, timeSteps * batch, columns, scale).map((z, e) =>
      (!used(e) ? 0 : scale > 100 && Math.floor((e % pad4(columns)) / cell.lanes) % 3 === 0 ? z / 500 : z))),
    weights: trialsOf(trials, strides.weights, () => {
      const all = new Float32Array(strides.weights);
      for (let s = 0; s < sources; s++) {
        all.set(randomRows(random, units, columns, deviation).map((w, e) => (used(e) ? w : 0)), s * source);
      }
      return all;
    }),
    states, outputs,
    final: Array.from({ length: carriedStates(cell) }, () =>
      trialsOf(trials, slot, () => randomFloats(random, slot).map((x, e) => (e % padded < units ? x : 0)))),
  };
}

export type Arrangement = ReturnType<typeof problem>;

/** Gates as the GPU keeps them: the 1997 LSTM's 4σ(z) − 2, of which the reference keeps σ(z). */
function kept({ file, gates: names, lanes }: Cell, units: number, gates: Float64Array): Float64Array {
  if (file !== 'lstm_1997') return gates;
  return gates.map((x, e) => {
    const lane = (e % pad4(units * lanes)) % lanes;
    return lane >= 2 && lane < names.length ? 4 * x - 2 : x;
  });
}

/** Trial `n` in float64: forward, and then backward from the problem's gradients. */
export function reference(row: RecurrenceRow, strides: Strides, p: Arrangement, n: number) {
  const { cell, shape, slot, history, block, sources, source, back } = strides;
  const size = row.timeSteps * slot;
  const gates = double(trialOf(p.gates, n, strides.gates));
  const histories = cell.states.map((_, s) =>
    double(p.states.subarray(s * block + n * history, s * block + (n + 1) * history)));
  const weights = Array.from({ length: sources }, (_, s) =>
    double(trialOf(p.weights, n, strides.weights).subarray(s * source, (s + 1) * source)));
  const recurrence = new Recurrence(shape, { gates, histories, weights: cell.phases.map(() => weights) });
  recurrence.forward();
  return {
    /** After the way forward activated, after the way back dZ. */
    gates, activated: kept(cell, row.units, gates), histories,
    backward: () => recurrence.backward({
      outputs: cell.outputs.map((_, o) => double(
        p.outputs.subarray(o * back.strideOutput + n * size, o * back.strideOutput + (n + 1) * size))),
      ...(row.final ? { final: p.final.map((all) => double(trialOf(all, n, slot))) } : {}),
    }, { weights: cell.phases.map(() => weights.map((weight) => weight.map(() => 0))) }),
  };
}

function prepareForward(row: RecurrenceRow, seed: number): ReturnType<KernelCase['prepare']> {
  const strides = shapeOf(row);
  const p = problem(row, strides, seed);
  const { cell, history, block } = strides;
  return {
    arrays: { gates: p.gates, states: p.states, ...(strides.sources > 0 ? { weights0: p.weights } : {}) },
    check(written) {
      for (let n = 0; n < row.trials; n++) {
        const expected = reference(row, strides, p, n);
        const gates = trialOf(written['gates'] as Floats, n, strides.gates);
        expectClose(gates, expected.activated, { what: `gates of trial ${n}`, seed });
        expectZeroPadding(gates, row.units * cell.lanes, pad4(row.units * cell.lanes), 'gates');
        cell.states.forEach(({ name }, s) => {
          const own = (written['states'] as Floats).subarray(s * block + n * history, s * block + (n + 1) * history);
          expectClose(own, expected.histories[s]!, { what: `${name} of trial ${n}`, seed });
          expectZeroPadding(own, row.units, pad4(row.units), name);
        });
      }
    },
  };
}

/** Recurrent weights as `transpose.wgsl` turns them: [quartets, K] vec4f a source. */
export function turnedWeights(row: RecurrenceRow, { shape, cell, weights, source }: Strides, p: Arrangement): Floats {
  const size = transposedSize(shape);
  return trialsOf(row.trials, size, (n) => {
    const all = new Float32Array(size);
    backProducts(cell, 0).forEach((_, s) => {
      const matrix = trialOf(p.weights, n, weights).subarray(s * source, (s + 1) * source);
      all.set(turned(matrix, row.units, weightPitch(shape, 0)), s * source);
    });
    return all;
  });
}

/** Activations rounded to float32 are the input of both backward passes, so that its error alone is compared. */
function prepareBackward(row: RecurrenceRow, seed: number): ReturnType<KernelCase['prepare']> {
  const { units, trials } = row;
  const strides = shapeOf(row);
  const p = problem(row, strides, seed);
  const { cell, back, slot, history, block } = strides;
  const forward = Array.from({ length: trials }, (_, n) => reference(row, strides, p, n));
  const states = p.states.slice();
  forward.forEach(({ histories }, n) => histories.forEach((own, s) => states.set(own, s * block + n * history)));
  const carried = poisoned(p.final.length * back.strideCarry).map((x, e) => (e % pad4(units) < units ? x : 0));
  if (row.final) p.final.forEach((all, s) => carried.set(all, s * back.strideCarry));
  const arrays: Arrays = {
    gates: trialsOf(trials, strides.gates, (n) => Float32Array.from(forward[n]!.activated)),
    d_output: p.outputs, states, d_states: carried,
    ...(backProducts(cell, 0).length > 0 ? { transposed: turnedWeights(row, strides, p) } : {}),
  };
  // What comes directly, and through no weights: d_states holds all of it without initial_backward.wgsl.
  const whole = directStates(strides.shape).map((direct, s) =>
    direct && !backProducts(cell, 0).some(({ source }) => source === s));
  return {
    arrays,
    check(written) {
      forward.forEach(({ gates: expected, backward }, n) => {
        const initial = backward(); // and `expected` becomes dZ
        const gates = trialOf(written['gates'] as Floats, n, strides.gates);
        expectClose(gates, expected, { what: `dZ of trial ${n}`, seed, pass: 'backward' });
        expectZeroPadding(gates, units * cell.lanes, pad4(units * cell.lanes), 'dZ');
        p.final.forEach((_, s) => {
          if (!whole[s]) return;
          const at = s * back.strideCarry + n * slot;
          const own = (written['d_states'] as Floats).subarray(at, at + slot);
          const what = `gradient of ${cell.states[s]!.name} of trial ${n}`;
          const real = (_: number, e: number): boolean => e % pad4(units) < units;
          expectClose(own.filter(real), initial[s]!.filter(real), { what, seed, pass: 'backward' });
          expectZeroPadding(own, units, pad4(units), what);
        });
      });
    },
  };
}

export const nameOf = ({
  cell, units, batch, timeSteps, tile, trials, immediates, reverse, final, scale,
}: RecurrenceRow): string => [
  `${cell} H ${units} B ${batch} T ${timeSteps}`,
  `tile ${tile.rows}${tile.quad ? ' quad' : ''}${tile.held ? ' held' : ''}`, `${trials} trials`,
  reverse && 'reverse', final && 'final gradients', scale > 100 && '±1e3', !immediates && 'uniform time',
].filter(Boolean).join(', ');

/** A row's four kernels, forward and backward. */
function pairsOf(row: RecurrenceRow, seed: number): DriverPair[] {
  const { shape, back } = shapeOf(row);
  const times = Array.from({ length: row.timeSteps }, (_, t) => t);
  if (row.reverse) times.reverse();
  // A dispatch for all, or for stretches that do not divide the time.
  const steps = Math.min(row.timeSteps, [row.timeSteps, 7, 2][seed % 3]!);
  const begins = times.map((_, i) => i).filter((i) => i % steps === 0);
  const name = nameOf(row);
  const forward = () => prepareForward(row, seed);
  const backward = () => prepareBackward(row, seed);
  return [[
    { name: `forward ${name}`, kernel: step(shape), times, prepare: forward },
    { name: `sequence ${name}`, kernel: sequence(shape, steps), times: begins, prepare: forward },
  ], [
    { name: `backward ${name}`, kernel: stepBackward(back), times: times.toReversed(), prepare: backward },
    { name: `sequence backward ${name}`, kernel: sequenceBackward(back, steps), times: begins, prepare: backward },
  ]];
}

/** Kernels of both drivers that take the same arrays and must agree bit for bit. */
export type DriverPair = readonly [step: KernelCase, sequence: KernelCase];
export const driverPairs: readonly DriverPair[] = [...lstmRows, ...otherRows, ...heldRows].flatMap(pairsOf);
export const recurrenceCases: KernelCase[] = driverPairs.flat();
