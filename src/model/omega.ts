import { cellOf, type RecurrentDescription } from './recurrent.js';

const USE = 'leave it out, or use rnn, rnn-sigmoid, lstm or gru';

/**
 * Why a recurrent layer has no Ω, the regulariser against vanishing gradients of Pascanu, Mikolov & Bengio (2013), to
 * go on after "omega is 2, and "; undefined where it has one. Ω asks what ∂L/∂h_{t−1} gets of ∂L/∂h_t through the
 * recurrent weights, so a time step must be one product of h_{t−1} with them. The paper has it for the plain RNN, whose
 * state h is; for other such cells (LSTM, GRU) it is Latch's extension, of the hidden state alone.
 */
export function omegaRefusal(layer: RecurrentDescription): string | undefined {
  const { recurrentDropout, zoneout } = layer;
  const why = cellRefusal(layer) ??
    (recurrentDropout > 0 ? 'has recurrentDropout, which hides some of the hidden state' : undefined) ??
    (zoneout.hidden + zoneout.cell > 0 ? 'has zoneout, by which states go past the weights' : undefined);
  return why && `${layer.cell} ${why}: ${USE}`;
}

function cellRefusal(layer: RecurrentDescription): string | undefined {
  const cell = cellOf(layer, layer.layers - 1);
  const products = cell.phases.flatMap((phase) => phase.products);
  if (products.length === 0) return 'has no recurrent weights';
  if (cell.projection !== undefined) return 'feeds back a projection of its hidden state';
  if (cell.normed) return 'normalises the product with its recurrent weights';
  if (cell.truncated) return 'lets no gradient through its recurrent weights';
  if (cell.clock) return 'has units that do not move at every time step';
  if (cell.below) return 'reads a state of the layer below, past its weights';
  if (cell.phases.length > 1 || products.length > 1) {
    return `has a time step of ${products.length} products`;
  }
  const [{ lanes, first, slot }] = cell.phases as [typeof cell.phases[number]];
  if (products[0]!.source !== 0 || slot !== 'previous' || lanes !== cell.lanes || first !== 0) {
    return 'has recurrent weights that are not of the hidden state to all gates';
  }
  return undefined;
}
