import { expect } from 'vitest';
import { embedding } from '../../../src/kernels/embedding.js';
import { embeddingBackward } from '../../../src/kernels/embedding-backward.js';
import { rowsByToken } from '../../../src/kernels/rows-by-token.js';
import { sample } from '../../../src/kernels/sample.js';
import { window } from '../../../src/kernels/window.js';
import { pad4, pad64 } from '../../../src/model/layout.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { embeddingBackward as referenceBackward, embeddingForward } from '../../../src/reference/embedding.js';
import { sample as referenceSample, samplingUniform } from '../../../src/reference/sample.js';
import {
  evaluationStreamLength, evaluationWindow, trainingStreamLength, trainingWindow,
} from '../../../src/reference/window.js';
import {
  double, type Floats, poisoned, poisonedWords, randomFloats, randomRows, randomTokens, trialOf, trialsOf, type Words,
} from '../arrays.js';
import { expectClose, expectEqualBits } from '../close.js';
import { controls, type KernelCase } from '../kernel-case.js';

interface Lookup { readonly rows: number; readonly width: number; readonly vocabulary: number; readonly trials: number }
const lookups: Lookup[] = [
  { rows: 1, width: 1, vocabulary: 1, trials: 1 }, { rows: 66, width: 12, vocabulary: 5, trials: 3 },
  { rows: 17, width: 17, vocabulary: 65, trials: 3 }, { rows: 128, width: 260, vocabulary: 64, trials: 1 },
];

function forwardCases(lookup: Lookup, seed: number): KernelCase[] {
  const { rows, width, vocabulary, trials } = lookup;
  const pitch = pad4(width);
  const stride = pad64(vocabulary * pitch) + 64; // the table is a part of the flat parameters
  return ([0, 1, 2] as const).map((biases) => ({
    name: `embedding of ${rows} tokens in ${vocabulary} × ${width}, ${biases} biases, ${trials} trials`,
    kernel: embedding({ ...lookup, biases, strideTable: stride, strideOut: rows * pitch, strideIds: rows }),
    prepare() {
      const random = new CounterRandom(seed, 0);
      const vector = (): Floats => trialsOf(trials, stride, () => randomRows(random, 1, width));
      const arrays = {
        ids: randomTokens(random, trials * rows, vocabulary),
        table: trialsOf(trials, stride, () => randomRows(random, vocabulary, width)),
        out: poisoned(trials * rows * pitch),
        ...(biases > 0 ? { bias: vector() } : {}),
        ...(biases > 1 ? { bias2: vector() } : {}),
      };
      return {
        arrays,
        check({ out }) {
          for (let n = 0; n < trials; n++) {
            const expected = new Float64Array(rows * pitch);
            const added = [arrays.bias, arrays.bias2].slice(0, biases).map((bias) => double(trialOf(bias!, n, stride)));
            embeddingForward(trialOf(arrays.ids, n, rows), double(trialOf(arrays.table, n, stride)), expected,
              { rows, columns: width, pitch }, added);
            expectClose(trialOf(out as Floats, n, rows * pitch), expected, { what: `rows of trial ${n}`, seed });
          }
        },
      };
    },
  }));
}

/** What rows_by_token.wgsl must give: rows of each token in order, and where each token's begin. */
function sortedRows(ids: Words, vocabulary: number): { starts: Words; rows: Words } {
  const rows = Uint32Array.from(ids, (_, row) => row).sort((a, b) => ids[a]! - ids[b]! || a - b);
  return { rows, starts: Uint32Array.from({ length: vocabulary + 1 }, (_, v) => ids.filter((id) => id < v).length) };
}

function backwardCases(lookup: Lookup, seed: number): KernelCase[] {
  const { rows, width, vocabulary, trials } = lookup;
  const pitch = pad4(width);
  const stride = pad64(vocabulary * pitch) + 64;
  const idsOf = (): Words => randomTokens(new CounterRandom(seed, 1), trials * rows, vocabulary);
  const name = `of ${rows} tokens below ${vocabulary}, ${trials} trials`;
  return [{
    name: `rows by token ${name}`,
    kernel: rowsByToken(lookup),
    prepare() {
      const ids = idsOf();
      return {
        arrays: { ids, starts: poisonedWords(trials * (vocabulary + 1)), rows: poisonedWords(trials * rows) },
        check(written) {
          for (let n = 0; n < trials; n++) {
            const expected = sortedRows(trialOf(ids, n, rows), vocabulary);
            expectEqualBits(trialOf(written['starts'] as Words, n, vocabulary + 1), expected.starts, 'starts');
            expectEqualBits(trialOf(written['rows'] as Words, n, rows), expected.rows, 'rows');
          }
        },
      };
    },
  }, {
    name: `embedding backward ${name}`,
    kernel: embeddingBackward({ ...lookup, strideTable: stride, strideOut: rows * pitch }),
    prepare() {
      const ids = idsOf();
      const sorted = Array.from({ length: trials }, (_, n) => sortedRows(trialOf(ids, n, rows), vocabulary));
      const d_out = trialsOf(trials, rows * pitch, () => randomRows(new CounterRandom(seed, 2), rows, width));
      return {
        arrays: {
          starts: Uint32Array.from(sorted.flatMap(({ starts }) => [...starts])),
          rows: Uint32Array.from(sorted.flatMap((s) => [...s.rows])), d_out, d_table: poisoned(trials * stride),
        },
        check({ d_table }) {
          for (let n = 0; n < trials; n++) {
            const expected = new Float64Array(vocabulary * pitch);
            referenceBackward(trialOf(ids, n, rows), double(trialOf(d_out, n, rows * pitch)), expected,
              { rows, columns: width, pitch });
            const actual = trialOf(d_table as Floats, n, stride, vocabulary * pitch);
            expectClose(actual, expected, { what: `table gradient of trial ${n}`, seed, pass: 'backward' });
          }
        },
      };
    },
  }];
}

/** Streams that fill the window, run past their end, or are all padding; each trial at a cursor of its own. */
const windows = [[33, 5, 400, 0, 20], [3, 2, 17, 5, 6], [4, 32, 100, 0, 2], [1, 1, 2, 0, 0]] as const;
function windowCases([timeSteps, batch, count, ...positions]: (typeof windows)[number], seed: number): KernelCase[] {
  const lastCursor = trainingStreamLength(count, batch) - timeSteps; // training has whole windows alone
  return [false, true].filter((mask) => mask || lastCursor >= 0).map((mask) => ({
    name: `window T ${timeSteps} B ${batch} of ${count} tokens${mask ? ', masked' : ''}`,
    kernel: window({
      timeSteps, batch, trials: 2, count, mask,
      length: (mask ? evaluationStreamLength : trainingStreamLength)(count, batch),
    }),
    prepare() {
      const tokens = randomTokens(new CounterRandom(seed, 3), count, 1000);
      const size = timeSteps * batch;
      const cursors = positions.map((cursor) => (mask ? cursor : Math.min(cursor, lastCursor)));
      return {
        arrays: {
          control: controls(cursors.map((cursor) => ({ cursor }))), tokens,
          inputs: poisonedWords(2 * size), targets: poisonedWords(2 * size),
          ...(mask ? { mask: poisoned(2 * size) } : {}),
        },
        check(written) {
          cursors.forEach((cursor, n) => {
            const shape = { timeSteps, batch };
            const expected = mask
              ? evaluationWindow(tokens, shape, cursor, evaluationStreamLength(count, batch))
              : trainingWindow(tokens, shape, cursor, trainingStreamLength(count, batch));
            expectEqualBits(trialOf(written['inputs'] as Words, n, size), expected.inputs, 'inputs');
            expectEqualBits(trialOf(written['targets'] as Words, n, size), expected.targets, 'targets');
            if (mask) expectEqualBits(trialOf(written['mask'] as Floats, n, size), expected.mask!, 'mask');
          });
        },
      };
    },
  }));
}

/** Draws of one row of logits under 30 uniforms, after two tokens of the prime. */
function sampleCase(
  vocabulary: number, temperature: number, seed: number, { immediates = true, shared = false } = {},
): KernelCase {
  const times = Array.from({ length: 32 }, (_, t) => t);
  const how = `${immediates ? '' : ', uniform time'}${shared ? ', threads together' : ''}`;
  return {
    name: `sample from ${vocabulary} at temperature ${temperature}${how}`,
    kernel: sample({ vocabulary, immediates, shared }),
    times,
    prepare() {
      const logits = randomFloats(new CounterRandom(seed, 4), pad4(vocabulary), 4);
      logits.fill(1e3, vocabulary); // the padding is not read
      if (temperature === 0) logits.fill(5, vocabulary >> 1, vocabulary); // a tie: the first wins
      const prime = Uint32Array.of(7, 11, 13);
      return {
        arrays: {
          logits, tokens: poisonedWords(32), current: poisonedWords(1), prime,
          control: controls([{ seed: 99, step: prime.length, cursor: 0, temperature }]),
        },
        check({ tokens, current }) {
          expect([tokens![0], tokens![1]], 'the prime comes first').toEqual([11, 13]);
          expect(current![0], 'the last token is the next input').toBe(tokens![31]);
          for (let n = 0; n < 30; n++) {
            const u = samplingUniform(99, n);
            // Both neighbours of u within float32's error of a cumulative sum are right; mostly they are the same.
            const allowed = [u - 1e-5, u, u + 1e-5].map(
              (v) => referenceSample(double(logits), vocabulary, temperature, v));
            expect(allowed, `draw ${n} with u = ${u}`).toContain(tokens![n + 2]);
          }
        },
      };
    },
  };
}

export const tokenCases: KernelCase[] = [
  ...lookups.flatMap(forwardCases), ...lookups.flatMap(backwardCases), ...windows.flatMap(windowCases),
  sampleCase(65, 0, 1), sampleCase(65, 0.8, 2), sampleCase(1, 1, 3, { immediates: false }),
  sampleCase(130, 2, 4, { immediates: false }), sampleCase(6, 0.05, 5), sampleCase(65, 0, 1, { shared: true }),
  sampleCase(130, 0.8, 6, { shared: true }), sampleCase(1, 1, 3, { shared: true, immediates: false }),
];
