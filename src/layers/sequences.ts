import { pad4 } from '../model/layout.js';
import { widthOf } from '../model/description.js';
import { stateSize } from '../model/states.js';
import type { Program, View } from '../schedule/program.js';
import { type Lowering, moveColumns, type Rows } from './lowering.js';
import { forward, type RunShape, start } from './network.js';

/** Which program of a network on sequences of one's own. */
export interface SequenceProgram {
  /** The way back too. */
  readonly gradients: boolean;
  /** Rows have lengths. */
  readonly ragged: boolean;
  /** Dropout and zoneout draw masks. */
  readonly training: boolean;
}

/**
 * Outputs and final states of `inputs`, and with `gradients` those of everything, from `output gradient` and the final
 * states' in `state gradients`, which become the initial ones'. Buffers are persistent under these names: `inputs`,
 * `states`, `outputs`, `output gradient`, `input gradient`, `state gradients`, `gradient`, `parameters`, `control`.
 */
export function sequenceProgram(run: RunShape, { gradients, ragged, training }: SequenceProgram): Program {
  const { model, timeSteps, batch } = run;
  const name = gradients ? 'gradients' : 'run';
  const base = start(run, { name, space: `${name} `, parameters: 'parameters', training, ragged });
  const { builder } = base;
  const rows = timeSteps * batch;
  const size = stateSize(model, batch);
  const lowering = gradients && size > 0
    ? {
      ...base,
      stateGradients: { view: builder.persistent('state gradients', size), control: base.control, initial: true },
    }
    : base;
  const [first] = model.layers;
  const width = first!.kind === 'input' ? widthOf(first!) : 0;
  const inputs = builder.persistent('inputs', rows * Math.max(1, pad4(width)));
  const { logits, backward } = forward(lowering, model, inputs, builder.persistent('states', Math.max(4, size)));
  copyRows(lowering, 'outputs', logits, builder.persistent('outputs', rows * pad4(model.outputs)));
  if (gradients) {
    const given = builder.persistent('output gradient', rows * pad4(model.outputs));
    const own = builder.scratch('gradient of outputs', given.size);
    copyRows(lowering, 'gradient of outputs', { kind: 'rows', view: given, offset: 0, width: model.outputs }, own);
    const inner = backward(own, width > 0);
    if (width > 0 && inner) {
      const from: Rows = { kind: 'rows', view: inner, offset: 0, width };
      copyRows(lowering, 'input gradient', from, builder.persistent('input gradient', rows * pad4(width)));
    }
  }
  return builder.build();
}

/** Copies rows to where they stay, zero past the end of their sequence. */
function copyRows(lowering: Lowering, label: string, rows: Rows, out: View): void {
  const pitch = pad4(rows.width);
  moveColumns(lowering, label, rows, { view: out, pitch, column: 0, span: pitch, ragged: lowering.ragged });
}
