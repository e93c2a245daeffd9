/**
 * Where every parameter lies in the flat buffer that the GPU, the reference, the optimiser and the checkpoint share.
 *
 * Inside, matrices are stored for the kernels: inputs × outputs, gates interleaved per unit, rows padded to four
 * floats with zeros, offsets to 256 bytes. Outside they carry PyTorch's names, shapes and order.
 */

/**
 * The smallest multiple of 4 that is at least `n`: a row's length in floats, so that `vec4f` loads need no remainder.
 */
export const pad4 = (n: number): number => 4 * Math.ceil(n / 4);

/** The smallest multiple of 64 floats (256 bytes, WebGPU's binding alignment) that is at least `n`. */
export const pad64 = (n: number): number => 64 * Math.ceil(n / 64);

/** How PyTorch's order maps to the order inside. */
export type Arrangement =
  | { readonly kind: 'rows' } // [rows, columns] as it is (embedding tables, plain biases)
  | { readonly kind: 'transposed' } // outside [out, in], inside [in, out] (linear weights)
  | GatesArrangement;

/**
 * Outside [blocks·units, in] or [blocks·units], inside [in, units, lanes]: row block b is lane `blocks[b]`. Lanes that
 * no block names hold zero, and so do entries that `modules` rules out (see {@link isTrained}).
 */
export interface GatesArrangement {
  readonly kind: 'gates';
  readonly units: number;
  readonly lanes: number;
  readonly blocks: readonly number[];
  /** Units are in so many groups; a unit hears its own group and those after it. */
  readonly modules?: number;
}

/**
 * How a parameter starts. Values are drawn in PyTorch's order from a stream of their own, so no layout changes them.
 */
export type Initial =
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  /** One value for each row block. */
  | { readonly kind: 'constant'; readonly blocks: readonly number[] }
  /** Orthonormal columns, or rows where there are fewer (Saxe et al. 2014). */
  | { readonly kind: 'orthogonal' }
  /** 1 on the diagonal of each gate's matrix, 0 elsewhere. */
  | { readonly kind: 'identity' }
  /** `nonZeros` values a row, N(0, deviation²), the matrix scaled to `spectralRadius` where given (Pascanu 2013). */
  | {
    readonly kind: 'sparse'; readonly nonZeros: number; readonly deviation: number; readonly spectralRadius?: number;
  };

/** One parameter tensor before it has a place. */
export interface ParameterShape {
  /** PyTorch's name, e.g. `1.weight_ih_l0`. */
  readonly name: string;
  /** PyTorch's shape, e.g. [4H, I]. */
  readonly shape: readonly number[];
  readonly arrangement: Arrangement;
  readonly initial: Initial;
  /** Row blocks that start from one value instead, e.g. the forget gate's bias. */
  readonly fixed?: Readonly<Record<number, number>>;
}

/** One parameter tensor in the flat buffer: `rows` rows of `pitch` floats from `offset`. */
export interface Parameter extends ParameterShape {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly pitch: number;
}

/** All parameters of a model. `size` floats a trial, a multiple of 64. */
export interface ParameterLayout {
  readonly parameters: readonly Parameter[];
  readonly size: number;
  /** Number of trained values, padding left out. */
  readonly count: number;
}

function innerShape({ shape, arrangement }: ParameterShape): { rows: number; columns: number } {
  const [first, second] = shape as [number, number | undefined];
  if (arrangement.kind === 'gates') return { rows: second ?? 1, columns: arrangement.units * arrangement.lanes };
  if (second === undefined) return { rows: 1, columns: first };
  return arrangement.kind === 'transposed' ? { rows: second, columns: first } : { rows: first, columns: second };
}

/** Number of values of `parameter` in PyTorch's shape. */
export const elementCount = (parameter: ParameterShape): number => parameter.shape.reduce((a, b) => a * b, 1);

/** Number of elements for which {@link isTrained} holds, without a look at each: a file may name any size. */
function trainedCount(parameter: ParameterShape): number {
  const { arrangement } = parameter;
  if (arrangement.kind !== 'gates' || arrangement.modules === undefined) return elementCount(parameter);
  const { units, modules, blocks } = arrangement;
  const start = (module: number): number => Math.ceil((module * units) / modules);
  let count = 0;
  for (let m = 0; m < modules; m++) count += (start(m + 1) - start(m)) * (units - start(m));
  return blocks.length * count;
}

/** Gives every parameter its place, in the order given. */
export function layoutParameters(shapes: readonly ParameterShape[]): ParameterLayout {
  let offset = 0;
  let count = 0;
  const parameters = shapes.map((shape) => {
    const { rows, columns } = innerShape(shape);
    const parameter: Parameter = { ...shape, offset, rows, columns, pitch: pad4(columns) };
    offset += pad64(rows * parameter.pitch);
    count += trainedCount(shape);
    return parameter;
  });
  return { parameters, size: offset, count };
}

/** Position inside the flat buffer of PyTorch's element `index` (row-major) of `parameter`. */
export function innerIndex(parameter: Parameter, index: number): number {
  const { arrangement, shape, offset, pitch } = parameter;
  const outerColumns = shape[1] ?? 1;
  const row = shape.length === 1 ? index : Math.floor(index / outerColumns);
  const column = shape.length === 1 ? 0 : index % outerColumns;
  if (arrangement.kind === 'gates') {
    const lane = arrangement.blocks[Math.floor(row / arrangement.units)]!;
    return offset + column * pitch + (row % arrangement.units) * arrangement.lanes + lane;
  }
  if (shape.length === 1) return offset + index;
  return arrangement.kind === 'transposed' ? offset + column * pitch + row : offset + row * pitch + column;
}

/** The group of unit `unit` of `units` where they are in `modules` groups of nearly equal size. */
export const moduleOf = (unit: number, units: number, modules: number): number => Math.floor((unit * modules) / units);

/** Whether element `index` (row-major) of `parameter` exists: a clockwork RNN's modules do not hear faster ones. */
export function isTrained({ arrangement, shape }: ParameterShape, index: number): boolean {
  if (arrangement.kind !== 'gates' || arrangement.modules === undefined) return true;
  const { units, modules } = arrangement;
  const columns = shape[1] ?? 1;
  const row = Math.floor(index / columns) % units;
  return moduleOf(index % columns, units, modules) >= moduleOf(row, units, modules);
}

/** Copies PyTorch-ordered `values` into the flat buffer; `base` is the trial's start. */
export function packParameter(
  parameter: Parameter, values: ArrayLike<number>, flat: { [i: number]: number }, base = 0,
): void {
  const n = elementCount(parameter);
  if (values.length !== n) {
    throw new RangeError(`${parameter.name} has ${values.length} values, its shape [${parameter.shape}] needs ${n}`);
  }
  for (let e = 0; e < n; e++) {
    if (values[e] !== 0 && !isTrained(parameter, e)) {
      throw new RangeError(`${parameter.name}[${e}] is ${values[e]}: it must be 0, since a module hears no faster one`);
    }
    flat[base + innerIndex(parameter, e)] = values[e]!;
  }
}

/** The values of `parameter` in PyTorch's order; `base` is the trial's start in the flat buffer. */
export function unpackParameter(parameter: Parameter, flat: ArrayLike<number>, base = 0): Float32Array {
  const out = new Float32Array(elementCount(parameter));
  for (let e = 0; e < out.length; e++) out[e] = flat[base + innerIndex(parameter, e)]!;
  return out;
}
