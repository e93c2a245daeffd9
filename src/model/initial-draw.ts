import { CounterRandom } from '../random/counter-random.js';
import { stream } from '../random/streams.js';
import type { Model } from './description.js';
import { elementCount, isTrained, packParameter, type ParameterShape } from './layout.js';

/** Draws a matrix as a whole, in PyTorch's shape and order. */
export type DrawMatrix = (parameter: ParameterShape, random: CounterRandom) => Float32Array;

/** Whether a parameter of the model is drawn as a whole: then {@link drawParameters} needs to be told how. */
export const drawsMatrices = ({ layout }: Model): boolean =>
  layout.parameters.some(({ initial: { kind } }) => kind === 'orthogonal' || kind === 'sparse' || kind === 'identity');

/**
 * Initial parameters of one network, see `initialParameters` (initial.ts). Those drawn value by value are all that most
 * models have; `matrix` draws the others: given, so that only those who have such load it.
 */
export function drawParameters(model: Model, seed: number, matrix?: DrawMatrix): Float32Array {
  const flat = new Float32Array(model.layout.size);
  model.layout.parameters.forEach((parameter, index) => {
    const random = new CounterRandom(seed, stream.initialisation, index);
    packParameter(parameter, initialValues(parameter, random, matrix), flat);
  });
  return flat;
}

/**
 * Where one parameter starts, in PyTorch's shape and order: what `initial` draws, then what `fixed` says of whole row
 * blocks, then zero where nothing is trained.
 */
function initialValues(parameter: ParameterShape, random: CounterRandom, matrix?: DrawMatrix): Float32Array {
  const values = draw(parameter, random, matrix);
  const block = values.length / blocksOf(parameter);
  for (const [index, value] of Object.entries(parameter.fixed ?? {})) {
    values.fill(value, Number(index) * block, (Number(index) + 1) * block);
  }
  return values.map((value, e) => (isTrained(parameter, e) ? value : 0));
}

/** Row blocks of a parameter: one a gate. */
export const blocksOf = ({ arrangement }: ParameterShape): number =>
  (arrangement.kind === 'gates' ? arrangement.blocks.length : 1);

function draw(parameter: ParameterShape, random: CounterRandom, matrix?: DrawMatrix): Float32Array {
  const { initial } = parameter;
  const each = (value: (e: number) => number): Float32Array =>
    Float32Array.from({ length: elementCount(parameter) }, (_, e) => value(e));
  switch (initial.kind) {
    case 'uniform': return each(() => random.uniform(-initial.bound, initial.bound));
    case 'normal': return each(() => initial.deviation * random.normal());
    case 'constant': {
      const block = elementCount(parameter) / initial.blocks.length;
      return each((e) => initial.blocks[Math.floor(e / block)]!);
    }
    default:
      if (!matrix) throw new Error(`${parameter.name} is drawn as a whole: use initialParameters`);
      return matrix(parameter, random);
  }
}
