import type { CounterRandom } from '../random/counter-random.js';
import type { Model } from './description.js';
import { blocksOf, drawParameters } from './initial-draw.js';
import { identity, orthogonal, scaleToSpectralRadius, sparse } from './initial-matrices.js';
import { type Initial, isTrained, type ParameterShape } from './layout.js';

/**
 * Initial parameters of one network, rounded to float32, in the flat layout [layout.size].
 * Values are drawn in PyTorch's order, a stream a parameter, so that GPU and reference start with the same bits.
 */
export const initialParameters = (model: Model, seed: number): Float32Array => drawParameters(model, seed, drawMatrix);

function drawMatrix(parameter: ParameterShape, random: CounterRandom): Float32Array {
  const { initial, shape } = parameter;
  if (initial.kind === 'sparse') return drawSparse(parameter, initial, random);
  const [rows, columns = 1] = shape as [number, number?];
  if (initial.kind === 'identity') return identity(rows, columns, rows / blocksOf(parameter));
  // One matrix over all gates, as Keras does: a matrix a gate would be orthogonal for each alone.
  return Float32Array.from(orthogonal(rows, columns, random));
}

/** A sparse matrix for each gate, [H, H] where it is scaled to a spectral radius. */
function drawSparse(
  parameter: ParameterShape, initial: Extract<Initial, { kind: 'sparse' }>, random: CounterRandom,
): Float32Array {
  const [allRows, columns = 1] = parameter.shape as [number, number?];
  const rows = allRows / blocksOf(parameter);
  const values = new Float32Array(allRows * columns);
  for (let start = 0; start < values.length; start += rows * columns) {
    const allowed = (row: number, column: number): boolean => isTrained(parameter, start + row * columns + column);
    const matrix = sparse(rows, columns, initial, random, allowed);
    if (initial.spectralRadius !== undefined) scaleToSpectralRadius(matrix, rows, initial.spectralRadius);
    values.set(matrix, start);
  }
  return values;
}
