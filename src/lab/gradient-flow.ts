import { unpackParameter } from '../model/layout.js';
import type { Model } from '../model/description.js';
import { cellOf, type RecurrentDescription } from '../model/recurrent.js';
import type { FlowSums } from '../tasks/engine.js';
import type { GateStatistics, GradientFlow } from './types.js';

/**
 * What gradients do on their way back through a network, from sums by lag: ‖∂E/∂h_t‖, the gain ‖∂h_T/∂h_t‖, the largest
 * singular value of the recurrent weights (Pascanu et al. 2013: below 1/max σ' gradients must vanish), and in words.
 */
export function gradientFlow(
  { error, jacobian, rows }: FlowSums, singularValue: number, gates: readonly GateStatistics[],
): GradientFlow {
  const longest = rows.findLastIndex((count) => count > 0) + 1;
  const mean = (sums: Float64Array): number[] =>
    Array.from(sums.subarray(0, longest), (sum, lag) => Math.sqrt(sum / rows[lag]!));
  const start = Math.sqrt(jacobian[0]! / rows[0]!);
  const gain = mean(jacobian).map((value) => value / start);
  const rate = decayRate(gain);
  const own = mean(error).map((value) => value * rows[0]!); // E is the mean over the batch, a row's is so often that
  return { error: own, jacobian: gain, singularValue, gates, rate, verdict: verdictOf(rate, longest) };
}

/** Past what float32 tells from nothing, a gain says no more. */
const FAINT = 1e-25;

/**
 * Factor a step of lag: e to the slope of log gain against lag, by least squares over all lags that can be told, but
 * for the first: the step from h_T itself into the gates is none of those in between.
 */
export function decayRate(gains: readonly number[]): number {
  const gain = gains.length > 3 ? gains.slice(1) : gains;
  const cut = gain.findIndex((value) => !(value > FAINT && value < 1 / FAINT));
  const told = cut < 0 ? gain : gain.slice(0, Math.max(cut, 1));
  if (told.length < 2) return gain.length < 2 ? 1 : gain[1]! > FAINT ? Infinity : 0;
  const middle = (told.length - 1) / 2;
  const logs = told.map(Math.log);
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  let over = 0;
  let under = 0;
  logs.forEach((value, lag) => {
    over += (lag - middle) * (value - mean);
    under += (lag - middle) ** 2;
  });
  return Math.exp(over / under);
}

/** What a gradient may lose or gain on its way through a sequence, and in one step, and still be learnt by. */
const FLOWING = { sequence: 10, step: 1.25 };

function verdictOf(rate: number, timeSteps: number): string {
  const step = Number.isFinite(rate) ? rate.toPrecision(rate > 0.99 && rate < 1.01 ? 4 : 3) : '∞';
  const whole = Math.abs(Math.log(rate)) * (timeSteps - 1);
  const flows = whole <= Math.log(FLOWING.sequence) && Math.abs(Math.log(rate)) <= Math.log(FLOWING.step);
  if (flows) return `flowing (rate ${step} per step)`;
  return `${rate < 1 ? 'vanishing' : 'exploding'} at rate ${step} per step`;
}

/**
 * The recurrent matrices of the first recurrent layer: the largest singular value over all gates'. A gate's matrix has
 * side by side what it sees of the time before: h, and in an LSTM of 1997 the other cells' h and the gates.
 */
export function largestSingularValue({ layout, layers }: Model, flat: ArrayLike<number>): number {
  const index = layers.findIndex(({ kind }) => kind === 'recurrent');
  const layer = layers[index] as RecurrentDescription | undefined;
  const names = layer ? cellOf(layer, 0).phases.flatMap(({ products }) => products.map(({ name }) => name)) : [];
  const gates = new Map<number, Float64Array[]>(); // columns by gate
  for (const weight of layout.parameters.filter((one) => names.some((name) => one.name === `${index}.${name}_l0`))) {
    const values = unpackParameter(weight, flat);
    const [rows, columns] = weight.shape as [number, number];
    const blocks = weight.arrangement.kind === 'gates' ? weight.arrangement.blocks : [0];
    const each = rows / blocks.length;
    blocks.forEach((block, place) => {
      const seen = gates.get(block) ?? [];
      gates.set(block, seen);
      for (let column = 0; column < columns; column++) {
        seen.push(Float64Array.from({ length: each }, (_, row) => values[(place * each + row) * columns + column]!));
      }
    });
  }
  return Math.max(0, ...[...gates.values()].map((columns) =>
    singularValue(columns.flatMap((column) => [...column]), columns.length, columns[0]!.length)));
}

const POWERS = 200;

/** ‖A‖₂ of a matrix [rows, columns], by powers of AᵀA (von Mises 1929); to about 1e-3 at worst. */
export function singularValue(matrix: ArrayLike<number>, rows: number, columns: number): number {
  let vector = Float64Array.from({ length: columns }, (_, i) => 0.1 + ((i * 0.6180339887498949) % 1));
  let value = 0;
  for (let k = 0; k < POWERS; k++) {
    const image = new Float64Array(rows);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) image[r]! += matrix[r * columns + c]! * vector[c]!;
    const back = new Float64Array(columns);
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) back[c]! += matrix[r * columns + c]! * image[r]!;
    const length = Math.hypot(...back);
    if (length === 0) return value;
    value = Math.hypot(...image) / Math.hypot(...vector);
    vector = back.map((x) => x / length);
  }
  return value;
}

/** Names of the gates of a model's first recurrent layer that are between 0 and 1, by lane. */
export function gateLanes({ layers }: Model): readonly { readonly gate: string; readonly lane: number }[] {
  const layer = layers.find((each): each is RecurrentDescription => each.kind === 'recurrent');
  if (!layer) return [];
  return cellOf(layer, 0).gates.flatMap((gate, lane) => (SIGMOIDS.has(gate) ? [{ gate, lane }] : []));
}

const SIGMOIDS = new Set(['input', 'forget', 'output', 'update', 'reset', 'depth']);
