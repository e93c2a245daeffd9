import { cellNamed } from '../../../src/cells/index.js';
import { type RecurrenceShape, type RecurrenceTile } from '../../../src/kernels/recurrence.js';
import { sequence } from '../../../src/kernels/sequence.js';
import { sequenceBackward } from '../../../src/kernels/sequence-backward.js';
import { step } from '../../../src/kernels/step.js';
import { stepBackward } from '../../../src/kernels/step-backward.js';
import { pad4, pad64 } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { recurrenceBackward, recurrenceForward } from '../../../src/reference/recurrence.js';
import { double, type Floats, poisoned, randomFloats, randomRows, trialOf, trialsOf } from '../arrays.js';
import { expectClose, expectZeroPadding } from '../close.js';
import { type KernelCase, strategies } from '../kernel-case.js';

interface Row {
  readonly units: number;
  readonly batch: number;
  readonly timeSteps: number;
  readonly tile: RecurrenceTile;
  readonly trials: number;
  readonly immediates: boolean;
  /** Inputs Z are uniform in ±scale; past 100, those of every third unit in ±2. */
  readonly scale: number;
}

const hardware = strategies('step').hardware.recurrence;
const wide = strategies('step', 32).software.recurrence;
const narrow = strategies('step', 4).software.recurrence;
const odd: RecurrenceTile = { rows: 3, quad: true, width: 4 };

// Each H with each B or T at least once, each tile with whole and broken blocks of units and rows.
const rows: Row[] = [
  [1, 1, 1, wide, 1], [1, 5, 33, hardware, 3], [3, 2, 2, wide, 3], [3, 32, 1, hardware, 1], [17, 5, 2, odd, 3],
  [17, 1, 33, narrow, 1], [17, 32, 2, hardware, 1], [64, 2, 1, hardware, 3], [64, 32, 2, wide, 1], [64, 5, 33, odd, 1],
  [96, 1, 2, hardware, 3], [96, 5, 2, narrow, 3], [96, 32, 33, wide, 1], [3, 5, 33, narrow, 3],
].map(([units, batch, timeSteps, tile, trials], i) => ({
  units, batch, timeSteps, tile, trials, immediates: i % 3 !== 1, scale: i % 4 === 2 ? 1e3 : 2,
}) as Row);

/** What all kernels of a row read, and the float64 results. */
function problem({ units, batch, timeSteps, trials, scale }: Row, seed: number) {
  const random = new CounterRandom(seed, 0);
  const padded = pad4(units);
  const stride = {
    gates: timeSteps * batch * units * 4, recurrent: pad64(units * units * 4) + 64,
    history: (timeSteps + 1) * batch * padded, output: timeSteps * batch * padded, carry: batch * padded,
  };
  const state = (): Floats => {
    const history = poisoned(stride.history)
      .map((x, i) => (i % padded < units ? x : 0)); // the padding is never written
    history.set(randomRows(random, batch, units));
    return history;
  };
  const deviation = 1 / Math.sqrt(units);
  return {
    stride,
    // Whole units of order one among those at ±1e3: where every gate saturates no gradient is left to compare.
    gates: randomFloats(random, trials * stride.gates, scale)
      .map((z, e) => (scale > 100 && (e >> 2) % 3 === 0 ? z / 500 : z)),
    recurrent: trialsOf(trials, stride.recurrent, () => randomFloats(random, units * units * 4, deviation)),
    hidden: trialsOf(trials, stride.history, state),
    cell: trialsOf(trials, stride.history, state),
    outputGradient: trialsOf(trials, stride.output, () => randomRows(random, timeSteps * batch, units)),
  };
}

const shapeOf = (row: Row): RecurrenceShape =>
  ({ cell: cellNamed('lstm'), ...row, strideParameters: pad64(row.units * row.units * 4) + 64 });

function referenceForward(row: Row, p: ReturnType<typeof problem>, n: number) {
  const gates = double(trialOf(p.gates, n, p.stride.gates));
  const histories = [p.hidden, p.cell].map((all) => double(trialOf(all, n, p.stride.history)));
  recurrenceForward(shapeOf(row), gates, double(trialOf(p.recurrent, n, p.stride.recurrent)), histories);
  return { gates, histories };
}

function prepareForward(row: Row, seed: number): ReturnType<KernelCase['prepare']> {
  const p = problem(row, seed);
  const { gates, recurrent, hidden, cell } = p;
  return {
    arrays: { gates, recurrent, hidden, cell },
    check(written) {
      for (let n = 0; n < row.trials; n++) {
        const { gates: expected, histories } = referenceForward(row, p, n);
        const part = (name: string, stride: number) => trialOf(written[name] as Floats, n, stride);
        expectClose(part('gates', p.stride.gates), expected, { what: `gates of trial ${n}`, seed });
        expectClose(part('hidden', p.stride.history), histories[0]!, { what: `hidden of trial ${n}`, seed });
        expectClose(part('cell', p.stride.history), histories[1]!, { what: `cell of trial ${n}`, seed });
        for (const name of ['hidden', 'cell']) {
          expectZeroPadding(part(name, p.stride.history), row.units, pad4(row.units), name);
        }
      }
    },
  };
}

/** Activations rounded to float32 are the input of both backward passes, so that its error alone is compared. */
function prepareBackward(row: Row, seed: number): ReturnType<KernelCase['prepare']> {
  const p = problem(row, seed);
  const { units, trials } = row;
  const forward = Array.from({ length: trials }, (_, n) => referenceForward(row, p, n));
  const arrays = {
    gates: trialsOf(trials, p.stride.gates, (n) => Float32Array.from(forward[n]!.gates)),
    transposed: trialsOf(trials, units * units * 4,
      (n) => transposed(trialOf(p.recurrent, n, p.stride.recurrent), units)),
    d_output: p.outputGradient,
    cell: trialsOf(trials, p.stride.history, (n) => Float32Array.from(forward[n]!.histories[1]!)),
    d_cell: poisoned(trials * p.stride.carry),
  };
  return {
    arrays,
    check(written) {
      for (let n = 0; n < trials; n++) {
        const expected = double(trialOf(arrays.gates, n, p.stride.gates));
        const cell = double(trialOf(arrays.cell, n, p.stride.history));
        const [, cellGradient] = recurrenceBackward(
          shapeOf(row), expected, double(trialOf(p.recurrent, n, p.stride.recurrent)),
          [forward[n]!.histories[0]!, cell], double(trialOf(p.outputGradient, n, p.stride.output)),
        );
        const gates = trialOf(written['gates'] as Floats, n, p.stride.gates);
        expectClose(gates, expected, { what: `dZ of trial ${n}`, seed, pass: 'backward' });
        const real = (_: number, i: number): boolean => i % pad4(units) < units;
        const carry = trialOf(written['d_cell'] as Floats, n, p.stride.carry);
        expectClose(carry.filter(real), cellGradient!.filter(real),
          { what: `dc of trial ${n}`, seed, pass: 'backward' });
        if (row.tile.quad) expectZeroPadding(carry, units, pad4(units), 'dc');
      }
    },
  };
}

/** R with its units swapped, as `shaders/transpose.wgsl` makes it. */
export function transposed(recurrent: Floats, units: number): Floats {
  return Float32Array.from({ length: units * units * 4 }, (_, e) => {
    const lane = e % 4;
    const u = (e >> 2) % units;
    const j = Math.floor(e / 4 / units);
    return recurrent[(u * units + j) * 4 + lane]!;
  });
}

/** A row's four kernels. */
function casesOf(row: Row, seed: number): KernelCase[] {
  const { units, batch, timeSteps, tile, trials, immediates, scale } = row;
  const shape = shapeOf(row);
  const times = Array.from({ length: timeSteps }, (_, t) => t);
  const name = `H ${units} B ${batch} T ${timeSteps}, tile ${tile.rows}${tile.quad ? ' quad' : ''}, ${trials} trials` +
    `${scale > 100 ? ', ±1e3' : ''}${immediates ? '' : ', uniform time'}`;
  const forward = () => prepareForward(row, seed);
  const backward = () => prepareBackward(row, seed);
  return [
    { name: `step ${name}`, kernel: step(shape), times, prepare: forward },
    { name: `sequence ${name}`, kernel: sequence(shape), prepare: forward },
    { name: `step backward ${name}`, kernel: stepBackward(shape), times: times.toReversed(), prepare: backward },
    { name: `sequence backward ${name}`, kernel: sequenceBackward(shape), prepare: backward },
  ];
}

/** The four kernels of each row, row by row.. */
export const recurrenceRows: readonly (readonly KernelCase[])[] = rows.map(casesOf);
export const recurrenceCases: KernelCase[] = recurrenceRows.flat();

/** Kernels of both drivers that take the same arrays and must agree bit for bit. */
export type DriverPair = readonly [step: KernelCase, sequence: KernelCase];
export const driverPairs: readonly DriverPair[] =
  recurrenceRows.flatMap(([a, b, c, d]) => [[a!, b!], [c!, d!]] as const);
