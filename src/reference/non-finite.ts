/**
 * How many values are NaN or infinite. Mirrors `shaders/lib/finite.wgsl`, which looks at the exponent bits because
 * WGSL lets compilers assume that neither occurs (WGSL specification, "Floating Point Evaluation").
 */
export function countNonFinite(values: Float64Array): number {
  let count = 0;
  for (let e = 0; e < values.length; e++) if (!Number.isFinite(values[e])) count++;
  return count;
}
