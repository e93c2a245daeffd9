import { gru as gruKind, gruBefore } from '../cells/gru.js';
import { lstm as lstmKind, lstmNoPeepholes } from '../cells/lstm.js';
import { lstmNormed } from '../cells/lstm-normed.js';
import { odyssey } from '../cells/lstm-odyssey.js';
import { lstmProjected } from '../cells/lstm-projected.js';
import { rnn as rnnKind, rnnIdentity, rnnRelu, rnnSigmoid } from '../cells/rnn.js';
import { checkFlag, checkInteger, checkOneOf } from './check.js';
import {
  type Arrangement, type Initial, layoutParameters, type ParameterLayout, type ParameterShape,
} from './layout.js';
import {
  type RecurrentDescription, recurrentOf, type RecurrentOptions, recurrentParameters, recurrentWidth,
} from './recurrent.js';

/** A network as data: what the GPU's layers and the reference both read. JSON-safe, kept in checkpoints. */
export type LayerDescription =
  InputDescription | OneHotDescription | EmbeddingDescription | RecurrentDescription | LinearDescription;

/** Rows of values, [T, B, width]. */
export interface InputDescription {
  readonly kind: 'input';
  readonly width: number;
}
/** Tokens as one-hot vectors. */
export interface OneHotDescription {
  readonly kind: 'oneHot';
  readonly vocabulary: number;
}
/** Tokens as trained vectors. */
export interface EmbeddingDescription {
  readonly kind: 'embedding';
  readonly vocabulary: number;
  readonly units: number;
}
/** x·Wᵀ + b. */
export interface LinearDescription {
  readonly kind: 'linear';
  readonly units: number;
  readonly bias: boolean;
}

/** Rows of `width` values, [T, B, width]: what a network reads that is not trained on tokens. */
export function input(width: number): InputDescription {
  return { kind: 'input', width: checkInteger('input width', width, 1) };
}

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

const VARIANTS = ['nig', 'nfg', 'nog', 'niaf', 'noaf', 'np', 'cifg', 'fgr'] as const;

/** Which LSTM, beside what every recurrent layer knows. */
export interface LstmOptions extends RecurrentOptions {
  /** One of the eight of "LSTM: a search space odyssey" (Greff et al. 2015). */
  readonly variant?: (typeof VARIANTS)[number];
  /** Layer normalisation (Ba et al. 2016). */
  readonly layerNorm?: boolean;
}

/**
 * `layers` stacked LSTM layers of `units` units (see `src/cells/lstm.ts`), [T, B, I] → [T, B, units]. `variant`,
 * `layerNorm`, `projection` and `peepholes` choose another LSTM of `cells`, one at a time; a variant may choose its
 * peepholes. Initialised U(−1/√units, 1/√units), biases included (PyTorch `nn.LSTM`), unless `initial` says otherwise.
 * @throws RangeError where an option is out of range, or two of them ask for different cells
 */
export function lstm(
  units: number, { variant, layerNorm = false, ...options }: LstmOptions = {},
): RecurrentDescription {
  if (variant !== undefined) checkOneOf('lstm variant', variant, VARIANTS);
  const asked = [
    ...(variant !== undefined ? [`lstm-${variant}`] : options.peepholes !== undefined ? ['lstm-peephole'] : []),
    ...(checkFlag('lstm layerNorm', layerNorm) ? ['lstm-layer-norm'] : []),
    ...(options.projection !== undefined ? ['lstm-projected'] : []),
  ];
  if (asked.length > 1) {
    throw new RangeError(`an lstm cannot be ${asked.join(' and ')} at once: each is a cell of its own, choose one`);
  }
  const [name] = asked;
  const kind = [...odyssey, lstmNoPeepholes, lstmNormed, lstmProjected].find((other) => other.name === name);
  return recurrentOf(kind ?? lstmKind, units, options);
}

const ACTIVATIONS = ['tanh', 'relu', 'sigmoid', 'identity'] as const;
export type Activation = (typeof ACTIVATIONS)[number];
export interface RnnOptions extends RecurrentOptions {
  readonly activation?: Activation;
}

/**
 * Stacked simple recurrent layers (Elman 1990), [T, B, I] → [T, B, units]; PyTorch's `nn.RNN` with tanh or relu.
 * @throws RangeError where an option is out of range, or the cell cannot have it
 */
export function rnn(units: number, { activation = 'tanh', ...options }: RnnOptions = {}): RecurrentDescription {
  checkOneOf('rnn activation', activation, ACTIVATIONS);
  const kinds = { tanh: rnnKind, relu: rnnRelu, sigmoid: rnnSigmoid, identity: rnnIdentity };
  return recurrentOf(kinds[activation], units, options);
}

export interface GruOptions extends RecurrentOptions {
  /** Whether the reset gate scales R·h₋₁ or h₋₁ itself. */
  readonly reset?: 'after' | 'before';
}

/**
 * Stacked gated recurrent units, [T, B, I] → [T, B, units]; reset after the product as PyTorch's `nn.GRU`, or before it
 * as Cho et al. 2014.
 * @throws RangeError where an option is out of range, or the cell cannot have it
 */
export function gru(units: number, { reset = 'after', ...options }: GruOptions = {}): RecurrentDescription {
  checkOneOf('gru reset', reset, ['after', 'before']);
  return recurrentOf(reset === 'after' ? gruKind : gruBefore, units, options);
}

/** x·Wᵀ + b, [T, B, I] → [T, B, units]. Initialised U(−1/√I, 1/√I), bias included (PyTorch `nn.Linear`). */
export function linear(units: number, { bias = true }: { bias?: boolean } = {}): LinearDescription {
  return { kind: 'linear', units: checkInteger('linear units', units, 1), bias: checkFlag('linear bias', bias) };
}

/** A network: its layers and where its parameters lie. */
export interface Model {
  readonly layers: readonly LayerDescription[];
  /** Number of different input tokens; 0 where the input is rows of values. */
  readonly vocabulary: number;
  /** Width of the output, e.g. classes. */
  readonly outputs: number;
  readonly layout: ParameterLayout;
}

/**
 * Chains layers into a model. The first reads tokens (`oneHot` or `embedding`) or rows of values (`input`), the others
 * read the one before.
 * @throws RangeError where the chain cannot be: no input first, a second one later, nothing after it.
 */
export function sequential(layers: readonly LayerDescription[]): Model {
  const [first, ...rest] = layers;
  if (!first || !isInput(first)) {
    throw new RangeError(`the first layer is ${first?.kind ?? 'missing'}: ` +
      'start with oneHot(vocabulary), embedding(vocabulary, units) or input(width)');
  }
  if (rest.length === 0) {
    throw new RangeError('the model has no layer after its input: add lstm(units) and linear(units)');
  }
  const shapes: ParameterShape[] = [];
  let width = 0;
  layers.forEach((layer, index) => {
    if (index > 0 && isInput(layer)) {
      throw new RangeError(`layer ${index} is ${layer.kind}: input can only enter at the first layer`);
    }
    if (layer.kind === 'linear' && layers[index - 1]?.kind === 'oneHot') {
      throw new RangeError('a linear layer directly after oneHot is an embedding: use embedding(vocabulary, units)');
    }
    shapes.push(...layerParameters(layer, index, width));
    width = widthOf(layer);
  });
  const vocabulary = 'vocabulary' in first ? first.vocabulary : 0;
  return { layers, vocabulary, outputs: width, layout: layoutParameters(shapes) };
}

const isInput = ({ kind }: LayerDescription): boolean => kind === 'input' || kind === 'oneHot' || kind === 'embedding';

/** Width of a layer's output. */
export function widthOf(layer: LayerDescription): number {
  switch (layer.kind) {
    case 'input': return layer.width;
    case 'oneHot': return layer.vocabulary;
    case 'recurrent': return recurrentWidth(layer);
    default: return layer.units;
  }
}

/** Whether `model` can learn to predict the next token of a text, window after window; text-model.ts says why not. */
export const readsText = ({ layers }: Model): boolean => layers[0]?.kind !== 'input' &&
  layers.at(-1)?.kind === 'linear' && !layers.some((layer) => layer.kind === 'recurrent' && layer.bidirectional);

/** PyTorch's names for the parameters of layer `index`, as in `nn.Sequential`: `1.weight_ih_l0`. */
export const parameterName = (index: number, name: string): string => `${index}.${name}`;

function layerParameters(layer: LayerDescription, index: number, inputs: number): ParameterShape[] {
  const rows: Arrangement = { kind: 'rows' };
  const shape = (name: string, dims: number[], arrangement: Arrangement, initial: Initial): ParameterShape => ({
    name: parameterName(index, name), shape: dims, arrangement, initial,
  });
  switch (layer.kind) {
    case 'input':
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
      return recurrentParameters(layer, inputs)
        .map((parameter) => ({ ...parameter, name: parameterName(index, parameter.name) }));
  }
}
