import { readBuffer } from '../../src/gpu/buffers.js';
import type { Device } from '../../src/gpu/device.js';
import { RESULT_WORDS, RING } from '../../src/kernels/control.js';
import { trainingProgram } from '../../src/layers/network.js';
import { lowerSegments } from '../../src/layers/segments.js';
import { lowerWavefront } from '../../src/layers/wavefront.js';
import type { Model } from '../../src/model/description.js';
import { initialParameters } from '../../src/model/initial.js';
import { allStateBlocks } from '../../src/model/named-values.js';
import { sgd } from '../../src/model/optimizers.js';
import { segmentsOf } from '../../src/model/segments.js';
import { stateSize } from '../../src/model/states.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { lossAndGradient } from '../../src/reference/network.js';
import { trainingStreamLength, trainingWindow } from '../../src/reference/window.js';
import { prepare } from '../../src/schedule/executable.js';
import type { Strategy } from '../../src/schedule/tiles.js';
import { double, type Floats, randomFloats, randomTokens, trialOf } from './arrays.js';
import { expectClose } from './close.js';
import { segmentedControls } from './kernel-case.js';

export interface Problem {
  readonly model: Model;
  readonly timeSteps: number;
  readonly batch: number;
  /** One a trial; they also draw the parameters and the masks. */
  readonly seeds: readonly number[];
  readonly strategy: Strategy;
  /** Time steps of a segment. */
  readonly recompute?: number;
}

/** One training step's results, all trials one after the other. */
export interface Outcome {
  readonly loss: ArrayLike<number>;
  readonly gradientNorm: ArrayLike<number>;
  readonly gradient: Floats | Float64Array;
  readonly states: Floats | Float64Array;
}

const STEP = 3;
const CURSOR = 2;

/** Parameters, states that are not zero, and a text: what both sides start from. */
function start({ model, timeSteps, batch, seeds }: Problem) {
  const random = new CounterRandom(seeds[0]!, 0);
  const size = stateSize(model, batch);
  const states = randomFloats(random, seeds.length * size);
  const places = allStateBlocks(model, batch).flatMap(({ offset, width, pitch }) =>
    Array.from({ length: batch * pitch }, (_, e) => ({ at: offset + e, real: e % pitch < width })));
  for (const { at, real } of places) { // padding stays zero
    for (let n = 0; n < seeds.length && !real; n++) states[n * size + at] = 0;
  }
  const parameters = new Float32Array(seeds.length * model.layout.size);
  seeds.forEach((seed, n) => parameters.set(initialParameters(model, seed), n * model.layout.size));
  return { states, size, parameters, tokens: randomTokens(random, batch * (timeSteps + CURSOR) + 1, model.vocabulary) };
}

/** One step of the recorded training program, read buffer by buffer. */
export async function gpuStep(device: Device, problem: Problem): Promise<Outcome> {
  const { model, timeSteps, batch, seeds, strategy, recompute } = problem;
  const { states, parameters, tokens } = start(problem);
  const trials = seeds.length;
  const segments = segmentsOf(timeSteps, recompute);
  const program = trainingProgram(
    { model, timeSteps, batch, trials, strategy, immediates: device.immediates, recompute, wavefront: lowerWavefront },
    { name: 'text', count: tokens.length, length: trainingStreamLength(tokens.length, batch) },
    { optimizer: sgd(), clip: {}, window: segments.length > 1 ? lowerSegments : undefined },
  );
  const executables = await prepare(device, [program], timeSteps);
  const told = seeds.map((seed) => ({ seed, step: STEP, cursor: CURSOR, keep: true }));
  const control = segmentedControls(told, segments);
  for (const [name, data] of Object.entries({ parameters, states, text: tokens, 'train control': control })) {
    device.gpu.queue.writeBuffer(executables.buffer(name), 0, data);
  }
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  executables.encode(pass, program);
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  const read = async (name: string, length: number, from = 0): Promise<Floats> =>
    new Float32Array(await readBuffer(device, executables.buffer(name), 4 * from, 4 * length));
  const records = await read('results', trials * RESULT_WORDS, (STEP % RING) * trials * RESULT_WORDS);
  const outcome = {
    loss: seeds.map((_, n) => records[n * RESULT_WORDS]!),
    gradientNorm: seeds.map((_, n) => records[n * RESULT_WORDS + 1]!),
    gradient: await read('gradient', parameters.length),
    states: await read('states', states.length),
  };
  executables.destroy();
  return outcome;
}

/** The same step in float64. */
export function referenceStep(problem: Problem): Outcome {
  const { model, timeSteps, batch, seeds } = problem;
  const { states, size, parameters, tokens } = start(problem);
  const window = trainingWindow(tokens, { timeSteps, batch }, CURSOR, trainingStreamLength(tokens.length, batch));
  const results = seeds.map((seed, n) => lossAndGradient(model, {
    parameters: double(trialOf(parameters, n, model.layout.size)), states: double(trialOf(states, n, size)),
    dropout: { seed, step: STEP }, position: CURSOR,
  }, window));
  return {
    loss: results.map(({ loss }) => loss),
    gradientNorm: results.map(({ gradient }) => Math.hypot(...gradient)),
    gradient: Float64Array.from(results.flatMap(({ gradient }) => [...gradient])),
    states: Float64Array.from(results.flatMap((result) => [...result.states])),
  };
}

/** Loss, final states and all gradients are within the bounds of one another. */
export function expectSameStep(actual: Outcome, expected: Outcome, { model, seeds }: Problem): void {
  const [seed] = seeds;
  expectClose(actual.loss, expected.loss, { what: 'loss', seed });
  expectClose(actual.states, expected.states, { what: 'final states', seed });
  expectClose(actual.gradientNorm, expected.gradientNorm, { what: 'gradient norm', seed, pass: 'backward' });
  seeds.forEach((own, n) => {
    const [a, e] = [actual.gradient, expected.gradient].map((all) => trialOf(all, n, model.layout.size));
    for (const { name, offset, rows, pitch } of model.layout.parameters) {
      const part = [offset, offset + rows * pitch] as const;
      expectClose(a!.subarray(...part), e!.subarray(...part),
        { what: `gradient of ${name}`, seed: own, pass: 'backward' });
    }
  });
}
