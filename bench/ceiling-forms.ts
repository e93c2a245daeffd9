/**
 * Matmuls of known good form, C[m, n] = A[m, k]·B[k, n] in f32, as WGSL. No form is best everywhere: registers suit
 * software adapters, subgroups those with wide vectors, tiles in workgroup memory GPUs. m, n, k: multiples of 128.
 */
export interface Shape { readonly m: number; readonly n: number; readonly k: number }

export interface Form {
  readonly name: string;
  /** Forms of one family are fast or slow together. */
  readonly family: string;
  /** A lies as [k, m]. */
  readonly transposed: boolean;
  /** A and B are stored as f16; sums stay f32. */
  readonly half: boolean;
  readonly code: (shape: Shape) => string;
  readonly workgroups: (shape: Shape) => readonly [number, number];
}

const lines = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

const bindings = (a: string, b: string): string => `
@group(0) @binding(0) var<storage, read> a: array<${a}>;
@group(0) @binding(1) var<storage, read> b: array<${b}>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;`;

/** What a tile in registers begins and ends as. */
const sums = (rows: number, columns: number): string =>
  lines(rows, (r) => lines(columns, (j) => `  var s${r}_${j} = vec4f();`));
const stores = (rows: number, columns: number, at: (r: number, j: number) => string): string =>
  lines(rows, (r) => lines(columns, (j) => `  c[${at(r, j)}] = s${r}_${j};`));

/** A thread owns rows × columns vec4f; A is transposed, its address the same for the whole workgroup. */
function scalarBlocks(rows: number, columns: number, half: boolean): Form {
  const quads = rows / 4;
  const type = half ? 'vec4h' : 'vec4f';
  const load = (text: string) => (half ? `vec4f(${text})` : text);
  return {
    name: `register blocks ${rows}×${columns}${half ? ', f16' : ''}`, family: 'scalars', transposed: true, half,
    workgroups: ({ m, n }) => [n / 4 / columns / 32, m / rows],
    code: ({ m, n, k }) => `${half ? 'enable f16;' : ''}${bindings(type, type)}
@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row4 = group.y * ${quads}u;
  let column = (group.x * 32u + lane) * ${columns}u;
${sums(rows, columns)}
  for (var k = 0u; k < ${k}u; k++) {
${lines(quads, (q) => `    let a${q} = ${load(`a[k * ${m / 4}u + row4 + ${q}u]`)};`)}
${lines(columns, (j) => `    let b${j} = ${load(`b[k * ${n / 4}u + column + ${j}u]`)};`)}
${lines(rows, (r) => lines(columns, (j) => `    s${r}_${j} += a${r >> 2}[${r & 3}] * b${j};`))}
  }
${stores(rows, columns, (r, j) => `(row4 * 4u + ${r}u) * ${n / 4}u + column + ${j}u`)}
}`,
  };
}

/** The same with k in fours as mat4x4f·vec4f, which software adapters compile in a quarter of the time. */
function matrixBlocks(rows: number, columns: number): Form {
  return {
    name: `register blocks ${rows}×${columns}, mat4x4f`, family: 'matrices', transposed: false, half: false,
    workgroups: ({ m, n }) => [n / 4 / columns / 8, m / rows / 4],
    code: ({ n, k }) => `${bindings('vec4f', 'vec4f')}
@compute @workgroup_size(8, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * ${columns}u;
  let row = id.y * ${rows}u;
${sums(rows, columns)}
  for (var k4 = 0u; k4 < ${k / 4}u; k4++) {
${lines(columns, (j) => `    let b${j} = mat4x4f(${[0, 1, 2, 3].map((i) =>
    `b[(4u * k4 + ${i}u) * ${n / 4}u + column + ${j}u]`).join(', ')});`)}
${lines(rows, (r) => `    let a${r} = a[(row + ${r}u) * ${k / 4}u + k4];
${lines(columns, (j) => `    s${r}_${j} += b${j} * a${r};`)}`)}
  }
${stores(rows, columns, (r, j) => `(row + ${r}u) * ${n / 4}u + column + ${j}u`)}
}`,
  };
}

/**
 * Lanes of a subgroup load A once between them, one k each, and hand it round. `width` lanes do: all subgroups of the
 * adapter have as many. A is [m, k] as floats; a broadcast's lane must be a constant, so k is unrolled by `width`.
 */
function broadcasts(rows: number, columns: number, width: number, threads: number): Form {
  return {
    name: `subgroup broadcast ${rows}×${columns}, ${threads} threads`, family: `broadcasts ${rows}`,
    transposed: false, half: false,
    workgroups: ({ m, n }) => [n / 4 / columns / threads, m / rows],
    code: ({ n, k }) => `enable subgroups;${bindings('f32', 'vec4f')}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32,
        @builtin(subgroup_invocation_id) lane: u32) {
  let column = group.x * ${threads * columns}u + thread;
  let row = group.y * ${rows}u;
${sums(rows, columns)}
  for (var k = 0u; k < ${k}u; k += ${width}u) {
${lines(rows, (r) => `    let a${r} = a[(row + ${r}u) * ${k}u + k + (lane & ${width - 1}u)];`)}
${lines(width, (i) => `${lines(columns, (j) =>
    `    let b${i}_${j} = b[(k + ${i}u) * ${n / 4}u + column + ${j * threads}u];`)}
${lines(rows, (r) => `    let a${r}_${i} = subgroupBroadcast(a${r}, ${i}u);
${lines(columns, (j) => `    s${r}_${j} += a${r}_${i} * b${i}_${j};`)}`)}`)}
  }
${stores(rows, columns, (r, j) => `(row + ${r}u) * ${n / 4}u + column + ${j * threads}u`)}
}`,
  };
}

/**
 * The same with lanes that load one row of A each, k by k, and nothing unrolled over k: what Latch's own kernel does
 * (shaders/lib/lanes_n.wgsl). A is transposed, as floats.
 */
function rowBroadcasts(rows: number, columns: number, width: number): Form {
  const groups = rows / width;
  return {
    name: `subgroup broadcast of rows ${rows}×${columns}, ${width} threads`, family: 'rows',
    transposed: true, half: false,
    workgroups: ({ m, n }) => [n / 4 / columns / width, m / rows],
    code: ({ m, n, k }) => `enable subgroups;${bindings('f32', 'vec4f')}
@compute @workgroup_size(${width})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32,
        @builtin(subgroup_invocation_id) lane: u32) {
  let column = group.x * ${width * columns}u + thread;
  let row = group.y * ${rows}u;
${sums(rows, columns)}
  for (var k = 0u; k < ${k}u; k++) {
${lines(groups, (q) => `    let a${q} = a[k * ${m}u + row + ${q * width}u + lane];`)}
${lines(columns, (j) => `    let b${j} = b[k * ${n / 4}u + column + ${j * width}u];`)}
${lines(rows, (r) => `    let v${r} = subgroupBroadcast(a${Math.floor(r / width)}, ${r % width}u);
${lines(columns, (j) => `    s${r}_${j} += v${r} * b${j};`)}`)}
  }
${stores(rows, columns, (r, j) => `(row + ${r}u) * ${n / 4}u + column + ${j * width}u`)}
}`,
  };
}

/**
 * A workgroup of x × y threads owns a tile of C and walks over k with the tiles of A and B in workgroup memory; a
 * thread keeps rows × columns vec4f. A is transposed.
 */
function workgroupTiles([x, y]: readonly [number, number], rows: number, columns: number, depth: number): Form {
  const [m4, n4] = [(y * rows) / 4, x * columns]; // the tile in vec4f
  const threads = x * y;
  const fill = (name: string, from: string, width: number, pitch: string): string => `
    for (var i = thread; i < ${width * depth}u; i += ${threads}u) {
      ${name}[i] = ${from}[(k0 + i / ${width}u) * ${pitch} + ${name}_at + i % ${width}u];
    }`;
  return {
    name: `workgroup tiles ${y * rows}×${4 * n4}`, family: 'tiles', transposed: true, half: false,
    workgroups: ({ m, n }) => [n / 4 / n4, m / 4 / m4],
    code: ({ m, n, k }) => `${bindings('vec4f', 'vec4f')}
var<workgroup> left: array<vec4f, ${m4 * depth}>; // [k][row / 4]
var<workgroup> right: array<vec4f, ${n4 * depth}>; // [k][column / 4]
@compute @workgroup_size(${x}, ${y})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u,
        @builtin(local_invocation_index) thread: u32) {
  let left_at = group.y * ${m4}u;
  let right_at = group.x * ${n4}u;
${sums(rows, columns)}
  for (var k0 = 0u; k0 < ${k}u; k0 += ${depth}u) {${fill('left', 'a', m4, `${m / 4}u`)}${
    fill('right', 'b', n4, `${n / 4}u`)}
    workgroupBarrier();
    for (var k = 0u; k < ${depth}u; k++) {
${lines(rows / 4, (q) => `      let a${q} = left[k * ${m4}u + id.y * ${rows / 4}u + ${q}u];`)}
${lines(columns, (j) => `      let b${j} = right[k * ${n4}u + id.x + ${j * x}u];`)}
${lines(rows, (r) => lines(columns, (j) => `      s${r}_${j} += a${r >> 2}[${r & 3}] * b${j};`))}
    }
    workgroupBarrier();
  }
${stores(rows, columns, (r, j) =>
    `((left_at + id.y * ${rows / 4}u) * 4u + ${r}u) * ${n / 4}u + right_at + id.x + ${j * x}u`)}
}`,
  };
}

/** What an adapter can run; `lanes` are in every subgroup, 0 where there are none. The cheapest to compile first. */
export function forms({ lanes, half }: { lanes: number; half: boolean }): Form[] {
  const width = Math.min(8, lanes);
  return [
    matrixBlocks(16, 2),
    scalarBlocks(8, 2, false),
    ...(width >= 4
      ? [broadcasts(8, 1, width, lanes), broadcasts(16, 1, width, lanes), broadcasts(8, 2, width, lanes),
        ...(lanes < 32 ? [broadcasts(8, 1, width, 32)] : []),
        ...(lanes <= 8 ? [rowBroadcasts(16, 1, lanes), rowBroadcasts(16, 2, lanes)] : [])]
      : []),
    workgroupTiles([8, 8], 4, 1, 32),
    workgroupTiles([16, 16], 4, 1, 16),
    workgroupTiles([16, 16], 8, 2, 8),
    ...(half ? [scalarBlocks(8, 2, true)] : []),
  ];
}
