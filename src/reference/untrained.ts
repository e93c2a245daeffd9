import { moduleOf, type Parameter } from '../model/layout.js';
import { viewOf } from './layer-pass.js';

/**
 * Products make gradients for whole matrices; this clears those of values that are not trained: of lanes that no block
 * of the parameter names, and of a unit that would hear a faster module (`isTrained` in `src/model/layout.ts`).
 * `gradients` [layout.size].
 */
export function clearUntrained(parameter: Parameter, gradients: Float64Array): void {
  const { arrangement, rows, pitch } = parameter;
  if (arrangement.kind !== 'gates') return;
  const { units, lanes, blocks, modules } = arrangement;
  const unnamed = Array.from({ length: lanes }, (_, lane) => lane).filter((lane) => !blocks.includes(lane));
  if (unnamed.length === 0 && modules === undefined) return;
  const gradient = viewOf(parameter, gradients);
  for (let row = 0; row < rows; row++) {
    for (let u = 0; u < units; u++) {
      const at = row * pitch + u * lanes;
      if (modules !== undefined && moduleOf(row, units, modules) < moduleOf(u, units, modules)) {
        gradient.fill(0, at, at + lanes);
      }
      for (const lane of unnamed) gradient[at + lane] = 0;
    }
  }
}
