import { dropout } from '../../../src/kernels/dropout.js';
import { controlSet, RESULT_WORDS, RING } from '../../../src/kernels/control.js';
import { update } from '../../../src/kernels/update.js';
import { pad64 } from '../../../src/model/layout.js';
import {
  adagrad, adam, type Clip, OPTIMIZER_STATES, type OptimizerDescription, rmsprop, sgd,
} from '../../../src/model/optimizers.js';
import { CounterRandom } from '../../../src/random/counter-random.js';
import { clipGradient } from '../../../src/reference/clip.js';
import { dropout as referenceDropout } from '../../../src/reference/dropout.js';
import { squaredNorm } from '../../../src/reference/squared-norm.js';
import { updateParameters } from '../../../src/reference/update.js';
import { double, type Floats, poisoned, randomFloats, trialOf, trialsOf } from '../arrays.js';
import { expectClose, expectEqualBits } from '../close.js';
import { controls, type KernelCase, segmentedControls } from '../kernel-case.js';

/** Elements of a window from time step `first` on, a vec4f a time step. */
function dropoutCase(
  size: number, rate: number, trials: number, { offsetIn = 0, first = 0 }, seed: number,
): KernelCase {
  const layer = 64 + 1;
  const step = 1000;
  const strideIn = pad64(size) + offsetIn;
  return {
    name: `dropout ${rate} of ${size}, ${trials} trials${offsetIn ? ', from an offset' : ''}` +
      `${first ? `, after ${first} steps` : ''}: equal bits`,
    kernel: dropout({ size, timeSteps: size / 4, share: rate, layer, trials, strideIn, strideOut: size, offsetIn }),
    prepare() {
      const values = randomFloats(new CounterRandom(seed, 0), trials * strideIn);
      const segments = [{ first: 0, length: first }, { first, length: size / 4 }];
      return {
        arrays: {
          in: values, out: poisoned(trials * size),
          control: segmentedControls(Array.from({ length: trials }, (_, n) => ({ seed: seed + n, step })), segments)
            .subarray(first > 0 ? controlSet(trials) : 0),
        },
        check({ out }) {
          for (let n = 0; n < trials; n++) {
            const window = new Float64Array(4 * first + size);
            window.set(double(trialOf(values, n, strideIn).subarray(offsetIn, offsetIn + size)), 4 * first);
            referenceDropout(window, window, { rate, seed: seed + n, step, layer });
            const expected = window.subarray(4 * first);
            expectEqualBits(trialOf(out as Floats, n, size), Float32Array.from(expected),
              `trial ${n} (seed ${seed + n})`);
          }
        },
      };
    },
  };
}

const optimizers: OptimizerDescription[] =
  [adam({ rate: 0.01 }), sgd({ rate: 0.1, momentum: 0.9 }), rmsprop(), adagrad()];
const clips: Clip[] = [{}, { norm: 5 }, { value: 0.25 }, { norm: 5, value: 0.25 }];

/** Three trials: a gradient that the norm clips, one that it does not, one with a bad value, which changes nothing. */
function updateCase(optimizer: OptimizerDescription, clip: Clip, size: number, seed: number): KernelCase {
  const trials = 3;
  const step = 2 * RING + 3;
  const names = OPTIMIZER_STATES[optimizer.kind];
  return {
    name: `${optimizer.kind} update of ${size}, clip ${JSON.stringify(clip)}`,
    kernel: update({ size, trials, optimizer, clip }),
    prepare() {
      const random = new CounterRandom(seed, 0);
      const gradient = trialsOf(trials, size, (n) => randomFloats(random, size, n === 1 ? 0.01 : 3));
      const norms = Array.from({ length: trials },
        (_, n) => Math.sqrt(squaredNorm(double(trialOf(gradient, n, size)))));
      const results = poisoned(RING * trials * RESULT_WORDS);
      norms.forEach((norm, n) => results.set(
        [0, norm, n === 2 ? 1 : 0, 0], ((step % RING) * trials + n) * RESULT_WORDS));
      const states = Object.fromEntries(names.map(
        (name) => [name, randomFloats(random, size * trials, 0.5).map(Math.abs)]));
      const parameters = randomFloats(random, size * trials);
      const [beta1, beta2] = optimizer.kind === 'adam' ? [optimizer.beta1, optimizer.beta2] : [0, 0];
      const [correction1, correction2] = [1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1)];
      const record = { step, rate: optimizer.rate, correction1, correction2 };
      return {
        arrays: { parameters, gradient, control: controls([record, record, record]), results, ...states },
        check(written) {
          for (let n = 0; n < trials; n++) {
            const part = (all: Floats): Float64Array => double(trialOf(all, n, size));
            const weights = part(parameters);
            const moments = names.map((name) => part(states[name]!));
            if (n < 2) {
              const g = part(gradient);
              clipGradient(g, norms[n]!, clip);
              updateParameters(optimizer, weights, g, moments, { rate: optimizer.rate, step });
            }
            const compare = n < 2
              ? (a: Floats, b: Float64Array, what: string) => expectClose(a, b, { what, seed })
              : (a: Floats, b: Float64Array, what: string) => expectEqualBits(a, b, what);
            compare(trialOf(written['parameters'] as Floats, n, size), weights, `parameters of trial ${n}`);
            names.forEach((name, i) => compare(
              trialOf(written[name] as Floats, n, size), moments[i]!, `${name} of trial ${n}`));
          }
        },
      };
    },
  };
}

export const trainingCases: KernelCase[] = [
  dropoutCase(4, 0, 1, {}, 1), dropoutCase(1000, 0.2, 3, { offsetIn: 64 }, 2),
  dropoutCase(4096, 0.5, 1, {}, 4294967295), dropoutCase(260, 0.999, 3, { offsetIn: 128 }, 3),
  dropoutCase(64, 0.5, 3, { first: 7 }, 4),
  ...optimizers.flatMap((optimizer, o) =>
    clips.map((clip, c) => updateCase(optimizer, clip, 64 * (1 + o + 4 * c), 4 * o + c))),
];
