// A way back that records ∂L/∂h_t, and Ω, as a program and in float64.
import { readBuffer } from '../../src/gpu/buffers.js';
import type { Device } from '../../src/gpu/device.js';
import { CONTROL_WORDS } from '../../src/kernels/control.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { moveColumns } from '../../src/layers/lowering.js';
import { lowerGradientNorms, type Recorded, recorder } from '../../src/layers/recorder.js';
import { forward, start } from '../../src/layers/window.js';
import { lowerWavefront } from '../../src/layers/wavefront.js';
import { input, linear, type Model, sequential, widthOf } from '../../src/model/description.js';
import { innerIndex, isTrained, pad4 } from '../../src/model/layout.js';
import { recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { allStateBlocks } from '../../src/model/named-values.js';
import { stateSize } from '../../src/model/states.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { gradientNorms } from '../../src/reference/gradient-norms.js';
import type { RecordedReference } from '../../src/reference/layer-pass.js';
import { forward as referenceForward } from '../../src/reference/network.js';
import { backThrough } from '../../src/reference/recurrent-layer.js';
import { prepare } from '../../src/schedule/executable.js';
import type { Program } from '../../src/schedule/program.js';
import { chooseStrategy } from '../../src/schedule/tiles.js';
import { double, type Floats, trialOf } from './arrays.js';
import { type AdapterKind, adapters, controls, cutSmall } from './kernel-case.js';

export interface RecordingCase {
  readonly cell: string;
  readonly options?: RecurrentOptions;
  readonly units: number;
  readonly timeSteps: number;
  readonly batch: number;
  readonly driver: Driver;
  readonly tiles: AdapterKind;
  readonly omega?: number;
  /** Of each trial's rows. */
  readonly lengths?: readonly (readonly number[])[];
  readonly immediates?: boolean;
}

export const modelOf = ({ cell, options, units }: RecordingCase): Model =>
  sequential([input(3), recurrent(cell, units, options), linear(2)]);

/** What one trial starts from: rows and states padded, padding zero. */
export interface Start {
  readonly parameters: Floats;
  readonly inputs: Floats;
  readonly states: Floats;
  readonly outer: Floats;
  /** ∂L/∂(final states), which also goes by where a row has ended. */
  readonly final: Floats;
}

/** Where trial `trial` starts; parameters of ±`scale`. */
export function startOf(row: RecordingCase, seed: number, trial: number, scale = 0.6): Start {
  const { timeSteps, batch } = row;
  const model = modelOf(row);
  const random = new CounterRandom(seed, trial);
  const rows = (width: number): Floats => Float32Array.from({ length: timeSteps * batch * pad4(width) },
    (_, e) => (e % pad4(width) < width ? random.uniform(-1, 1) : 0));
  const parameters = new Float32Array(model.layout.size);
  for (const parameter of model.layout.parameters) {
    for (let e = 0; e < parameter.shape.reduce((a, b) => a * b); e++) {
      if (isTrained(parameter, e)) parameters[innerIndex(parameter, e)] = random.uniform(-scale, scale);
    }
  }
  const states = (): Floats => {
    const flat = new Float32Array(stateSize(model, batch));
    for (const { offset, width, pitch } of allStateBlocks(model, batch)) {
      for (let e = 0; e < batch * pitch; e++) if (e % pitch < width) flat[offset + e] = random.uniform(-1, 1);
    }
    return flat;
  };
  return {
    parameters, inputs: rows(widthOf(model.layers[0]!)), states: states(), outer: rows(model.outputs), final: states(),
  };
}

/** A layer's record and its norms, with Ω and the number of its terms where there is one. */
export interface LayerRecord {
  readonly name: string;
  readonly gradient: ArrayLike<number>;
  readonly norms: ArrayLike<number>;
  readonly omega: readonly number[];
}

export interface Outcome { readonly gradient: Floats | Float64Array; readonly layers: readonly LayerRecord[] }

const nameOf = ({ index, layer, direction }: Pick<RecordedReference, 'index' | 'layer' | 'direction'>): string =>
  `layer ${index}.${layer}, direction ${direction}`;

/** The program, and how its records are called and how wide they are. */
export function recordingProgram(
  row: RecordingCase, { trials, immediates }: { trials: number; immediates: boolean },
): { program: Program; layers: readonly Recorded[] } {
  const { timeSteps, batch, driver, tiles, omega, lengths } = row;
  const model = modelOf(row);
  const { recurrence: { held: _, ...tile }, ...rest } = chooseStrategy(
    adapters[tiles], { model, timeSteps, batch }, driver);
  const strategy = cutSmall({ ...rest, recurrence: tile });
  const { take, layers } = recorder({ omega: omega ?? 0 });
  const base = start({ model, timeSteps, batch, trials, strategy, immediates, wavefront: lowerWavefront }, {
    name: 'record', space: 'record ', parameters: 'parameters', training: false, ragged: lengths !== undefined,
  });
  const { builder, control } = base;
  const view = builder.persistent('final', stateSize(model, batch));
  const lowering = { ...base, records: take, stateGradients: { view, control, initial: false } };
  const size = timeSteps * batch;
  const { backward } = forward(lowering, model, builder.persistent('inputs', size * pad4(widthOf(model.layers[0]!))),
    builder.persistent('states', stateSize(model, batch)));
  const own = builder.scratch('own gradient', size * pad4(model.outputs));
  moveColumns(lowering, 'take', {
    kind: 'rows', view: builder.persistent('outer', own.size), offset: 0, width: model.outputs,
  }, { view: own, pitch: pad4(model.outputs), column: 0, span: pad4(model.outputs), ragged: lowering.ragged });
  backward(own, true);
  layers.forEach((recorded, n) => {
    lowerGradientNorms(lowering, recorded, builder.persistent(`norms ${n}`, timeSteps));
    const { view, width, outputs, strideOutput } = recorded;
    const pitch = pad4(width);
    const whole = builder.persistent(`gradient ${n}`, size * outputs * pitch);
    for (let o = 0; o < outputs; o++) {
      const part = { ...view, offset: view.offset + o * strideOutput, size: size * pitch, stride: size * pitch };
      moveColumns(lowering, 'keep', { kind: 'rows', view: part, offset: 0, width }, {
        view: whole, pitch: outputs * pitch, column: o * pitch, span: pitch, ragged: false,
      });
    }
  });
  return { program: builder.build(), layers };
}

/** All trials on the GPU, one outcome each. */
export async function recordOnGpu(
  device: Device, row: RecordingCase, starts: readonly Start[], lengths = row.lengths,
): Promise<Outcome[]> {
  const { timeSteps, batch } = row;
  const trials = starts.length;
  const model = modelOf(row);
  const { program, layers } = recordingProgram(row, { trials, immediates: device.immediates });
  const executables = await prepare(device, [program], timeSteps);
  const write = (name: string, data: Floats | Uint32Array<ArrayBuffer>): void =>
    device.gpu.queue.writeBuffer(executables.buffer(name), 0, data);
  for (const name of ['parameters', 'inputs', 'states', 'outer', 'final'] as const) {
    write(name, Float32Array.from(starts.flatMap((start) => [...start[name]])));
  }
  const told = controls(starts.map(() => ({})));
  const words = new Uint32Array(trials * (CONTROL_WORDS + batch));
  words.set(told);
  lengths?.forEach((own, n) => words.set(own, told.length + n * batch));
  write('record control', lengths ? words : told);
  executables.submit(program, [program.dispatches.length]);
  const read = async (name: string, size: number): Promise<Floats[]> => {
    const floats = new Float32Array(await readBuffer(device, executables.buffer(name), 0, 4 * trials * size));
    return starts.map((_, n) => trialOf(floats, n, size));
  };
  const gradient = await read('gradient', model.layout.size);
  const records = await Promise.all(layers.map(async ({ width, outputs, omega, ...place }, n) => ({
    name: nameOf(place), gradient: await read(`gradient ${n}`, timeSteps * batch * outputs * pad4(width)),
    norms: await read(`norms ${n}`, timeSteps),
    omega: omega ? await read(omega.buffer, 2) : starts.map((): Iterable<number> => []),
  })));
  executables.destroy();
  return starts.map((_, trial) => ({
    gradient: gradient[trial]!,
    layers: records.map(({ name, gradient: own, norms, omega }) =>
      ({ name, gradient: own[trial]!, norms: norms[trial]!, omega: [...omega[trial]!] })),
  }));
}

/** One trial in float64. */
export function recordInReference(row: RecordingCase, start: Start, lengths?: readonly number[]): Outcome {
  const { timeSteps, batch, omega, units } = row;
  const model = modelOf(row);
  const recorded: RecordedReference[] = [];
  const { tape } = referenceForward(model, {
    parameters: double(start.parameters), states: double(start.states), recorded, omega,
  }, { inputs: double(start.inputs), timeSteps, batch, lengths });
  const outer = double(start.outer).map((g, e) => {
    const place = Math.floor(e / pad4(model.outputs));
    return lengths && Math.floor(place / batch) >= lengths[place % batch]! ? 0 : g;
  });
  const gradients = {
    parameters: new Float64Array(model.layout.size), initialStates: new Float64Array(stateSize(model, batch)),
    finalStates: double(start.final),
  };
  backThrough(tape, outer, gradients);
  const projection = row.options?.projection;
  return {
    gradient: gradients.parameters,
    layers: recorded.map(({ gradient, omega: own, ...place }) => ({
      name: nameOf(place),
      gradient: projection === undefined ? gradient // whose histories are as wide as the units
        : gradient.filter((_, e) => e % pad4(units) < pad4(projection)),
      norms: gradientNorms({
        timeSteps, batch, units: gradient.length / (timeSteps * batch), lengths, reverse: place.direction === 1,
      }, gradient),
      omega: own ? [own.value, own.count] : [],
    })),
  };
}

/** What the shader lint must find valid. */
export function* recordingPrograms(): Generator<Program> {
  const cells: [string, Driver, Partial<RecordingCase>][] = [
    ['rnn', 'step', { omega: 2 }], ['lstm', 'sequence', { omega: 2, options: { bidirectional: true, layers: 2 } }],
    ['gru', 'step', { omega: 1 }], ['lstm-layer-norm', 'step', {}], ['lstm-1997', 'sequence', { options: { size: 2 } }],
    ['lstm-projected', 'step', { options: { projection: 3 } }], ['min-gru', 'scan', {}], ['gru-before', 'sequence', {}],
  ];
  for (const [cell, driver, rest] of cells) {
    for (const tiles of ['software', 'hardware', 'vectors'] as const) {
      for (const lengths of [undefined, [[3, 1]]]) {
        const row = { cell, driver, units: 5, timeSteps: 3, batch: 2, tiles, ...rest, ...(lengths ? { lengths } : {}) };
        yield recordingProgram(row, { trials: lengths ? 1 : 2, immediates: tiles !== 'hardware' }).program;
      }
    }
  }
}
