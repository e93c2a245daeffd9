import type { CounterRandom } from '../random/counter-random.js';

/** Matrices that are drawn as a whole, not value by value. Row-major, in float64. */

/**
 * Uniformly (Haar) distributed among the matrices [rows, columns] whose columns, or rows where there are fewer, are
 * orthonormal (Saxe et al. 2014).
 *
 * A Gaussian matrix is orthonormalised by modified Gram–Schmidt: the triangular factor has a positive diagonal, which
 * makes the distribution uniform (Mezzadri 2007). Takes 2·rows·columns² operations.
 */
export function orthogonal(rows: number, columns: number, random: CounterRandom): Float64Array {
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors = Float64Array.from({ length: count * length }, () => random.normal());
  orthonormalise(vectors, count, length);
  return rows < columns ? vectors : transpose(vectors, count, length);
}

/** Makes the rows of [count, length] orthonormal, in place, each by those before it. */
function orthonormalise(vectors: Float64Array, count: number, length: number): void {
  for (let i = 0; i < count; i++) {
    const row = vectors.subarray(i * length, (i + 1) * length);
    for (let j = 0; j < i; j++) {
      const before = vectors.subarray(j * length, (j + 1) * length);
      let product = 0;
      for (let k = 0; k < length; k++) product += row[k]! * before[k]!;
      for (let k = 0; k < length; k++) row[k]! -= product * before[k]!;
    }
    scale(row, 1 / norm(row));
  }
}

function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[c * rows + r] = matrix[r * columns + c]!;
  }
  return out;
}

/** Identity matrices [size, columns] one above the other, [rows, columns] in all; zero where one is not square. */
export function identity(rows: number, columns: number, size: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, e) =>
    (Math.floor(e / columns) % size === e % columns ? 1 : 0));
}

/**
 * [rows, columns] with N(0, deviation²) at `nonZeros` random places of each row (all, where there are fewer) and zeros
 * elsewhere (Pascanu et al. 2013).
 * @param allowed whether a place may hold a value at all
 */
export function sparse(
  rows: number, columns: number, { nonZeros, deviation }: { readonly nonZeros: number; readonly deviation: number },
  random: CounterRandom, allowed: (row: number, column: number) => boolean = () => true,
): Float64Array {
  const matrix = new Float64Array(rows * columns);
  const all = Array.from({ length: columns }, (_, column) => column);
  for (let row = 0; row < rows; row++) {
    const places = all.filter((column) => allowed(row, column));
    const count = Math.min(nonZeros, places.length);
    for (let n = 0; n < count; n++) {
      const pick = n + random.integer(places.length - n);
      [places[n], places[pick]] = [places[pick]!, places[n]!]; // the first steps of a shuffle (Fisher & Yates)
      matrix[row * columns + places[n]!] = deviation * random.normal();
    }
  }
  return matrix;
}

/** Scales a square matrix [n, n], in place, to a spectral radius; one whose powers vanish stays as it is. */
export function scaleToSpectralRadius(matrix: Float64Array, n: number, radius: number): void {
  const now = spectralRadius(matrix, n);
  if (now > 0) scale(matrix, radius / now);
}

const POWERS = 2 ** 12;

/**
 * The largest modulus of the eigenvalues of a square matrix A [n, n], to about 1e-3 at worst.
 *
 * It is the rate at which ‖Aᵏv‖ grows with k (Gelfand 1941). Where a complex pair leads, Aᵏv turns for ever and each
 * step's growth wavers; their logarithms are averaged with weights that fade at both ends, so that the wavering cancels
 * (Das et al. 2017, "Quantitative quasiperiodicity"). Takes 4096 products with the values that are not zero.
 */
export function spectralRadius(matrix: Float64Array, n: number): number {
  const all = Int32Array.from({ length: n }, (_, column) => column);
  const places = Array.from(all, (row) => all.filter((column) => matrix[row * n + column] !== 0));
  // Fractions of the golden ratio: a direction that has a part of every eigenvector, but for matrices made against it.
  let vector = Float64Array.from({ length: n }, (_, i) => 0.1 + ((i * 0.6180339887498949) % 1));
  let next = new Float64Array(n);
  let sum = 0;
  let weights = 0;
  for (let k = 1; k <= POWERS; k++) {
    for (let row = 0; row < n; row++) {
      let product = 0;
      for (const column of places[row]!) product += matrix[row * n + column]! * vector[column]!;
      next[row] = product;
    }
    const growth = norm(next) / norm(vector);
    if (growth === 0) return 0;
    const weight = Math.sin((Math.PI * k) / (POWERS + 1)) ** 2;
    sum += weight * Math.log(growth);
    weights += weight;
    scale(next, 1 / norm(next));
    [vector, next] = [next, vector];
  }
  return Math.exp(sum / weights);
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}

function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}
