import { embedding } from '../kernels/embedding.js';
import { embeddingBackward } from '../kernels/embedding-backward.js';
import type { Biases } from '../kernels/kernel.js';
import { rowsByToken } from '../kernels/rows-by-token.js';
import { pad4, type Parameter } from '../model/layout.js';
import type { View } from '../schedule/program.js';
import { biasViews, gradientView, type Lowered, type Lowering, parameterView } from './lowering.js';

/** A gather of table rows [V, pad4(width)] by token: an embedding, or the product of one-hot rows with a matrix. */
export interface Gather {
  readonly label: string;
  readonly ids: View;
  readonly vocabulary: number;
  readonly table: Parameter;
  readonly biases: readonly Parameter[];
}

/** Records out[row] = table[ids[row]] + biases. */
export function gather(lowering: Lowering, { label, ids, vocabulary, table, biases }: Gather, out: View): void {
  const { builder, trials, timeSteps, batch, layout } = lowering;
  const kernel = embedding({
    rows: timeSteps * batch, width: table.columns, vocabulary, trials,
    strideTable: layout.size, strideOut: out.stride, strideIds: ids.stride, biases: biases.length as Biases,
  });
  builder.dispatch(label, kernel, {
    ids, table: parameterView(lowering, table), out,
    ...biasViews(lowering, biases),
  });
}

/** Records the table's gradient. */
export function gatherBackward(lowering: Lowering, { label, ids, vocabulary, table }: Gather, gradient: View): void {
  const { builder, trials, timeSteps, batch, layout } = lowering;
  const shape = { rows: timeSteps * batch, vocabulary, trials };
  const starts = builder.scratch('token starts', vocabulary + 1);
  const rows = builder.scratch('token rows', shape.rows);
  builder.dispatch('rows by token', rowsByToken(shape), { ids, starts, rows });
  const kernel = embeddingBackward({
    ...shape, width: table.columns, strideTable: layout.size, strideOut: gradient.stride, gradientOf: table,
  });
  builder.dispatch(label, kernel, { starts, rows, d_out: gradient, d_table: gradientView(lowering, table) });
}

/** Tokens [T·B] → rows [T·B, units]. */
export function lowerEmbedding(lowering: Lowering, ids: View, vocabulary: number, table: Parameter): Lowered {
  const { builder, timeSteps, batch } = lowering;
  const width = table.columns;
  const out = builder.scratch('embedded', timeSteps * batch * pad4(width));
  const lookup = { label: 'embedding', ids, vocabulary, table, biases: [] };
  gather(lowering, lookup, out);
  return {
    output: { kind: 'rows', view: out, offset: 0, width },
    backward(gradient) {
      gatherBackward(lowering, { ...lookup, label: 'embedding gradient' }, gradient);
      return undefined;
    },
  };
}
