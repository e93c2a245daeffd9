import { CounterRandom } from '../random/counter-random.js';
import { stream } from '../random/streams.js';
import type { Model } from './description.js';
import { orthogonal, scaleToSpectralRadius, sparse } from './initial-matrices.js';
import { elementCount, type Initial, isTrained, packParameter, type ParameterShape } from './layout.js';

/**
 * Initial parameters of one network, rounded to float32, in the flat layout [layout.size].
 * Values are drawn in PyTorch's order, a stream a parameter, so that GPU and reference start with the same bits.
 */
export function initialParameters(model: Model, seed: number): Float32Array {
  const flat = new Float32Array(model.layout.size);
  model.layout.parameters.forEach((parameter, index) => {
    const random = new CounterRandom(seed, stream.initialisation, index);
    packParameter(parameter, initialValues(parameter, random), flat);
  });
  return flat;
}

/**
 * Where one parameter starts, in PyTorch's shape and order: what `initial` draws, then what `fixed` says of whole row
 * blocks, then zero where nothing is trained.
 */
export function initialValues(parameter: ParameterShape, random: CounterRandom): Float32Array {
  const values = draw(parameter, random);
  const block = values.length / blocksOf(parameter);
  for (const [index, value] of Object.entries(parameter.fixed ?? {})) {
    values.fill(value, Number(index) * block, (Number(index) + 1) * block);
  }
  return values.map((value, e) => (isTrained(parameter, e) ? value : 0));
}

const blocksOf = ({ arrangement }: ParameterShape): number =>
  (arrangement.kind === 'gates' ? arrangement.blocks.length : 1);

function draw(parameter: ParameterShape, random: CounterRandom): Float32Array {
  const { initial, shape } = parameter;
  const [rows, columns = 1] = shape as [number, number?];
  const each = (value: (e: number) => number): Float32Array =>
    Float32Array.from({ length: elementCount(parameter) }, (_, e) => value(e));
  switch (initial.kind) {
    case 'uniform': return each(() => random.uniform(-initial.bound, initial.bound));
    case 'normal': return each(() => initial.deviation * random.normal());
    case 'constant': {
      const block = elementCount(parameter) / initial.blocks.length;
      return each((e) => initial.blocks[Math.floor(e / block)]!);
    }
    // One matrix over all gates, as Keras does: a matrix a gate would be orthogonal for each alone.
    case 'orthogonal': return Float32Array.from(orthogonal(rows, columns, random));
    case 'sparse': return drawSparse(parameter, initial, random);
  }
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
