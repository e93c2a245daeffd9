import { CarriedStates } from '../model/carried-states.js';
import type { Model } from '../model/description.js';
import { widthOf } from '../model/description.js';
import { initialParameters } from '../model/initial.js';
import {
  checkGradientInput, checkNetworkInput, checkNetworkOptions, checkParameterValues, type GradientInput, type Network,
  type NetworkGradients, type NetworkInput, type NetworkOptions, type NetworkResult,
} from '../model/network.js';
import {
  clearEnded, packParameters, packStates, padRows, unpackParameters, unpackStates, unpadRows,
} from '../model/named-values.js';
import { forward, type ForwardPass } from './network.js';
import { backThrough } from './recurrent-layer.js';

/**
 * A network in float64 on the CPU: what the GPU's is checked against. Everything is computed when it is asked for; all
 * arrays that are given out are Float64Array of the caller's own.
 */
export class ReferenceNetwork implements Network<Float64Array> {
  private readonly options: Required<NetworkOptions>;
  private readonly flat: Float64Array; // parameters, [layout.size]
  private readonly carried: CarriedStates;

  /** @throws RangeError where an option is out of range. */
  constructor(readonly model: Model, options: NetworkOptions) {
    this.options = checkNetworkOptions(options);
    this.flat = Float64Array.from(initialParameters(model, this.options.seed));
    this.carried = new CarriedStates(model, this.options.batch);
  }

  /** @throws RangeError as `checkNetworkInput` says. */
  async run(input: NetworkInput): Promise<NetworkResult<Float64Array>> {
    checkNetworkInput(this.model, this.options, input);
    return this.result(this.pass(input), input);
  }

  /** @throws RangeError as `checkGradientInput` says. */
  async gradients(input: GradientInput): Promise<NetworkGradients<Float64Array>> {
    checkGradientInput(this.model, this.options, input);
    const { model, options: { batch } } = this;
    const pass = this.pass(input);
    const result = this.result(pass, input);
    const outer = clearEnded(Float64Array.from(input.outputGradient), batch, model.outputs, input.lengths);
    const gradients = {
      parameters: new Float64Array(model.layout.size),
      initialStates: new Float64Array(pass.states.length),
      finalStates: packStates(model, batch, input.stateGradients),
    };
    const inner = backThrough(pass.tape, padRows(outer, model.outputs), gradients);
    const readsValues = model.layers[0].kind === 'input';
    return {
      ...result,
      ...(readsValues && inner ? { inputGradient: unpadRows(inner, widthOf(model.layers[0])) } : {}),
      parameterGradients: unpackParameters(model, gradients.parameters),
      stateGradients: unpackStates(model, batch, gradients.initialStates),
    };
  }

  async parameters(): Promise<Map<string, Float64Array>> {
    return unpackParameters(this.model, this.flat);
  }

  /** @throws RangeError where a name or a length is not the model's; nothing is changed then. */
  async setParameters(values: ReadonlyMap<string, ArrayLike<number>>): Promise<void> {
    checkParameterValues(this.model, values);
    const changed = this.flat.slice();
    packParameters(this.model, values, changed);
    this.flat.set(changed);
  }

  destroy(): void {}

  private pass(input: NetworkInput): ForwardPass {
    const { model, options: { timeSteps, batch, seed } } = this;
    const { inputs, lengths, step } = input;
    const states = this.carried.before(input);
    const pass = forward(model, {
      parameters: this.flat, states, position: this.carried.position,
      dropout: step === undefined ? undefined : { seed, step },
    }, { inputs: this.rows(inputs, lengths), timeSteps, batch, lengths });
    this.carried.after(pass.states, timeSteps);
    return pass;
  }

  /** Tokens, or padded rows, where what lies past a row's end is left out. */
  private rows(inputs: ArrayLike<number>, lengths?: ArrayLike<number>): Uint32Array | Float64Array {
    const [first] = this.model.layers;
    if (first.kind !== 'input') return Uint32Array.from(inputs);
    return padRows(clearEnded(Float64Array.from(inputs), this.options.batch, first.width, lengths), first.width);
  }

  private result({ logits, states }: ForwardPass, { lengths }: NetworkInput): NetworkResult<Float64Array> {
    const { model, options: { batch } } = this;
    return {
      outputs: clearEnded(unpadRows(logits, model.outputs), batch, model.outputs, lengths),
      states: unpackStates(model, batch, states),
    };
  }
}
