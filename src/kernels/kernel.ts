/** How a binding is used. `read` and `read_write` are storage buffers. */
export type Access = 'read' | 'read_write';

/** A value for `${NAME}` in a shader; booleans and numbers also serve `#if ${NAME}`. */
export type Defines = Readonly<Record<string, number | boolean | string>>;

/**
 * One dispatch's shader, ready to be expanded and compiled: pure data, no device.
 * Two kernels with equal `file` and `defines` share a pipeline.
 */
export interface Kernel {
  /** File under `shaders/`. */
  readonly file: string;
  readonly defines: Defines;
  /** Bindings of group 0 in order, by the names used in the shader. */
  readonly bindings: Readonly<Record<string, Access>>;
  readonly workgroups: readonly [number, number, number];
  /** The shader reads the time index (`lib/time.wgsl`). */
  readonly timed?: boolean;
  /** Bytes that a workgroup holds of its own; none where absent. */
  readonly workgroupMemory?: number;
  readonly cost: Cost;
}

/** What a dispatch must at least move and compute. */
export interface Cost {
  /** Bytes of global memory read and written, each value once. */
  readonly bytes: number;
  /** Floating-point operations, a multiply-add as two. */
  readonly flops: number;
}

/** A float as a WGSL literal with its exact float32 value. */
export function literal(value: number): string {
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** Number of bias vectors that `shaders/lib/biases.wgsl` adds. */
export type Biases = 0 | 1 | 2;

/** Their defines. */
export const biasDefines = (biases: Biases): Defines => ({ BIASES: biases, TWO_BIASES: biases > 1 });

/** Their bindings, by name in order. */
export const BIAS_NAMES = ['bias', 'bias2'] as const;
export const biasBindings = (biases: Biases): Readonly<Record<string, Access>> =>
  Object.fromEntries(BIAS_NAMES.slice(0, biases).map((name) => [name, 'read']));

export const ceilDiv = (a: number, b: number): number => Math.floor((a + b - 1) / b);

/** Workgroups of `size` invocations for `count` threads, folded into y past the limit of 65,535. */
export function grid(count: number, size: number): [number, number] {
  const groups = ceilDiv(count, size);
  return groups <= 65535 ? [groups, 1] : [65535, ceilDiv(groups, 65535)];
}

/** The power of two in [min, max] that wastes the fewest of `count` lanes; the larger of equals. */
export function fittingWidth(count: number, min: number, max: number): number {
  let best = min;
  for (let width = min; width <= max; width *= 2) {
    if (ceilDiv(count, width) * width <= ceilDiv(count, best) * best) best = width;
  }
  return best;
}
