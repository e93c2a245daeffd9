import { gradientNorms } from '../kernels/gradient-norms.js';
import type { View } from '../schedule/program.js';
import { controlWords, type Lowering, type TakeRecorded } from './lowering.js';
import { lowerOmega } from './omega.js';

/** ∂L/∂h_t of one stacked layer in one direction, as its way back through time has left it. */
export interface Recorded {
  /** As the layer's dispatches are called. */
  readonly label: string;
  /** The model layer, which of its stacked layers, and the direction: 0 forward, 1 reverse. */
  readonly index: number;
  readonly layer: number;
  readonly direction: 0 | 1;
  /**
   * [T, B, pad4(width)] a trial; zero past a row's end. It is the whole gradient: what comes from the loss or the layer
   * above at t, and from t + 1. It lies where the output's did, which was given to `backward` if this is the model's
   * last layer, else in scratch: for dispatches that come after.
   */
  readonly view: View;
  readonly width: number;
  /** States that are the layer's output (lstm-1997), each an array of all trials, `strideOutput` floats apart. */
  readonly outputs: number;
  readonly strideOutput: number;
  /** Ω (without its weight) and the number of its terms, [2] a trial, persistent; where it is asked for. */
  readonly omega?: View;
}

/** What `Lowering.records` takes, and where it leaves what it took. */
export interface Recorder {
  readonly take: TakeRecorded;
  /** In the order of the way back: the top layer first. */
  readonly layers: readonly Recorded[];
}

/**
 * Makes the way back record ∂L/∂h_t and, with `omega` > 0, add the gradient of that many Ω of each layer and direction
 * to the recurrent weights' (`lowerOmega`). Drivers step, sequence and scan. A window that is cut into segments has no
 * Ω: a term's share depends on how many there are in the whole of it.
 */
export function recorder({ omega = 0 }: { omega?: number } = {}): Recorder {
  const layers: Recorded[] = [];
  return {
    layers,
    take(lowering, pass, { output, strideOutput }) {
      const { label, layer, direction, shape: { cell, units } } = pass;
      const own = omega > 0 ? lowerOmega(lowering, pass, output, omega) : undefined;
      layers.push({
        label, index: Number.parseInt(label), layer, direction, view: output, width: cell.projection ?? units,
        outputs: cell.outputs.length, strideOutput, ...(own ? { omega: own.value } : {}),
      });
      return own?.source;
    },
  };
}

/**
 * Records Σ ‖∂L/∂h‖² over rows and units by lag, to `out`, [T] a trial: lag 0 is each row's last step as the direction
 * goes, and lags that a row has not add nothing. CPU twin: src/reference/gradient-norms.ts
 */
export function lowerGradientNorms(
  lowering: Lowering, { label, view, width, outputs, strideOutput, direction }: Recorded, out: View,
): void {
  const { builder, timeSteps, batch, trials, ragged } = lowering;
  const kernel = gradientNorms({
    timeSteps, batch, width, trials, outputs, strideOutput, strideSums: out.stride, reverse: direction === 1, ragged,
  });
  builder.dispatch(`${label} gradient norms`, kernel, {
    gradient: view, sums: out, ...(ragged ? { control: controlWords(lowering) } : {}),
  });
}
