import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { oneHot, TRAINING, type Problem } from '../problem.js';
import type { System, Training } from '../system.js';

// jax-js has a type Array of its own; a `type`, not an interface, makes this a JsTree.
type Layer = { weightIh: np.Array; weightHh: np.Array; bias: np.Array };
type Parameters = { lstm: Layer[]; linear: { weight: np.Array; bias: np.Array } };
type Adam = { mean: Parameters; square: Parameters; beta1Power: np.Array; beta2Power: np.Array };

/** jax-js 0.1.25 in its natural form: one `jit` over the unrolled model's `valueAndGrad` and Adam. It has no scan. */
export function jax(backend: 'webgpu' | 'wasm'): System {
  return {
    name: 'jax',
    backend,
    async create(problem) {
      const started = await init(backend);
      if (!started.includes(backend)) throw new Error(`jax-js could not start its ${backend} device in this browser.`);
      defaultDevice(backend);
      return createTraining(problem);
    },
  };
}

function parametersOf(problem: Problem): Parameters {
  const { vocabulary, hidden } = problem;
  const matrix = (data: Float32Array, rows: number) => np.array(data as Float32Array<ArrayBuffer>).reshape([rows, -1]);
  const vector = (data: Float32Array) => np.array(data as Float32Array<ArrayBuffer>);
  return {
    lstm: problem.lstm.map(({ weightIh, weightHh, bias }) => ({
      weightIh: matrix(weightIh, 4 * hidden),
      weightHh: matrix(weightHh, 4 * hidden),
      bias: vector(bias),
    })),
    linear: { weight: matrix(problem.linearWeight, vocabulary), bias: vector(problem.linearBias) },
  };
}

/** [T, B, inputs] to [T, B, hidden]; the input product of all time steps is one matmul. Consumes its arguments. */
function lstmLayer({ weightIh, weightHh, bias }: Layer, input: np.Array, hidden: number): np.Array {
  const [timeSteps, batch] = input.shape as [number, number, number];
  const projected = np.matmul(input, weightIh.transpose()).add(bias);
  const recurrent = weightHh.transpose();
  let h = np.zeros([batch, hidden]);
  let c = np.zeros([batch, hidden]);
  const outputs: np.Array[] = [];
  for (let t = 0; t < timeSteps; t++) {
    const gates = projected.ref.slice(t).add(np.matmul(h, recurrent.ref));
    const [i, f, g, o] = np.split(gates, 4, 1) as [np.Array, np.Array, np.Array, np.Array];
    c = nn.sigmoid(f).mul(c).add(nn.sigmoid(i).mul(np.tanh(g)));
    h = nn.sigmoid(o).mul(np.tanh(c.ref));
    outputs.push(h.ref);
  }
  tree.dispose([projected, recurrent, h, c]);
  return np.stack(outputs);
}

function lossOf(parameters: Parameters, input: np.Array, labels: np.Array, hidden: number): np.Array {
  let x = input;
  for (const layer of parameters.lstm) x = lstmLayer(layer, x, hidden);
  const { weight, bias } = parameters.linear;
  const logits = np.matmul(x, weight.transpose()).add(bias);
  return nn.logSoftmax(logits, -1).mul(labels).sum(-1).mean().neg();
}

/** Clip by global norm, then Adam (Kingma & Ba 2015, algorithm 1). Consumes its arguments. */
function update(parameters: Parameters, gradients: Parameters, adam: Adam): [Parameters, Adam] {
  const { clipNorm, rate, beta1, beta2, epsilon } = TRAINING;
  const squares = tree.leaves<np.Array>(tree.ref(gradients)).map((g) => np.square(g).sum());
  const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
  const scale = np.minimum(1, np.divide(clipNorm, norm.add(1e-6)));
  const clipped = each((g) => g.mul(scale.ref), gradients);
  scale.dispose();
  const beta1Power = adam.beta1Power.mul(beta1);
  const beta2Power = adam.beta2Power.mul(beta2);
  const mean = each((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), adam.mean, tree.ref(clipped));
  const square = each((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), adam.square, clipped);
  const meanScale = np.divide(rate, np.subtract(1, beta1Power.ref));
  const squareScale = np.reciprocal(np.subtract(1, beta2Power.ref));
  const next = each(
    (p, m, v) => p.sub(m.mul(meanScale.ref).div(np.sqrt(v.mul(squareScale.ref)).add(epsilon))),
    parameters, tree.ref(mean), tree.ref(square),
  );
  tree.dispose([meanScale, squareScale]);
  return [next, { mean, square, beta1Power, beta2Power }];
}

function each(f: (...leaves: np.Array[]) => np.Array, first: Parameters, ...rest: Parameters[]): Parameters {
  return tree.map<np.Array, np.Array, Parameters>(f, first, ...rest) as Parameters;
}

async function createTraining(problem: Problem): Promise<Training> {
  const { vocabulary, hidden, timeSteps, batch } = problem;
  const rows = (ids: Int32Array) =>
    np.array(oneHot(ids, vocabulary) as Float32Array<ArrayBuffer>).reshape([timeSteps, batch, vocabulary]);
  const input = rows(problem.ids);
  const labels = rows(problem.targets);
  let parameters = parametersOf(problem);
  let adam: Adam = {
    mean: each((p) => np.zerosLike(p), tree.ref(parameters)),
    square: each((p) => np.zerosLike(p), tree.ref(parameters)),
    beta1Power: np.array(1),
    beta2Power: np.array(1),
  };
  const trainStep = jit((p: Parameters, state: Adam, x: np.Array, y: np.Array): [np.Array, Parameters, Adam] => {
    const [loss, gradients] = valueAndGrad((q: Parameters) => lossOf(q, x.ref, y.ref, hidden))(tree.ref(p));
    tree.dispose([x, y]);
    return [loss, ...update(p, gradients as Parameters, state)];
  });
  let loss: np.Array | undefined;

  return {
    async step() {
      loss?.dispose();
      [loss, parameters, adam] = trainStep(parameters, adam, input.ref, labels.ref);
      // Its documentation asks for this in a loop; without it the queue of pending kernels grows.
      await blockUntilReady(loss);
    },
    async readLoss() {
      if (!loss) throw new Error('readLoss() needs a step before it.');
      await blockUntilReady(parameters);
      return (await loss.ref.data())[0]!;
    },
    dispose() {
      tree.dispose([parameters, adam, input, labels]);
      loss?.dispose();
      trainStep.dispose();
    },
  };
}
