import * as tf from '@tensorflow/tfjs';
import { oneHot, TRAINING, transpose, type Problem } from '../problem.js';
import type { Inferring, System, Training } from '../system.js';

/** From the repository's root, which the pages are served from and Node is started in. */
const WASM_FOLDER = '/node_modules/@tensorflow/tfjs-backend-wasm/dist/';

export type TfjsBackend = 'webgpu' | 'wasm' | 'webgl' | 'cpu';

/** TensorFlow.js 4.22 in its natural form: `tf.layers.lstm`, `variableGrads`, a clip by hand, `tf.train.adam`. */
export async function tfjs(backend: TfjsBackend): Promise<System> {
  // Here and not in create(): loading modules is no part of the first step.
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  if (backend === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${typeof document === 'undefined' ? process.cwd() : ''}${WASM_FOLDER}`);
  }
  return {
    name: 'tfjs',
    backend,
    async create(problem) {
      await start(backend);
      return createTraining(problem);
    },
    async infer(problem) {
      await start(backend);
      return createInferring(problem);
    },
  };
}

async function start(backend: TfjsBackend): Promise<void> {
  // setBackend() answers false and falls back in silence where a backend cannot start.
  if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) {
    throw new Error(`TensorFlow.js could not start its ${backend} backend here.`);
  }
  await tf.ready();
}

function buildModel(problem: Problem, stateful = false): tf.Sequential {
  const { vocabulary, hidden, timeSteps, batch } = problem;
  const model = tf.sequential();
  problem.lstm.forEach(({ inputs }, layer) => {
    model.add(tf.layers.lstm({
      units: hidden,
      returnSequences: true,
      stateful,
      recurrentActivation: 'sigmoid', // its default is the hard sigmoid
      unitForgetBias: false,
      recurrentInitializer: 'zeros', // the default, orthogonal, takes tens of seconds
      ...(layer === 0 ? { batchInputShape: [batch, timeSteps, inputs] } : {}),
    }));
  });
  model.add(tf.layers.dense({ units: vocabulary }));
  // Its gates lie in the order i, f, c, o, which is our i, f, g, o; its matrices are [inputs, 4 * hidden].
  const weights = problem.lstm.flatMap(({ inputs, weightIh, weightHh, bias }) => [
    tf.tensor2d(transpose(weightIh, 4 * hidden, inputs), [inputs, 4 * hidden]),
    tf.tensor2d(transpose(weightHh, 4 * hidden, hidden), [hidden, 4 * hidden]),
    tf.tensor1d(bias),
  ]);
  weights.push(
    tf.tensor2d(transpose(problem.linearWeight, vocabulary, hidden), [hidden, vocabulary]),
    tf.tensor1d(problem.linearBias),
  );
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

function createTraining(problem: Problem): Training {
  const { vocabulary, timeSteps, batch } = problem;
  const model = buildModel(problem);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const optimizer = tf.train.adam(TRAINING.rate, TRAINING.beta1, TRAINING.beta2, TRAINING.epsilon);
  const batchMajor = (ids: Int32Array) => tf.tidy(() =>
    tf.tensor3d(oneHot(ids, vocabulary), [timeSteps, batch, vocabulary]).transpose([1, 0, 2]) as tf.Tensor3D);
  const input = batchMajor(problem.ids);
  const labels = batchMajor(problem.targets);
  const lossOf = () => tf.losses.softmaxCrossEntropy(labels, model.apply(input, { training: true }) as tf.Tensor);
  let loss: tf.Scalar | undefined;

  return {
    async step() {
      loss?.dispose();
      loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => lossOf().asScalar(), variables);
        const squares = Object.values(grads).map((gradient) => gradient.square().sum());
        const scale = tf.minimum(1, tf.div(TRAINING.clipNorm, tf.addN(squares).sqrt().add(1e-6)));
        optimizer.applyGradients(
          Object.entries(grads).map(([name, gradient]) => ({ name, tensor: gradient.mul(scale) })));
        return value;
      });
    },
    async readLoss() {
      if (!loss) throw new Error('readLoss() needs a step before it.');
      return (await loss.data())[0]!;
    },
    dispose() {
      loss?.dispose();
      tf.dispose([input, labels]);
      optimizer.dispose();
      model.dispose();
    },
  };
}

/** A stateful model, as its documentation has it; it leaks two small tensors a time step. */
function createInferring(problem: Problem): Inferring {
  const { vocabulary } = problem;
  const model = buildModel({ ...problem, timeSteps: 1, batch: 1 }, true);
  return {
    async step(token) {
      const logits = tf.tidy(() =>
        model.predict(tf.tensor3d(oneHot(Int32Array.of(token), vocabulary), [1, 1, vocabulary])) as tf.Tensor);
      const values = await logits.data();
      logits.dispose();
      return values;
    },
    dispose: () => void model.dispose(),
  };
}
