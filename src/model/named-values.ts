// What a caller gives and gets, PyTorch's shapes and names, to and from the padded arrays inside.
import type { Model } from './description.js';
import { elementCount, innerIndex, pad4, packParameter } from './layout.js';
import { type NamedStates, namedStateShapes } from './network.js';
import { recurrentStateSize, type StateBlock, stateBlocks, stateSize } from './states.js';

/** Floats of either width: the GPU's are Float32Array, the reference's Float64Array. */
type Floats = Float32Array | Float64Array;

const likewise = <A extends Floats>(values: A, length: number): A =>
  (values instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)) as A;

/** Rows [n, width] into [n, pad4(width)]. */
export function padRows(rows: ArrayLike<number>, width: number): Float64Array {
  const out = new Float64Array((rows.length / width) * pad4(width));
  for (let e = 0; e < rows.length; e++) out[Math.floor(e / width) * pad4(width) + (e % width)] = rows[e]!;
  return out;
}

/** Rows [n, pad4(width)] into [n, width]. */
export function unpadRows<A extends Floats>(padded: A, width: number): A {
  const out = likewise(padded, (padded.length / pad4(width)) * width);
  for (let e = 0; e < out.length; e++) out[e] = padded[Math.floor(e / width) * pad4(width) + (e % width)]!;
  return out;
}

/** Zeroes rows [T, B, width] past their row's length. */
export function clearEnded(
  rows: Float64Array, batch: number, width: number, lengths?: ArrayLike<number>,
): Float64Array {
  for (let e = 0; lengths && e < rows.length; e++) {
    const row = Math.floor(e / width);
    if (Math.floor(row / batch) >= lengths[row % batch]!) rows[e] = 0;
  }
  return rows;
}

/** Flat states [stateSize] of those that are named; zero where none is. */
export function packStates(model: Model, batch: number, named: NamedStates = {}): Float64Array {
  const flat = new Float64Array(stateSize(model, batch));
  for (const { name, at, start, width, pitch } of placesOf(model, batch)) {
    const values = named[name];
    for (let e = 0; values && e < batch * width; e++) {
      flat[start + Math.floor(e / width) * pitch + (e % width)] = values[at + e]!;
    }
  }
  return flat;
}

/** All states of a flat array by name. */
export function unpackStates<A extends Floats>(model: Model, batch: number, flat: A): Record<string, A> {
  const named = Object.fromEntries([...namedStateShapes(model, batch)]
    .map(([name, [n, rows, width]]) => [name, likewise(flat, n * rows * width)]));
  for (const { name, at, start, width, pitch } of placesOf(model, batch)) {
    for (let e = 0; e < batch * width; e++) {
      named[name]![at + e] = flat[start + Math.floor(e / width) * pitch + (e % width)]!;
    }
  }
  return named;
}

/** All parameters, or their gradients, of a flat array by name. */
export function unpackParameters<A extends Floats>({ layout }: Model, flat: A): Map<string, A> {
  return new Map(layout.parameters.map((parameter) => {
    const values = likewise(flat, elementCount(parameter));
    for (let e = 0; e < values.length; e++) values[e] = flat[innerIndex(parameter, e)]!;
    return [parameter.name, values];
  }));
}

/** Writes the parameters that are named. */
export function packParameters({ layout }: Model, values: ReadonlyMap<string, ArrayLike<number>>, flat: Floats): void {
  for (const parameter of layout.parameters) {
    const given = values.get(parameter.name);
    if (given) packParameter(parameter, given, flat);
  }
}

/** Blocks [B, pitch] of all states, with their model layer's index. */
export function allStateBlocks(model: Model, batch: number): (StateBlock & { readonly index: number })[] {
  let start = 0;
  return model.layers.flatMap((layer, index) => {
    if (layer.kind !== 'recurrent') return [];
    const blocks = stateBlocks(layer, batch, start).map((block) => ({ ...block, index }));
    start += recurrentStateSize(layer, batch);
    return blocks;
  });
}

/** The same with their names, and their places in the named arrays. */
function placesOf(model: Model, batch: number) {
  const filled: Record<string, number> = {};
  return allStateBlocks(model, batch).map(({ index, state, offset, width, pitch }) => {
    const name = `${index}.${state}`;
    const at = filled[name] ?? 0;
    filled[name] = at + batch * width;
    return { name, at, start: offset, width, pitch };
  });
}
