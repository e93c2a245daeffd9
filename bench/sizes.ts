import type { Curve } from './report-types.js';
import { type Size, SIZES } from './problem.js';

/** Baidu's DeepBench, the LSTM rows of its training set that fit here: (hidden, batch, time steps), one layer. */
const DEEPBENCH = [
  [256, 16, 150], [256, 32, 150], [256, 64, 150],
  [512, 16, 25], [512, 32, 25], [512, 64, 25], [512, 128, 25],
] as const;

const deepbench: Readonly<Record<string, Size>> = Object.fromEntries(DEEPBENCH.map(([hidden, batch, timeSteps]) =>
  [`deepbench-${hidden}x${batch}`, { vocabulary: 65, hidden, layers: 1, timeSteps, batch }]));

/** What one axis of S is set to for the curves. */
export const AXES = {
  hidden: [32, 64, 128, 256, 512],
  batch: [1, 8, 32, 128],
  timeSteps: [8, 32, 64, 128, 256],
} as const;

export type Axis = Curve['axis'];

const LETTERS = { hidden: 'H', batch: 'B', timeSteps: 'T' } as const;

/** The size that the curves run through. */
export const CURVE_BASE = 'S';

/** `curve-H256`: S with 256 units. */
export const curveName = (axis: Axis, value: number): string => `curve-${LETTERS[axis]}${value}`;

const curves: Readonly<Record<string, Size>> = Object.fromEntries(
  (Object.keys(AXES) as Axis[]).flatMap((axis) =>
    AXES[axis].map((value) => [curveName(axis, value), { ...SIZES[CURVE_BASE], [axis]: value }])));

/** Every size by name. */
export const ALL_SIZES: Readonly<Record<string, Size>> = { ...SIZES, ...deepbench, ...curves };

/** Names that stand for several sizes. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  deepbench: Object.keys(deepbench),
  curves: Object.keys(curves),
};

/** Whether a size is a point of a curve, which is measured shortly. */
export const isCurvePoint = (name: string): boolean => Object.hasOwn(curves, name);

/** @throws RangeError for a name that is no size's. */
export function sizeOf(name: string): Size {
  const size = Object.hasOwn(ALL_SIZES, name) ? ALL_SIZES[name] : undefined;
  if (size) return size;
  throw new RangeError(`No size "${name}"; allowed, separated by commas: ${Object.keys(SIZES).join(', ')}, ` +
    `${GROUPS.deepbench!.join(', ')}, or a group: ${Object.keys(GROUPS).join(', ')}.`);
}

/**
 * `XS,deepbench` as the names of sizes, each once; of the curves' points that are the same shape, the first alone.
 * @throws RangeError for a name that is no size's and no group's.
 */
export function expandSizes(list: string): string[] {
  const words = list.split(',').map((word) => word.trim()).filter(Boolean);
  if (words.length === 0) throw new RangeError('No size is named; for example S, or XS,S,M.');
  const names = words.flatMap((word) => (Object.hasOwn(GROUPS, word) ? GROUPS[word]! : [word]));
  const shapes = new Map<string, string>(); // of curve points
  return [...new Set(names)].filter((name) => {
    const shape = JSON.stringify(sizeOf(name));
    if (!isCurvePoint(name)) return true;
    if (shapes.has(shape)) return false;
    shapes.set(shape, name);
    return true;
  });
}
