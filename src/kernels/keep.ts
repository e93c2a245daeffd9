import type { ParameterShape } from '../model/layout.js';
import type { Defines } from './kernel.js';

/** Defines of `shaders/lib/keep.wgsl` for the gradient of `parameter`; without one, all entries exist. */
export function keepDefines(parameter?: Pick<ParameterShape, 'arrangement'>): Defines {
  const arrangement = parameter?.arrangement;
  if (arrangement?.kind !== 'gates') {
    return { KEEPS: false, MODULES: 0, KEEP_UNITS: 1, KEEP_EVEN: '1.0', KEEP_ODD: '1.0' };
  }
  const { lanes, blocks, units, modules = 0 } = arrangement;
  const mask = (column: number): string => [0, 1, 2, 3]
    .map((i) => (blocks.includes((4 * column + i) % lanes) ? '1.0' : '0.0')).join(', ');
  return {
    KEEPS: blocks.length < lanes || modules > 1, MODULES: modules, KEEP_UNITS: units,
    KEEP_EVEN: mask(0), KEEP_ODD: mask(1),
  };
}
