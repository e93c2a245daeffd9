import { pad4, pad64 } from '../model/layout.js';
import { CounterRandom } from '../random/counter-random.js';
import { taskStream } from '../random/streams.js';
import type { Problem, Sequence } from './task.js';

/** How many sequences an update sees, and how many networks there are. */
export interface BlockShape { readonly batch: number; readonly trials: number }

/**
 * Where the parts of one training step lie in a block, in words: inputs [trials, T, B] tokens or [trials, T, B,
 * pad4(width)] values, targets likewise, weights and legal [trials, T, B]. Each begins at a multiple of 64.
 */
export interface StepLayout {
  readonly inputs: number;
  readonly targets: number;
  readonly weights: number;
  readonly legal: number;
  /** Words of a step. */
  readonly size: number;
}

/** Sequences of some steps in the layout that the GPU reads; floats are the bits of float32. */
export interface SequenceBlock extends BlockShape {
  readonly steps: number;
  readonly layout: StepLayout;
  /** [steps, layout.size] */
  readonly words: Uint32Array<ArrayBuffer>;
  /** [steps, trials, B] */
  readonly lengths: Uint32Array<ArrayBuffer>;
}

/** Floats of one row of the inputs, and of the targets; 1 where they are tokens or classes. */
export const inputPitch = ({ input }: Problem): number => (input.kind === 'tokens' ? 1 : pad4(input.width));
export const targetPitch = ({ target, outputs }: Problem): number => (target === 'class' ? 1 : pad4(outputs));

export function stepLayout(problem: Problem, { batch, trials }: BlockShape): StepLayout {
  const rows = trials * problem.timeSteps * batch;
  const targets = pad64(rows * inputPitch(problem));
  const weights = targets + pad64(rows * targetPitch(problem));
  const legal = weights + pad64(rows);
  return { inputs: 0, targets, weights, legal, size: legal + (problem.judge.kind === 'legal' ? pad64(rows) : 0) };
}

/** Which sequences a block holds: of each trial, its own. */
export interface BlockSource {
  /** Of each trial. */
  readonly seeds: readonly number[];
  /** Number of each trial's first sequence in this block. */
  readonly first: number;
  readonly testing: boolean;
}

/** Draws sequences first, first + 1, … of each trial: row b of step k is number first + k·B + b. */
export function drawBlock(problem: Problem, shape: BlockShape, steps: number, source: BlockSource): SequenceBlock {
  const { batch, trials } = shape;
  const layout = stepLayout(problem, shape);
  const words = new Uint32Array(steps * layout.size);
  const lengths = new Uint32Array(steps * trials * batch);
  const block = { ...shape, steps, layout, words, lengths };
  const write = writer(problem, block);
  const sequence = emptySequence(problem);
  for (let step = 0; step < steps; step++) {
    for (let trial = 0; trial < trials; trial++) {
      for (let b = 0; b < batch; b++) {
        drawSequence(problem, source.seeds[trial]!, source.first + step * batch + b, source.testing, sequence);
        write({ step, trial, b }, sequence);
      }
    }
  }
  return block;
}

export function emptySequence({ timeSteps, input, target, outputs }: Problem): Sequence {
  return {
    length: 0,
    inputs: new Float64Array(timeSteps * (input.kind === 'tokens' ? 1 : input.width)),
    targets: new Float64Array(timeSteps * (target === 'class' ? 1 : outputs)),
    weights: new Float64Array(timeSteps),
    legal: new Uint32Array(timeSteps),
  };
}

/**
 * Sequence `index` of a trial, the same whenever it is asked for. Where a task has sets, the index draws one of the
 * training set; when testing it goes through the training set and then the test set, over and over.
 */
export function drawSequence(problem: Problem, seed: number, index: number, testing: boolean, into: Sequence): void {
  into.inputs.fill(0);
  into.targets.fill(0);
  into.weights.fill(0);
  into.legal.fill(0);
  const { sets } = problem;
  const own = testing ? taskStream.test : taskStream.training;
  if (!sets) {
    problem.draw(new CounterRandom(seed, own, index), into, testing);
    return;
  }
  const member = testing
    ? index % (sets.training + sets.test)
    : new CounterRandom(seed, own, index).integer(sets.training);
  problem.draw(new CounterRandom(seed, taskStream.set, member), into, testing);
}

type Place = { readonly step: number; readonly trial: number; readonly b: number };

function writer(problem: Problem, { batch, layout, words, lengths, trials }: SequenceBlock) {
  const { timeSteps, input, target, outputs } = problem;
  const floats = new Float32Array(words.buffer);
  const width = input.kind === 'tokens' ? 1 : input.width;
  const wide = target === 'class' ? 1 : outputs;
  const inputs = input.kind === 'tokens' ? words : floats;
  const targets = target === 'class' ? words : floats;
  const pitch = { input: inputPitch(problem), target: targetPitch(problem) };
  return ({ step, trial, b }: Place, sequence: Sequence): void => {
    const { length } = sequence;
    if (!(length >= 1 && length <= timeSteps)) {
      throw new Error(`a sequence of ${length} time steps was drawn, and there is room for ${timeSteps}`);
    }
    lengths[(step * trials + trial) * batch + b] = length;
    const start = step * layout.size;
    for (let t = 0; t < length; t++) {
      const row = (trial * timeSteps + t) * batch + b;
      const to = start + layout.inputs + row * pitch.input;
      for (let i = 0; i < width; i++) inputs[to + i] = sequence.inputs[t * width + i]!;
      floats[start + layout.weights + row] = sequence.weights[t]!;
      if (sequence.weights[t] === 0) continue;
      const at = start + layout.targets + row * pitch.target;
      for (let i = 0; i < wide; i++) targets[at + i] = sequence.targets[t * wide + i]!;
      if (problem.judge.kind === 'legal') words[start + layout.legal + row] = sequence.legal[t]!;
    }
  };
}
