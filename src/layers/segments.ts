import { add } from '../kernels/add.js';
import { carry } from '../kernels/carry.js';
import { controlSet } from '../kernels/control.js';
import type { Model } from '../model/description.js';
import { pad64 } from '../model/layout.js';
import { segmentsOf } from '../model/segments.js';
import { stateSize } from '../model/states.js';
import type { View } from '../schedule/program.js';
import type { Lowering } from './lowering.js';
import { forward, lowerLoss, lowerWindow, type RunShape, type TextShape } from './window.js';

/**
 * A training window in segments (src/model/segments.ts): forward through all but the last for the states at their
 * ends alone; then from the last to the first forward once more, loss and backward, each handing ∂L/∂states to the
 * one before. All run the same pipelines on the same memory. Returns the losses of one segment's rows, in which those
 * of all are added up.
 *
 * Set k of the control records is segment k's; a last set says that no gradient of final states is given.
 */
export function lowerSegments(base: Lowering, { model, recompute }: RunShape, text: TextShape): View {
  const { builder, timeSteps, batch, layout, trials } = base;
  const segments = segmentsOf(timeSteps, recompute);
  const last = segments.length - 1;
  const longest = segments[last]!.length;
  const states = lowerBoundaries(base, stateSize(model, batch), segments.length);
  const control = (set: number): View => ({ ...base.control, offset: set * controlSet(trials) });
  const part = (name: string, k: number): Lowering => ({
    ...base, builder: builder.part(`${name} ${k}`), timeSteps: segments[k]!.length, control: control(k),
    space: segments[k]!.length < longest ? `${base.space}short ` : base.space,
  });

  const recurrent = upToStates(model);
  for (let k = 0; k < last && recurrent.layers.length > 0; k++) {
    const ahead = part('ahead', k);
    const { inputs } = lowerWindow(ahead, text, false);
    forward(ahead, recurrent, inputs, states.at(k), { after: states.at(k + 1) });
  }

  const loss = builder.scratch('loss', longest * batch);
  const gradient = builder.persistent('gradient', layout.size);
  for (let k = last; k >= 0; k--) {
    const back: Lowering = {
      ...part('back', k), gradient: k === last ? 'gradient' : 'segment gradient',
      stateGradients: states.gradients && {
        view: states.gradients, control: control(k === last ? segments.length : 1), initial: k > 0,
      },
    };
    const { inputs, targets } = lowerWindow(back, text, false);
    const { logits, backward } = forward(back, model, inputs, states.at(k), {
      after: k === last ? states.at(segments.length) : undefined,
    });
    lowerLoss(back, model, logits, {
      targets, loss, part: { total: timeSteps * batch, stride: loss.stride, adds: k < last },
    });
    backward(logits.view);
    if (k === last) continue;
    const own = builder.persistent('segment gradient', layout.size);
    builder.dispatch('add gradient', add({ size: layout.size, trials }), { sum: gradient, x: own });
  }
  states.finish();
  return loss;
}

/** States at the segments' boundaries, and the gradients that go from one to the next. */
interface Boundaries {
  /** Those before segment `k`: before the window at 0, after it at the number of segments. */
  at(k: number): View;
  /** Undefined where a model has no states. */
  readonly gradients: View | undefined;
  /** The states after the window take the place of those before, which no segment needs any more. */
  finish(): void;
}

function lowerBoundaries({ builder, trials }: Lowering, size: number, segments: number): Boundaries {
  const before = builder.persistent('states', size);
  if (size === 0) return { at: () => before, gradients: undefined, finish: () => undefined };
  const slot = pad64(trials * size);
  const all = builder.scratch('states between segments', Math.ceil((segments * slot) / trials));
  const at = (k: number): View => (k === 0 ? before : { ...all, offset: (k - 1) * slot, size, stride: size });
  const copy = carry({
    size, blocks: 1, carried: 1, histories: 1, directions: 1, timeSteps: 0, trials, strideStates: size,
    offsetStates: 0, strideBlocks: slot, out: true,
  });
  return {
    at, gradients: builder.scratch('state gradients', size),
    finish: () => builder.dispatch('states after', copy, { states: before, histories: at(segments) }),
  };
}

/** The model without what comes after its last recurrent layer. */
function upToStates(model: Model): Model {
  const last = model.layers.findLastIndex(({ kind }) => kind === 'recurrent');
  return { ...model, layers: model.layers.slice(0, last + 1) };
}
