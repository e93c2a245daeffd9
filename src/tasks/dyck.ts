import { fieldSetup } from './field.js';
import type { Problem, Task } from './task.js';

/**
 * Dyck-n: balanced brackets of n kinds, nested up to a depth. After every bracket the network says which may come next:
 * any opening one unless the depth is reached, and the closing one of the bracket that was opened last. Outputs are
 * sigmoids with squared error; output k is opening bracket k, and output n + k the one that closes it.
 */
export const dyck: Task = {
  name: 'dyck',
  title: 'Which brackets may come next',
  source: 'Suzgun, Gehrmann, Belinkov & Shieber 2019; with bounded depth, Hewitt et al. 2020',
  options: {
    length: { default: 50, min: 1, max: 100_000, about: 'brackets, an even number' },
    // `legal` has a bit for each opening and each closing bracket.
    kinds: { default: 2, min: 1, max: 16, about: 'kinds of brackets, n' },
    depth: { default: 4, min: 1, max: 1000, about: 'brackets open at a time, at most' },
  },
  problem: (values) => dyckProblem(values),
  setup: () => fieldSetup(64, 500_000),
};

/** @throws RangeError where the length is odd */
function dyckProblem({ length, kinds, depth }: Readonly<Record<string, number>>): Problem {
  if (length % 2 === 1) {
    throw new RangeError(`length is ${length}: every bracket that is opened is closed; give an even number`);
  }
  const outputs = 2 * kinds;
  return {
    timeSteps: length,
    input: { kind: 'tokens', vocabulary: outputs },
    outputs,
    loss: 'sigmoid',
    target: 'values',
    judge: { kind: 'legal' },
    criterion: {
      on: 'fresh', sequences: 1000, wrong: 10, every: 5000,
      text: 'in 99 % of 1000 fresh sequences, all brackets that may come next more active than all that may not',
    },
    draw(random, sequence) {
      const open: number[] = [];
      sequence.length = length;
      for (let t = 0; t < length; t++) {
        const left = length - t;
        const closes = open.length === left || open.length === depth || (open.length > 0 && random.integer(2) === 1);
        if (closes) {
          sequence.inputs[t] = kinds + open.pop()!;
        } else {
          const kind = random.integer(kinds);
          open.push(kind);
          sequence.inputs[t] = kind;
        }
        // What the grammar lets follow; that the sequence is going to end is not for the network to know.
        const opening = open.length < depth ? 2 ** kinds - 1 : 0;
        const closing = open.length > 0 ? 2 ** (kinds + open[open.length - 1]) : 0;
        sequence.legal[t] = opening + closing;
        for (let k = 0; k < outputs; k++) sequence.targets[t * outputs + k] = (sequence.legal[t] >>> k) & 1;
        sequence.weights[t] = 1 / length;
      }
    },
  };
}
