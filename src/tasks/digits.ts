import { fieldSetup } from './field.js';
import type { CounterRandom } from '../random/counter-random.js';
import type { Examples, PaperFigure, Problem, Setup, TaskOption } from './task.js';

/** Digits, pixel by pixel: what the sequential and the permuted ones share. */

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

/** Sides that 28 can be averaged down to, as lengths. */
const LENGTHS: readonly number[] = [784, 196, 49, 16];

/** Every fifth example is for testing: they come ordered by class. */
const FOLD = 5;

export const digitsLength: TaskOption = {
  default: PIXELS,
  min: 16,
  max: PIXELS,
  about: 'pixels: 784, or 196, 49 or 16 of images averaged to 14 × 14, 7 × 7 or 4 × 4',
};

/**
 * One value a time step, the class at the end.
 * @param order [length]: which pixel of the averaged image, row by row, each time step shows; absent: as they are
 * @throws RangeError where the length is no square that 28 × 28 pixels average to, or examples are missing or broken
 */
export function digitsProblem(length: number, examples: Examples | undefined, order?: readonly number[]): Problem {
  checkLength(length);
  const { images, labels } = checkExamples(examples);
  const side = Math.sqrt(length);
  return {
    timeSteps: length,
    input: { kind: 'values', width: 1 },
    outputs: CLASSES,
    loss: 'softmax',
    target: 'class',
    judge: { kind: 'largest' },
    criterion: {
      on: 'fresh', sequences: 1000, wrong: 100, every: 8000, text: '90 % of 1000 digits right that are not trained on',
    },
    draw(random, sequence, testing) {
      const example = drawExample(random, labels.length, testing);
      const pixels = averaged(images.subarray(example * PIXELS, (example + 1) * PIXELS), side);
      for (let t = 0; t < length; t++) sequence.inputs[t] = pixels[order ? order[t] : t];
      sequence.length = length;
      sequence.targets[length - 1] = labels[example];
      sequence.weights[length - 1] = 1;
    },
  };
}

/** @throws RangeError where the length is no square that 28 × 28 pixels average to */
export function checkLength(length: number): void {
  if (!LENGTHS.includes(length)) {
    throw new RangeError(
      `length is ${length}: an image of 28 × 28 pixels averages to ${LENGTHS.join(', ')}; give one of these`,
    );
  }
}

function checkExamples(examples: Examples | undefined): Examples {
  if (!examples) throw new RangeError('the digits are missing: give images of 28 × 28 values and their classes');
  const { images, labels } = examples;
  if (labels.length < FOLD || images.length !== labels.length * PIXELS) {
    throw new RangeError(`${images.length} values for ${labels.length} digits were given: ` +
      `give ${PIXELS} values a digit, and at least ${FOLD} digits`);
  }
  const wrong = labels.find((label) => label >= CLASSES);
  if (wrong !== undefined) throw new RangeError(`a digit has the class ${wrong}: give 0 to ${CLASSES - 1}`);
  return examples;
}

/** The number of an example: of every fifth one for testing, of the others for training. */
function drawExample(random: CounterRandom, count: number, testing: boolean): number {
  const tests = Math.floor(count / FOLD);
  if (testing) return random.integer(tests) * FOLD + FOLD - 1;
  const k = random.integer(count - tests);
  // Four in every five; those past the last whole five are for training too.
  const whole = tests * (FOLD - 1);
  return k < whole ? Math.floor(k / (FOLD - 1)) * FOLD + (k % (FOLD - 1)) : k + tests;
}

/** Means over squares of an image [28, 28], giving [side, side]. */
function averaged(image: Float32Array, side: number): Float32Array | Float64Array {
  const block = SIDE / side;
  if (block === 1) return image;
  const means = new Float64Array(side * side);
  for (let i = 0; i < PIXELS; i++) {
    const row = Math.floor(Math.floor(i / SIDE) / block);
    means[row * side + Math.floor((i % SIDE) / block)] += image[i] / (block * block);
  }
  return means;
}

/** 50 passes over the 8000 digits of the `mnist` package that are trained on. */
export const digitsSetup = (): Setup => fieldSetup(128, 400_000);

/** Figures of larger sets stand as words alone: they are shares of digits, not of trials. */
export function digitsFigure(length: number, irnn: string, lstm: string): PaperFigure | undefined {
  if (length !== PIXELS) return undefined;
  return {
    text: `of the test digits, trained on 60,000: IRNN ${irnn} (Le et al. 2015), LSTM ${lstm} (Arjovsky et al. 2016)`,
    known: 'memory',
  };
}
