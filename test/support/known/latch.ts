// One layer of the outside implementations as Latch has it: its cell, its parameters' names, its states.
import { input, type Model, sequential } from '../../../src/model/description.js';
import { recurrent } from '../../../src/model/recurrent.js';
import {
  concatenate, gateCount, type Layer, type Operator, reorderBlocks, type States, type Weights,
} from './layer.js';

/** Row blocks and peepholes, in PyTorch's order, that a cell of `src/cells` has weights for. */
interface CellBlocks { readonly gates: readonly number[]; readonly peepholes?: readonly number[] }
const [INPUT, FORGET, CANDIDATE, OUTPUT] = [0, 1, 2, 3];
const ALL: Record<Operator, CellBlocks> = {
  RNN: { gates: [0] },
  GRU: { gates: [0, 1, 2] },
  LSTM: { gates: [INPUT, FORGET, CANDIDATE, OUTPUT], peepholes: [0, 1, 2] },
};
const SOME: Readonly<Record<string, CellBlocks>> = {
  'lstm-nig': { gates: [FORGET, CANDIDATE, OUTPUT], peepholes: [1, 2] },
  'lstm-nfg': { gates: [INPUT, CANDIDATE, OUTPUT], peepholes: [0, 2] },
  'lstm-nog': { gates: [INPUT, FORGET, CANDIDATE], peepholes: [0, 1] },
  'lstm-cifg': { gates: [INPUT, CANDIDATE, OUTPUT], peepholes: [0, 2] },
};

/** `layer` with its gate of row block `block` (0 i, 1 f, 3 o) at 1: no weights but a bias of 100. */
export function openGate(layer: Layer, block: 0 | 1 | 3): Layer {
  const filled = (values: ArrayLike<number>, count: number, which: number, value: number) => {
    const size = values.length / count;
    return Float32Array.from(values, (v, k) => (Math.floor(k / size) === which ? value : v));
  };
  return {
    ...layer,
    weights: layer.weights.map(({ weightIh, weightHh, biasIh, biasHh, peephole }) => ({
      weightIh: filled(weightIh, 4, block, 0),
      weightHh: filled(weightHh, 4, block, 0),
      biasIh: filled(biasIh!, 4, block, 100),
      biasHh: filled(biasHh!, 4, block, 0),
      ...(peephole ? { peephole: filled(peephole, 3, block === OUTPUT ? 2 : block, 0) } : {}),
    })),
  };
}

/** Weights, or their gradients, of stacked layers of one cell by Latch's names. */
export function latchParameters(
  cell: string, op: Operator, stack: readonly (readonly Weights[])[],
): Map<string, Float32Array> {
  const { gates, peepholes } = SOME[cell] ?? ALL[op];
  const found = new Map<string, Float32Array>();
  stack.forEach((directions, layer) => directions.forEach((weights, direction) => {
    const put = (name: string, values: ArrayLike<number> | undefined, order = gates, count: number = gateCount[op]) => {
      if (!values) return;
      found.set(`1.${name}_l${layer}${direction === 1 ? '_reverse' : ''}`, reorderBlocks(values, order, count));
    };
    put('weight_ih', weights.weightIh);
    // Cho's GRU multiplies the candidate's rows by what the reset gate has left of the state: a matrix of its own.
    put('weight_hh', weights.weightHh, cell === 'gru-before' ? [0, 1] : gates);
    if (cell === 'gru-before') put('weight_hn', weights.weightHh, [2]);
    put('bias_ih', weights.biasIh);
    put('bias_hh', weights.biasHh);
    put('peephole', weights.peephole, peepholes, 3);
  }));
  return found;
}

/** A model of one input and the stacked layers, without an output layer: its outputs are the last layer's. */
export function latchModel(cell: string, stack: readonly Layer[]): Model {
  const { inputs, units, direction, weights } = stack[0]!;
  return sequential([input(inputs), recurrent(cell, units, {
    layers: stack.length,
    bidirectional: direction === 'bidirectional',
    bias: weights[0]!.biasIh ? 'both' : 'none',
  })]);
}

/** States of stacked layers by Latch's names, [layers·D, B, H]. */
export function latchStates(stack: readonly States[]): Record<string, Float32Array> {
  const { cell } = stack[0]!;
  return {
    '1.hidden': concatenate(stack.map(({ hidden }) => hidden)),
    ...(cell ? { '1.cell': concatenate(stack.map((states) => states.cell!)) } : {}),
  };
}
