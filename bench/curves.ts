import type { Curve, Report } from './report-types.js';
import { AXES, type Axis, curveName, CURVE_BASE, sizeOf } from './sizes.js';

/** The curves through the points that were measured: one for each axis and system that has two of them. */
export function curvesOf(reports: readonly Report[]): Curve[] {
  return (Object.keys(AXES) as Axis[]).flatMap((axis) => {
    const points = AXES[axis].flatMap((value) => {
      // The point that all axes share was measured under one name.
      const shape = JSON.stringify(sizeOf(curveName(axis, value)));
      const report = reports.find((each) => JSON.stringify(each.shape) === shape);
      return (report?.results ?? []).flatMap((result) =>
        (result.error === undefined && result.msPerStep !== null ? [{ value, report: report!, result }] : []));
    });
    const names = [...new Set(points.map(({ result }) => result.name))];
    return names.flatMap((name): Curve[] => {
      const own = points.filter(({ result }) => result.name === name);
      if (own.length < 2) return [];
      const { report: { runtime, date }, result: { system, backend, driver } } = own[0]!;
      return [{
        runtime, date, axis, base: CURVE_BASE, name, system, backend, ...(driver ? { driver } : {}),
        points: own.map(({ value, result: { msPerStep, spread, gflops } }) =>
          ({ value, msPerStep: msPerStep!, spread, gflops: gflops! })),
      }];
    });
  });
}
