import type { Biases } from '../kernels/kernel.js';
import { matmul } from '../kernels/matmul.js';
import { sumParts } from '../kernels/sum-parts.js';
import { columnSum } from '../kernels/column-sum.js';
import { pad4, type Parameter } from '../model/layout.js';
import type { View } from '../schedule/program.js';
import { gradientParts } from '../schedule/table.js';
import { biasViews, gradientView, type Lowered, type Lowering, parameterView, type Rows } from './lowering.js';

/** A product of rows with a weight [inputs, outputs], plus biases. */
export interface Product {
  readonly label: string;
  readonly input: Rows;
  readonly weight: Parameter;
  readonly biases: readonly Parameter[];
}

const pitchOf = ({ pitch }: Rows): { pitchA?: number } => (pitch === undefined ? {} : { pitchA: pitch });

/** Records out = input·weight + biases, over all T·B rows at once. */
export function product(lowering: Lowering, { label, input, weight, biases }: Product, out: View): void {
  const { builder, trials, timeSteps, batch, layout, strategy } = lowering;
  const kernel = matmul({
    m: timeSteps * batch, n: weight.columns, k: input.width, trials, tile: strategy.matmul,
    strideA: input.view.stride, offsetA: input.offset, ...pitchOf(input), strideB: layout.size, strideC: out.stride,
    biases: biases.length as Biases, strideBias: layout.size,
  });
  builder.dispatch(label, kernel, {
    a: input.view, b: parameterView(lowering, weight), c: out,
    ...biasViews(lowering, biases),
  });
}

/** Records the weight's gradient inputᵀ·gradient, a sum over all T·B rows: in parts where the strategy cuts it. */
export function weightGradient(
  lowering: Lowering, label: string, input: Rows, weight: Parameter, gradient: View,
): void {
  const { builder, trials, timeSteps, batch, layout, strategy, immediates } = lowering;
  const k = timeSteps * batch;
  const size = weight.rows * weight.pitch;
  const count = gradientParts(strategy, weight.rows, weight.columns, k);
  const inTurn = strategy.parts?.inTurn ?? true;
  const cut = count > 1;
  const out = gradientView(lowering, weight);
  const scratch = cut && !inTurn ? builder.scratch(`${label} parts`, count * size) : undefined;
  const kernel = matmul({
    m: weight.rows, n: weight.columns, k, transposeA: true, trials, tile: strategy.matmul,
    strideA: input.view.stride, offsetA: input.offset, ...pitchOf(input), strideB: gradient.stride,
    strideC: scratch ? size : layout.size, gradientOf: weight,
    ...(cut ? { parts: inTurn ? { count, inTurn, immediates } : { count, inTurn } } : {}),
  });
  const views = { a: input.view, b: gradient, c: scratch ?? out };
  if (scratch || !cut) builder.dispatch(label, kernel, views);
  else for (let part = 0; part < count; part++) builder.dispatch(label, kernel, views, part);
  if (!scratch) return;
  builder.dispatch(`${label} of parts`, sumParts({ size, parts: count, trials, strideSum: layout.size }), {
    parts: scratch, sum: out,
  });
}

/** Records the biases' gradient: the column sums, written to each of them. */
export function biasGradient(lowering: Lowering, label: string, biases: readonly Parameter[], gradient: View): void {
  const [first, second] = biases;
  if (!first) return;
  const { builder, trials, timeSteps, batch, layout, strategy } = lowering;
  const twin = second ? second.offset - first.offset : 0;
  const kernel = columnSum({
    rows: timeSteps * batch, columns: first.columns, trials,
    strideX: gradient.stride, strideSums: layout.size, twin, gradientsOf: biases,
    lanes: strategy.columnLanes,
  });
  const sums = gradientView(lowering, first);
  builder.dispatch(label, kernel, { x: gradient, sums: { ...sums, size: sums.size + twin } });
}

/** Records ∂L/∂input = gradient·weightᵀ [+ what is in `sum`] and returns it, [T·B, pad4(inputs)]. */
export function inputGradient(
  lowering: Lowering, label: string, weight: Parameter, gradient: View, sum?: View,
): View {
  const { builder, trials, timeSteps, batch, layout, strategy } = lowering;
  const out = sum ?? builder.scratch(label, timeSteps * batch * pad4(weight.rows));
  const kernel = matmul({
    m: timeSteps * batch, n: weight.rows, k: weight.columns, transposeB: true, accumulate: sum !== undefined, trials,
    tile: strategy.matmul, strideA: gradient.stride, strideB: layout.size, strideC: out.stride,
  });
  builder.dispatch(label, kernel, { a: gradient, b: parameterView(lowering, weight), c: out });
  return out;
}

/** Rows [T·B, I] → rows [T·B, units]. */
export function lowerLinear(
  lowering: Lowering, label: string, input: Rows, weight: Parameter, bias: Parameter | undefined,
): Lowered {
  const { builder, timeSteps, batch } = lowering;
  const biases = bias ? [bias] : [];
  const out = builder.scratch(label, timeSteps * batch * pad4(weight.columns));
  product(lowering, { label, input, weight, biases }, out);
  return {
    output: { kind: 'rows', view: out, offset: 0, width: weight.columns },
    backward(gradient, needed) {
      weightGradient(lowering, `${label} weight gradient`, input, weight, gradient);
      biasGradient(lowering, `${label} bias gradient`, biases, gradient);
      return needed ? inputGradient(lowering, `${label} input gradient`, weight, gradient) : undefined;
    },
  };
}
