// Kernels that only move values: what comes out is what went in, bit for bit.
import { carry } from '../../../src/kernels/carry.js';
import { columns, type Stretch } from '../../../src/kernels/columns.js';
import { CONTROL_WORDS } from '../../../src/kernels/control.js';
import { someLanes } from '../../../src/kernels/lanes.js';
import { transpose } from '../../../src/kernels/transpose.js';
import { pad4, pad64 } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { type Floats, poisoned, randomFloats, trialOf, trialsOf, type Words } from '../arrays.js';
import { expectEqualBits } from '../close.js';
import { controls, type KernelCase } from '../kernel-case.js';

/** 1, 2, 3, …: a value that is moved wrongly cannot be taken for another. */
const counted = (length: number): Floats => Float32Array.from({ length }, (_, e) => e + 1);

/** A matrix [rows, columns] of vec4f with its quartets turned: what `transpose.wgsl` makes of recurrent weights. */
export function turned(matrix: Floats, rows: number, quartets: number): Floats {
  return Float32Array.from({ length: rows * quartets * 4 }, (_, e) => {
    const row = Math.floor(e / 4) % rows;
    const quartet = Math.floor(e / 4 / rows);
    return matrix[(row * quartets + quartet) * 4 + (e % 4)]!;
  });
}

function transposeCase(rows: number, quartets: number, trials: number): KernelCase {
  const size = rows * quartets * 4;
  const strideIn = pad64(size) + 64;
  const strideOut = pad64(size);
  return {
    name: `transpose ${rows} × ${quartets} quartets, ${trials} trials`,
    kernel: transpose({ rows, columns: quartets, trials, strideIn, strideOut }),
    prepare() {
      const matrices = trialsOf(trials, strideIn, (n) => counted(size).map((x) => x + n * size));
      return {
        arrays: { in: matrices, out: poisoned(trials * strideOut) },
        check({ out }) {
          for (let n = 0; n < trials; n++) {
            expectEqualBits(trialOf(out as Floats, n, strideOut, size),
              turned(trialOf(matrices, n, strideIn), rows, quartets), `matrix of trial ${n}`);
          }
        },
      };
    },
  };
}

interface CarryRow {
  size: number; timeSteps: number; layers: number; directions: 1 | 2; carried: number; histories: number; out: boolean;
}

/** States of two trials: in, trial 0 keeps them, trial 1 starts afresh. Reverse directions begin in the last slot. */
function carryCase(row: CarryRow, seed: number): KernelCase {
  const { size, timeSteps, layers, directions, carried, histories, out } = row;
  const trials = 2;
  const offset = 8;
  const passes = layers * directions;
  const strideStates = passes * carried * size + 16;
  const history = (timeSteps + 1) * size;
  const strideBlocks = pad64(trials * history);
  return {
    name: `carry ${out ? 'out' : 'in'} ${carried} of ${histories} states of ${size} floats, ${layers} layers, ` +
      `${directions} directions, T ${timeSteps}`,
    kernel: carry({
      size, blocks: passes * carried, carried, histories, directions, timeSteps, trials, out, strideStates,
      offsetStates: offset, strideBlocks,
    }),
    prepare() {
      const random = new CounterRandom(seed, 0);
      const states = randomFloats(random, trials * strideStates);
      const all = randomFloats(random, passes * histories * strideBlocks);
      const expected = (out ? states : all).slice();
      for (let n = 0; n < trials; n++) {
        for (let pass = 0; pass < passes; pass++) {
          const reverse = directions === 2 && pass % 2 === 1;
          for (let s = 0; s < carried; s++) {
            const state = n * strideStates + offset + (pass * carried + s) * size;
            const start = (pass * histories + s) * strideBlocks + n * history;
            const slot = start + (out !== reverse ? timeSteps * size : 0);
            if (out) expected.set(all.subarray(slot, slot + size), state);
            else expected.set(n === 0 ? states.subarray(state, state + size) : new Float32Array(size), slot);
          }
        }
      }
      return {
        arrays: { states, histories: all, ...(out ? {} : { control: controls([{ keep: true }, { keep: false }]) }) },
        check: (written) => expectEqualBits((out ? written['states'] : written['histories'])!, expected, 'states'),
      };
    },
  };
}

interface ColumnsRow {
  timeSteps: number; batch: number; trials: number; width: number; span: number; ragged: boolean;
  from: Omit<Stretch, 'stride'>; to: Omit<Stretch, 'stride'>;
}

/** Control records, then the lengths of all trials' rows. */
function controlWithLengths(trials: number, lengths: readonly number[]): Words {
  const words = new Uint32Array(trials * CONTROL_WORDS + lengths.length);
  words.set(controls(Array.from({ length: trials }, () => ({}))));
  words.set(lengths, trials * CONTROL_WORDS);
  return words;
}

function columnsCase(row: ColumnsRow): KernelCase {
  const { timeSteps, batch, trials, width, span, ragged } = row;
  const rows = timeSteps * batch;
  const placed = (stretch: Omit<Stretch, 'stride'>): Stretch =>
    ({ ...stretch, stride: pad64(stretch.start + rows * stretch.pitch) });
  const [from, to] = [placed(row.from), placed(row.to)];
  return {
    name: `columns ${from.offset}… of ${from.pitch} to ${to.offset}… of ${to.pitch}, ${width} of them, zeros up to ` +
      `${span}, T ${timeSteps} B ${batch}, ${trials} trials${ragged ? ', ragged' : ''}`,
    kernel: columns({ timeSteps, batch, trials, width, span, from, to, ragged }),
    prepare() {
      const lengths = Array.from({ length: trials * batch }, (_, e) => (e * 2 + 1) % (timeSteps + 1));
      const source = counted(trials * from.stride);
      const out = poisoned(trials * to.stride); // what lies beside the columns stays as it was
      const expected = out.slice();
      for (let n = 0; n < trials; n++) {
        for (let r = 0; r < rows; r++) {
          const ended = ragged && Math.floor(r / batch) >= lengths[n * batch + (r % batch)]!;
          for (let u = 0; u < span; u++) {
            const value = source[n * from.stride + from.start + r * from.pitch + from.offset + u]!;
            expected[n * to.stride + to.start + r * to.pitch + to.offset + u] = u < width && !ended ? value : 0;
          }
        }
      }
      return {
        arrays: { in: source, out, ...(ragged ? { control: controlWithLengths(trials, lengths) } : {}) },
        check: (written) => expectEqualBits(written['out']!, expected, 'columns'),
      };
    },
  };
}

function lanesCase(
  rows: number, units: number, lanes: number, first: number, some: number, trials: number,
): KernelCase {
  const [pitchIn, pitchOut] = [pad4(units * lanes), pad4(units * some)];
  return {
    name: `lanes ${first} to ${first + some - 1} of ${lanes}, ${rows} rows of ${units} units, ${trials} trials`,
    kernel: someLanes({ rows, units, lanes, first, some, trials }),
    prepare() {
      const source = counted(trials * rows * pitchIn);
      const expected = new Float32Array(trials * rows * pitchOut); // its padding is zero
      for (let row = 0; row < trials * rows; row++) {
        for (let unit = 0; unit < units; unit++) {
          const from = row * pitchIn + unit * lanes + first;
          expected.set(source.subarray(from, from + some), row * pitchOut + unit * some);
        }
      }
      return {
        arrays: { in: source, out: poisoned(expected.length) },
        check: ({ out }) => expectEqualBits(out!, expected, 'lanes'),
      };
    },
  };
}

const carries = [
  { size: 4, timeSteps: 1, layers: 1, directions: 1, carried: 1, histories: 1 },
  { size: 340, timeSteps: 3, layers: 2, directions: 1, carried: 2, histories: 5 },
  { size: 12, timeSteps: 2, layers: 3, directions: 2, carried: 3, histories: 4 },
] as const;

export const moveCases: KernelCase[] = [
  transposeCase(1, 1, 1), transposeCase(17, 17, 3), transposeCase(64, 64, 1), transposeCase(9, 2, 2),
  ...carries.flatMap((row, i) => [false, true].map((out) => carryCase({ ...row, out }, i))),
  columnsCase({ // the second of two outputs side by side
    timeSteps: 3, batch: 5, trials: 2, width: 7, span: 7, ragged: false,
    from: { start: 40, pitch: 8, offset: 0 }, to: { start: 0, pitch: 16, offset: 7 },
  }),
  columnsCase({ // the last of them: zeros up to the end of the row
    timeSteps: 4, batch: 3, trials: 3, width: 3, span: 6, ragged: true,
    from: { start: 12, pitch: 4, offset: 0 }, to: { start: 0, pitch: 8, offset: 2 },
  }),
  columnsCase({ // its gradient taken apart
    timeSteps: 9, batch: 1, trials: 1, width: 5, span: 8, ragged: true,
    from: { start: 0, pitch: 12, offset: 5 }, to: { start: 0, pitch: 8, offset: 0 },
  }),
  lanesCase(5, 17, 4, 2, 1, 3), lanesCase(12, 3, 4, 0, 2, 1), lanesCase(2, 1, 8, 4, 4, 2),
];
