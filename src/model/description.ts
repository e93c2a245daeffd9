import { cellNamed } from '../cells/index.js';
import { checkInteger, checkNumber, checkOneOf } from './check.js';
import {
  type Arrangement, type Initial, layoutParameters, type ParameterLayout, type ParameterShape,
} from './layout.js';

/** A network as data: what the GPU's layers and the reference both read. JSON-safe, kept in checkpoints. */
export type LayerDescription = OneHotDescription | EmbeddingDescription | RecurrentDescription | LinearDescription;

export interface OneHotDescription {
  readonly kind: 'oneHot';
  readonly vocabulary: number;
}
export interface EmbeddingDescription {
  readonly kind: 'embedding';
  readonly vocabulary: number;
  readonly units: number;
}
export interface RecurrentDescription {
  readonly kind: 'recurrent';
  readonly cell: string;
  readonly units: number;
  readonly layers: number;
  /** Share of outputs dropped between layers (not after the last), as in PyTorch. */
  readonly dropout: number;
  /** `both`: b_ih and b_hh as PyTorch; `input`: b_ih alone as Keras; `none`. */
  readonly bias: Bias;
}
export interface LinearDescription {
  readonly kind: 'linear';
  readonly units: number;
  readonly bias: boolean;
}
export type Bias = 'both' | 'input' | 'none';
const BIASES: readonly Bias[] = ['both', 'input', 'none'];

/** Tokens as one-hot vectors of length `vocabulary`; the next layer's input product becomes a gather of weight rows. */
export function oneHot(vocabulary: number): OneHotDescription {
  return { kind: 'oneHot', vocabulary: checkInteger('oneHot vocabulary', vocabulary, 1) };
}

/** A trained vector of `units` values for each of `vocabulary` tokens. Initialised N(0, 1) (PyTorch `nn.Embedding`). */
export function embedding(vocabulary: number, units: number): EmbeddingDescription {
  return {
    kind: 'embedding',
    vocabulary: checkInteger('embedding vocabulary', vocabulary, 1),
    units: checkInteger('embedding units', units, 1),
  };
}

/**
 * `layers` stacked LSTM layers of `units` units (see `src/cells/lstm.ts`), [T, B, I] → [T, B, units].
 * Initialised U(−1/√units, 1/√units), biases included (PyTorch `nn.LSTM`).
 */
export function lstm(
  units: number, options: { layers?: number; dropout?: number; bias?: Bias } = {},
): RecurrentDescription {
  return recurrent('lstm', units, options);
}

/** Stacked layers of the cell called `cell`; {@link lstm} and its like are shorthands. */
export function recurrent(
  cell: string,
  units: number,
  { layers = 1, dropout = 0, bias = 'both' }: { layers?: number; dropout?: number; bias?: Bias } = {},
): RecurrentDescription {
  return {
    kind: 'recurrent',
    cell: cellNamed(cell).name,
    units: checkInteger(`${cell} units`, units, 1),
    layers: checkInteger(`${cell} layers`, layers, 1, 64),
    dropout: checkNumber(`${cell} dropout`, dropout, { min: 0, max: 1, below: true }),
    bias: checkOneOf(`${cell} bias`, bias, BIASES),
  };
}

/** x·Wᵀ + b, [T, B, I] → [T, B, units]. Initialised U(−1/√I, 1/√I), bias included (PyTorch `nn.Linear`). */
export function linear(units: number, { bias = true }: { bias?: boolean } = {}): LinearDescription {
  return { kind: 'linear', units: checkInteger('linear units', units, 1), bias };
}

/** A network: its layers and where its parameters lie. */
export interface Model {
  readonly layers: readonly LayerDescription[];
  /** Number of different input tokens. */
  readonly vocabulary: number;
  /** Width of the output, e.g. classes. */
  readonly outputs: number;
  readonly layout: ParameterLayout;
}

/**
 * Chains layers into a model. The first reads tokens (`oneHot` or `embedding`), the others read the one before.
 * @throws RangeError where the chain cannot be: no token layer first, a second one later, no linear layer last.
 */
export function sequential(layers: readonly LayerDescription[]): Model {
  const [first, ...rest] = layers;
  if (!first || (first.kind !== 'oneHot' && first.kind !== 'embedding')) {
    throw new RangeError(`the first layer is ${first?.kind ?? 'missing'}: ` +
      'start with oneHot(vocabulary) or embedding(vocabulary, units)');
  }
  if (rest.length === 0) {
    throw new RangeError('the model has no layer after its input: add lstm(units) and linear(units)');
  }
  if (layers.at(-1)?.kind !== 'linear') {
    throw new RangeError(`the last layer is ${layers.at(-1)?.kind}: ` +
      'end with linear(classes), whose outputs are the logits');
  }
  const shapes: ParameterShape[] = [];
  let width = first.vocabulary;
  layers.forEach((layer, index) => {
    if (index > 0 && (layer.kind === 'oneHot' || layer.kind === 'embedding')) {
      throw new RangeError(`layer ${index} is ${layer.kind}: tokens can only enter at the first layer`);
    }
    if (layer.kind === 'linear' && layers[index - 1]?.kind === 'oneHot') {
      throw new RangeError('a linear layer directly after oneHot is an embedding: use embedding(vocabulary, units)');
    }
    shapes.push(...layerParameters(layer, index, width));
    width = layer.kind === 'oneHot' ? layer.vocabulary : layer.units;
  });
  return { layers, vocabulary: first.vocabulary, outputs: width, layout: layoutParameters(shapes) };
}

/** PyTorch's names for the parameters of layer `index`, as in `nn.Sequential`: `1.weight_ih_l0`. */
export const parameterName = (index: number, name: string): string => `${index}.${name}`;

function layerParameters(layer: LayerDescription, index: number, inputs: number): ParameterShape[] {
  const rows: Arrangement = { kind: 'rows' };
  const shape = (name: string, dims: number[], arrangement: Arrangement, initial: Initial): ParameterShape => ({
    name: parameterName(index, name), shape: dims, arrangement, initial,
  });
  switch (layer.kind) {
    case 'oneHot':
      return [];
    case 'embedding':
      return [shape('weight', [layer.vocabulary, layer.units], rows, { kind: 'normal', deviation: 1 })];
    case 'linear': {
      const initial: Initial = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) };
      return [
        shape('weight', [layer.units, inputs], { kind: 'transposed' }, initial),
        ...(layer.bias ? [shape('bias', [layer.units], rows, initial)] : []),
      ];
    }
    case 'recurrent':
      return recurrentParameters(layer, inputs, shape);
  }
}

function recurrentParameters(
  { cell: name, units, layers, bias }: RecurrentDescription,
  inputs: number,
  shape: (name: string, dims: number[], arrangement: Arrangement, initial: Initial) => ParameterShape,
): ParameterShape[] {
  const cell = cellNamed(name);
  const gates: Arrangement = { kind: 'gates', units, gates: cell.gates.length, lanes: cell.lanes };
  const rows = cell.gates.length * units;
  const initial: Initial = { kind: 'uniform', bound: 1 / Math.sqrt(units) };
  return Array.from({ length: layers }, (_, l) => [
    shape(`weight_ih_l${l}`, [rows, l === 0 ? inputs : units], gates, initial),
    shape(`weight_hh_l${l}`, [rows, units], gates, initial),
    ...(bias === 'none' ? [] : [shape(`bias_ih_l${l}`, [rows], gates, initial)]),
    ...(bias === 'both' ? [shape(`bias_hh_l${l}`, [rows], gates, initial)] : []),
  ]).flat();
}
