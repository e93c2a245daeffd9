import type { Model } from '../../src/model/description.js';
import type { Values } from '../../src/model/network.js';
import { cellOf } from '../../src/model/recurrent.js';

const SMALLEST = 2 ** -14; // that is not subnormal
const LARGEST = 65_504;

/** Twin of shaders/lib/half.wgsl: to the nearest of 11 bits, ties to even; near zero to a multiple of 2^-14. */
export function halfOf(x: number): number {
  const size = Math.abs(x);
  const ulp = size < SMALLEST ? SMALLEST : 2 ** (Math.floor(Math.log2(size)) - 10);
  const steps = size / ulp; // exact
  const down = Math.floor(steps);
  const up = steps - down > 0.5 || (steps - down === 0.5 && down % 2 === 1);
  return Math.sign(x) * Math.min(LARGEST, (down + Number(up)) * ulp);
}

/** A model's parameters with its recurrent weights as float16 holds them. */
export function withHalfWeights(model: Model, parameters: ReadonlyMap<string, Values>): Map<string, Values> {
  const recurrent = new Set(model.layers.flatMap((layer, index) => (layer.kind !== 'recurrent' ? []
    : Array.from({ length: layer.layers }, (_, l) => cellOf(layer, l)).flatMap(({ phases }) =>
      phases.flatMap(({ products }) => products.map(({ name }) => `${index}.${name}`))))));
  return new Map([...parameters].map(([name, values]) =>
    [name, recurrent.has(name.replace(/_l\d+(_reverse)?$/, '')) ? values.map(halfOf) : values]));
}
