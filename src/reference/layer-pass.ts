import { type Model, parameterName } from '../model/description.js';
import type { Parameter } from '../model/layout.js';

/** What every layer of one pass shares: one network, one window. */
export interface Context {
  readonly model: Model;
  readonly timeSteps: number;
  readonly batch: number;
  /** [layout.size] */
  readonly parameters: Float64Array;
  /** States before the window and after it, in the order of `stateSize` (src/model/states.ts). */
  readonly initialStates: Float64Array;
  readonly finalStates: Float64Array;
  /** Training draws masks by seed and step; absent, nothing is dropped, and zoneout takes its mean. */
  readonly dropout?: { readonly seed: number; readonly step: number };
  /** Where time step 0 stands in its sequence. */
  readonly position: number;
  /** Time steps of each row [B]; absent: all. */
  readonly lengths?: ArrayLike<number>;
  /** Given: ∂L/∂h of every recurrent layer is added on the way back, the last layer's first. */
  readonly recorded?: RecordedReference[];
  /** Weight of Ω, whose gradient the way back adds to the recurrent weights' (`omega.ts`); 0 where absent. */
  readonly omega?: number;
}

/** What the way back leaves of one stacked layer and direction. */
export interface RecordedReference {
  readonly index: number;
  readonly layer: number;
  readonly direction: number;
  /**
   * ∂L/∂h_t, what comes from t + 1 included, [T, B, pad4(H)], 0 past a row's end; where several states are the output
   * (lstm-1997), they stand side by side.
   */
  readonly gradient: Float64Array;
  /** As they were on the way there, [T, B, pad4(H·lanes)]. */
  readonly gates: Float64Array;
  /** Where the context has one. */
  readonly omega?: { readonly value: number; readonly count: number };
}

/** Gradients of one pass, laid out as the parameters and the states. */
export interface Gradients {
  readonly parameters: Float64Array;
  readonly initialStates: Float64Array;
  /** Given: ∂L/∂(states after the window); absent: zero. */
  readonly finalStates?: Float64Array;
}

/** What a layer reads: tokens [T, B], or values [T, B, pad4(width)]. */
export type LayerInput =
  | { readonly kind: 'tokens'; readonly ids: Uint32Array }
  | { readonly kind: 'values'; readonly values: Float64Array; readonly width: number };

/** One layer's entry on the tape: what it put out and how to go back through it. */
export interface LayerPass {
  readonly output: LayerInput;
  /** From ∂loss/∂output to ∂loss/∂input (undefined for tokens); fills the layer's share of `gradients`. */
  backward(outputGradient: Float64Array, gradients: Gradients): Float64Array | undefined;
}

/** Parameter `name` of layer `index`, or undefined where the layer has none (no bias). */
export function findParameter(model: Model, index: number, name: string): Parameter | undefined {
  const full = parameterName(index, name);
  return model.layout.parameters.find((parameter) => parameter.name === full);
}

/** The rows of `parameter` in a flat array laid out as `model.layout`. */
export function viewOf(parameter: Parameter, flat: Float64Array): Float64Array {
  return flat.subarray(parameter.offset, parameter.offset + parameter.rows * parameter.pitch);
}
