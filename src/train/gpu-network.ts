import { readBuffer } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import { CONTROL_WORDS, writeControl } from '../kernels/control.js';
import { type SequenceProgram, sequenceProgram } from '../layers/sequences.js';
import { CarriedStates } from '../model/carried-states.js';
import { type Model, widthOf } from '../model/description.js';
import { initialParameters } from '../model/initial.js';
import { pad4 } from '../model/layout.js';
import {
  checkGradientInput, checkNetworkInput, checkNetworkOptions, checkParameterValues, type GradientInput,
  type NamedStates, type Network, type NetworkGradients, type NetworkInput, type NetworkOptions, type NetworkResult,
} from '../model/network.js';
import { stateSize } from '../model/states.js';
import {
  clearEnded, packParameters, packStates, padRows, unpackParameters, unpackStates, unpadRows,
} from '../model/named-values.js';
import { type Executables, prepare } from '../schedule/executable.js';
import { chunks } from '../schedule/chunks.js';
import type { Program } from '../schedule/program.js';
import type { Strategy } from '../schedule/tiles.js';
import { withDriver } from './with-driver.js';

/** A program on the device, and whether it has the newest parameters. */
interface Ready {
  readonly program: Program;
  readonly ends: readonly number[];
  readonly executables: Executables;
  version: number;
}

type Floats = Float32Array<ArrayBuffer>;

/** A network's input in arrays of its own, which are used up. */
interface OwnInput extends NetworkInput { readonly inputs: Float64Array }
interface OwnGradients { readonly outputGradient: Float64Array; readonly stateGradients: NamedStates | undefined }

/** A program that has run, and the states after it. */
interface Done extends Ready { readonly states: Floats }

/** Programs that are kept, each with buffers of its own: those used last. */
const MOST_PROGRAMS = 4;

/**
 * A network on the GPU. A program is made when it is first needed: to run or for gradients, with lengths or without,
 * with masks or without. Calls wait for their results, so they come one after the other; each reads its arguments at
 * once.
 */
export class GpuNetwork implements Network<Float32Array> {
  private readonly options: Required<NetworkOptions>;
  private readonly flat: Floats; // parameters, [layout.size]
  private version = 0; // of the parameters
  private readonly carried: CarriedStates;
  private readonly stateSize: number;
  private readonly ready = new Map<string, Promise<Ready>>();
  private turn: Promise<unknown> = Promise.resolve();
  private destroyed = false;

  /** @throws RangeError where an option is out of range. */
  constructor(
    private readonly device: Device, readonly model: Model, options: NetworkOptions, readonly strategy: Strategy,
  ) {
    this.options = checkNetworkOptions(options);
    this.flat = Float32Array.from(initialParameters(model, this.options.seed));
    this.carried = new CarriedStates(model, this.options.batch);
    this.stateSize = stateSize(model, this.options.batch);
  }

  /** @throws RangeError as `checkNetworkInput` says. */
  async run(input: NetworkInput): Promise<NetworkResult<Float32Array>> {
    checkNetworkInput(this.model, this.options, input);
    const own = copied(input);
    return this.inTurn(async () => this.result(await this.submit(own)));
  }

  /** @throws RangeError as `checkGradientInput` says. */
  async gradients(input: GradientInput): Promise<NetworkGradients<Float32Array>> {
    const { model, options } = this;
    checkGradientInput(model, options, input);
    const own = copied(input);
    const outgoing = {
      outputGradient: Float64Array.from(input.outputGradient),
      stateGradients: input.stateGradients && copiedStates(input.stateGradients),
    };
    return this.inTurn(async () => {
      const ready = await this.submit(own, outgoing);
      const [first] = model.layers;
      const gradient = await this.read(ready, 'gradient', model.layout.size);
      const states = this.stateSize > 0
        ? await this.read(ready, 'state gradients', this.stateSize) : new Float32Array();
      return {
        ...await this.result(ready),
        ...(first!.kind === 'input'
          ? { inputGradient: await this.readRows(ready, 'input gradient', widthOf(first!)) } : {}),
        parameterGradients: unpackParameters(model, gradient),
        stateGradients: unpackStates(model, options.batch, states),
      };
    });
  }

  async parameters(): Promise<Map<string, Float32Array>> {
    return this.inTurn(async () => unpackParameters(this.model, this.flat));
  }

  /** @throws RangeError where a name or a length is not the model's; nothing is changed then. */
  async setParameters(values: ReadonlyMap<string, ArrayLike<number>>): Promise<void> {
    checkParameterValues(this.model, values);
    const own = new Map([...values].map(([name, array]) => [name, Float64Array.from(array)]));
    const changed = this.flat.slice(); // a value that cannot be is found before anything is changed
    packParameters(this.model, own, changed);
    return this.inTurn(async () => {
      packParameters(this.model, own, this.flat);
      this.version++;
    });
  }

  /** Frees all memory once the calls under way are done; later ones are refused. */
  destroy(): void {
    void this.turn.then(() => {
      for (const key of this.ready.keys()) this.discard(key);
    });
    this.destroyed = true;
  }

  private discard(key: string): void {
    void this.ready.get(key)!.then(({ executables }) => executables.destroy(), () => undefined);
    this.ready.delete(key);
  }

  /** One call after the other: they share buffers. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.destroyed) throw new Error('the network is destroyed: make another with createNetwork');
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  private prepared(kind: SequenceProgram): Promise<Ready> {
    const key = JSON.stringify(kind);
    const ready = this.ready.get(key) ?? this.prepareProgram(kind);
    this.ready.delete(key); // and last again
    this.ready.set(key, ready);
    if (this.ready.size > MOST_PROGRAMS) this.discard([...this.ready.keys()][0]!);
    return ready;
  }

  private async prepareProgram(kind: SequenceProgram): Promise<Ready> {
    const { device, model, strategy, options: { timeSteps, batch } } = this;
    const run = await withDriver({ model, timeSteps, batch, trials: 1, strategy, immediates: device.immediates });
    const program = sequenceProgram(run, kind);
    return {
      program, ends: chunks(program, strategy.submitFlops), version: -1,
      executables: await prepare(device, [program], timeSteps),
    };
  }

  /** Writes what the program reads, and submits it. */
  private async submit(input: OwnInput, gradients?: OwnGradients): Promise<Done> {
    const { model, device, options: { batch } } = this;
    const ready = await this.prepared({
      gradients: gradients !== undefined, ragged: input.lengths !== undefined, training: input.step !== undefined,
    });
    device.check();
    const { executables, program } = ready;
    const write = (name: string, data: Floats | Uint32Array<ArrayBuffer>): void => {
      if (data.length > 0) device.gpu.queue.writeBuffer(executables.buffer(name), 0, data);
    };
    if (ready.version !== this.version) write('parameters', this.flat);
    ready.version = this.version;
    const [first] = model.layers;
    write('inputs', first!.kind === 'input'
      ? this.rows(input.inputs, first!.width, input) : Uint32Array.from(input.inputs));
    write('states', Float32Array.from(this.carried.before(input)));
    write(`${program.name} control`, this.control(input));
    if (gradients) {
      write('output gradient', this.rows(gradients.outputGradient, model.outputs, input));
      if (this.stateSize > 0) {
        write('state gradients', Float32Array.from(packStates(model, batch, gradients.stateGradients)));
      }
    }
    executables.submit(program, ready.ends);
    const states = this.stateSize > 0 ? await this.read(ready, 'states', this.stateSize) : new Float32Array();
    this.carried.after(states, this.options.timeSteps);
    return { ...ready, states };
  }

  /** Rows as the GPU has them; what lies past a row's end is not read. */
  private rows(values: Float64Array, width: number, { lengths }: NetworkInput): Floats {
    return Float32Array.from(padRows(clearEnded(values, this.options.batch, width, lengths), width));
  }

  private control({ step = 0, lengths }: NetworkInput): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(CONTROL_WORDS + (lengths?.length ?? 0));
    writeControl(words, new Float32Array(words.buffer), 0, {
      seed: this.options.seed, step, cursor: this.carried.position, keep: true, rate: 0, correction1: 1, correction2: 1,
      temperature: 0,
    });
    if (lengths) words.set(Uint32Array.from(lengths), CONTROL_WORDS);
    return words;
  }

  private async result(ready: Done): Promise<NetworkResult<Float32Array>> {
    const { model, options: { batch } } = this;
    return {
      outputs: await this.readRows(ready, 'outputs', model.outputs),
      states: unpackStates(model, batch, ready.states),
    };
  }

  private async readRows(ready: Ready, name: string, width: number): Promise<Floats> {
    const { timeSteps, batch } = this.options;
    return unpadRows(await this.read(ready, name, timeSteps * batch * pad4(width)), width);
  }

  private async read({ executables }: Ready, name: string, length: number): Promise<Floats> {
    return new Float32Array(await readBuffer(this.device, executables.buffer(name), 0, 4 * length));
  }
}

/** A copy of an input, whose arrays the caller may change while it waits. */
function copied({ inputs, states, reset, lengths, step }: NetworkInput): OwnInput {
  return {
    inputs: Float64Array.from(inputs),
    ...(states === undefined ? {} : { states: states === 'carry' ? states : copiedStates(states) }),
    ...(reset ? { reset: Array.from(reset) } : {}), ...(lengths ? { lengths: Uint32Array.from(lengths) } : {}),
    ...(step === undefined ? {} : { step }),
  };
}

const copiedStates = (states: NamedStates): NamedStates =>
  Object.fromEntries(Object.entries(states).map(([name, values]) => [name, Float64Array.from(values)]));
