// Numbers of weights that Hochreiter & Schmidhuber 1997 print for their nets (tables 1, 6, 7, 8 and section 5).
import { expect, test } from 'vitest';
import { input, linear, sequential } from '../../src/model/description.js';
import { type Bias, recurrent } from '../../src/model/recurrent.js';

interface Net {
  readonly task: string;
  /** Inputs, memory-cell blocks, cells of a block, outputs. */
  readonly shape: readonly [number, number, number, number];
  /** Of the hidden layer. */
  readonly bias: Bias;
  readonly outputBias: boolean;
  readonly weights: number;
}

const nets: readonly Net[] = [
  { task: 'embedded Reber grammar', shape: [7, 4, 1, 7], bias: 'gates', outputBias: false, weights: 264 },
  { task: 'embedded Reber grammar', shape: [7, 3, 2, 7], bias: 'gates', outputBias: false, weights: 276 },
  { task: 'two-sequence problem', shape: [1, 3, 1, 1], bias: 'input', outputBias: false, weights: 102 },
  { task: 'adding', shape: [2, 2, 2, 1], bias: 'input', outputBias: true, weights: 93 },
  { task: 'temporal order, 4 classes', shape: [8, 2, 2, 4], bias: 'input', outputBias: true, weights: 156 },
  { task: 'temporal order, 8 classes', shape: [8, 3, 2, 8], bias: 'input', outputBias: true, weights: 308 },
];

for (const { task, shape: [inputs, blocks, size, outputs], bias, outputBias, weights } of nets) {
  test(`${task}, ${blocks} blocks of ${size}: ${weights} weights`, () => {
    const model = sequential([
      input(inputs), recurrent('lstm-1997', blocks, { size, bias }), linear(outputs, { bias: outputBias }),
    ]);
    expect(model.layout.count).toBe(weights);
  });
}
