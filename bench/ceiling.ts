import { type Form, forms, type Shape } from './ceiling-forms.js';

/**
 * What an adapter can do at most, with kernels of known good form: the matmul rate that `gflops` is read against, and
 * the bandwidth of a copy. 512³ is the size of the work in question; M and L are the largest products of those sizes,
 * where a GPU finds more to do at once.
 */
const SHAPES = {
  '512³': { m: 512, n: 512, k: 512 },
  M: { m: 2048, n: 1024, k: 256 }, // T·B rows of hidden states to four gates
  L: { m: 8192, n: 2048, k: 512 },
} as const satisfies Record<string, Shape>;

/** Longest dispatch that is measured, in seconds: past it a shape is left out. */
const LONGEST = 0.25;
/** A form this much slower than the best at its first run is not measured further, nor are others like it. */
const HOPELESS = 1.5;

export interface Ceiling {
  /** The best form's rate, at the best of the shapes. */
  readonly gflops: number;
  /** That form and shape: `subgroup broadcast 8×1, 512³`. */
  readonly form: string;
  /** The best of each shape; shapes that would take seconds are left out. */
  readonly shapes: readonly { readonly shape: string; readonly gflops: number; readonly form: string }[];
  /** With A and B stored as f16 and sums in f32, at 512³; null without `shader-f16`. */
  readonly halfGflops: number | null;
  /** Of a copy, read and written bytes, GB/s. */
  readonly bandwidth: number;
  readonly bandwidthForm: string;
}

/** A device with all that the forms can use of the adapter. */
export function openCeilingDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const useful: readonly GPUFeatureName[] = ['subgroups', 'shader-f16'];
  const requiredFeatures = useful.filter((name) => adapter.features.has(name));
  return adapter.requestDevice({ label: 'ceiling', requiredFeatures });
}

/**
 * Measures all forms that the device's features allow: 5 to 15 s on a software adapter, under 2 s on a GPU.
 * @throws Error where a kernel does not give the product, to the bit
 */
export async function measureCeiling(device: GPUDevice): Promise<Ceiling> {
  const lanes = device.features.has('subgroups') ? device.adapterInfo?.subgroupMinSize ?? 0 : 0;
  const candidates = forms({ lanes, half: device.features.has('shader-f16') });
  const plain = candidates.filter(({ half }) => !half);
  const shapes: { shape: string; gflops: number; form: string }[] = [];
  let tried: readonly Form[] = plain;
  for (const [shape, size] of Object.entries(SHAPES)) {
    const flops = 2 * size.m * size.n * size.k;
    const before = shapes.at(-1);
    if (before && flops / before.gflops / 1e9 > LONGEST) continue;
    const ranked = await rank(device, tried, size);
    shapes.push({ shape, gflops: ranked[0]!.gflops, form: ranked[0]!.form.name });
    tried = ranked.slice(0, 3).map(({ form }) => form); // the others' turn would not come at another shape
  }
  const halves = await rank(device, candidates.filter(({ half }) => half), SHAPES['512³']);
  const best = shapes.reduce((a, b) => (b.gflops > a.gflops ? b : a));
  return {
    gflops: best.gflops, form: `${best.form}, ${best.shape}`, shapes,
    halfGflops: halves[0]?.gflops ?? null, ...await measureBandwidth(device),
  };
}

/** Forms that kept up, the fastest first. */
async function rank(
  device: GPUDevice, candidates: readonly Form[], shape: Shape,
): Promise<{ form: Form; gflops: number }[]> {
  const ranked: { form: Form; gflops: number }[] = [];
  const hopeless = new Set<string>();
  for (const form of candidates) {
    if (hopeless.has(form.family)) continue;
    const enough = ranked[0] && (HOPELESS * 2 * shape.m * shape.n * shape.k) / ranked[0].gflops / 1e9;
    const seconds = await timeForm(device, form, shape, enough);
    if (seconds === undefined) hopeless.add(form.family);
    else ranked.push({ form, gflops: (2 * shape.m * shape.n * shape.k) / seconds / 1e9 });
    ranked.sort((a, b) => b.gflops - a.gflops);
  }
  return ranked;
}

// Small integers: every sum is exact in f32, so the check needs no tolerance. They are exact in f16, too.
const left = (i: number, k: number): number => ((i * 7 + k * 3) % 11) - 5;
const right = (k: number, j: number): number => ((k * 5 + j * 8) % 13) - 6;

/** Seconds of one product; undefined where the first run took longer than `enough`. */
async function timeForm(
  device: GPUDevice, { name, code, workgroups, transposed, half }: Form, shape: Shape, enough = Infinity,
): Promise<number | undefined> {
  const { m, n, k } = shape;
  const { STORAGE, COPY_SRC } = GPUBufferUsage;
  const bytes = half ? 2 : 4;
  const a = fill(device, m * k, bytes, (at) => (transposed ? left(at % m, Math.floor(at / m))
    : left(Math.floor(at / k), at % k)));
  const b = fill(device, k * n, bytes, (at) => right(Math.floor(at / n), at % n));
  const c = device.createBuffer({ size: 4 * m * n, usage: STORAGE | COPY_SRC });
  try {
    const run = await prepare(device, name, code(shape), workgroups(shape), [a, b, c]);
    await run(1);
    await check(device, name, c, shape);
    const first = await run(1);
    return first > enough ? undefined : await secondsEach(run, first);
  } finally {
    for (const buffer of [a, b, c]) buffer.destroy();
  }
}

type Run = (repeats: number) => Promise<number>;

/** Compiles and binds; gives what runs it some times in one submit and says how many seconds that took in all. */
async function prepare(
  device: GPUDevice, label: string, code: string, workgroups: readonly [number, number], buffers: readonly GPUBuffer[],
): Promise<Run> {
  const module = device.createShaderModule({ code, label });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return (repeats) => timeSubmit(device, (encoder) => {
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(...workgroups);
    pass.end();
  });
}

async function timeSubmit(device: GPUDevice, encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
  const encoder = device.createCommandEncoder();
  encode(encoder);
  const commands = encoder.finish();
  const start = performance.now();
  device.queue.submit([commands]);
  await device.queue.onSubmittedWorkDone();
  return (performance.now() - start) / 1000;
}

/** The fastest of 3 runs, each long enough (50 ms) for the clock and the submit not to matter: noise only slows. */
async function secondsEach(run: Run, first: number): Promise<number> {
  let repeats = 1;
  for (let seconds = first; seconds < 0.05 && repeats < 4096; seconds = await run(repeats)) repeats *= 2;
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push(await run(repeats));
  return Math.min(...times) / repeats;
}

/** A storage buffer of `length` small integers, as f32 or f16. */
function fill(device: GPUDevice, length: number, bytes: number, value: (at: number) => number): GPUBuffer {
  const { STORAGE, COPY_DST } = GPUBufferUsage;
  const buffer = device.createBuffer({ size: bytes * length, usage: STORAGE | COPY_DST, mappedAtCreation: true });
  const range = buffer.getMappedRange();
  const out = bytes === 4 ? new Float32Array(range) : new Uint16Array(range);
  for (let at = 0; at < length; at++) out[at] = bytes === 4 ? value(at) : halfBits(value(at));
  buffer.unmap();
  return buffer;
}

/** A whole number of at most 2¹¹ as IEEE binary16. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const exponent = Math.floor(Math.log2(Math.abs(value)));
  const fraction = Math.abs(value) / 2 ** exponent - 1;
  return (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (fraction * 1024);
}

async function check(device: GPUDevice, form: string, c: GPUBuffer, { m, n, k: depth }: Shape): Promise<void> {
  const read = device.createBuffer({ size: c.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  await timeSubmit(device, (encoder) => encoder.copyBufferToBuffer(c, 0, read, 0, c.size));
  await read.mapAsync(GPUMapMode.READ);
  const product = new Float32Array(read.getMappedRange());
  const stride = 997 * Math.ceil((m * n) / 512 ** 2); // prime to all widths: rows and columns of every kind
  for (let at = 0; at < m * n; at += stride) {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += left(i, k) * right(k, j);
    if (sum !== product[at]) {
      throw new Error(`The matmul "${form}" gave ${product[at]} at [${i}, ${j}] where ${sum} is right.`);
    }
  }
  read.destroy();
}

const COPY_BYTES = 64 * 2 ** 20; // more than caches hold, less than a binding's limit
const copyKernel = (each: number): string => `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copy: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = 0u; i < ${each}u; i++) {
    let at = (group.x * ${each}u + i) * 64u + lane;
    copy[at] = source[at];
  }
}`;

/** Kernels that copy, and the copy command: whichever is fastest on this adapter. */
async function measureBandwidth(device: GPUDevice): Promise<{ bandwidth: number; bandwidthForm: string }> {
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const buffers = [0, 1].map(() => device.createBuffer({ size: COPY_BYTES, usage: STORAGE | COPY_SRC | COPY_DST }));
  const [from, to] = buffers as [GPUBuffer, GPUBuffer];
  const runs: [string, Run][] = [['copy command', (repeats) => timeSubmit(device, (encoder) => {
    for (let i = 0; i < repeats; i++) encoder.copyBufferToBuffer(from, 0, to, 0, COPY_BYTES);
  })]];
  for (const each of [8, 128]) {
    const run = await prepare(device, 'copy', copyKernel(each), [COPY_BYTES / 1024 / each, 1], buffers);
    runs.push([`copy kernel, ${each} vec4f a thread`, run]);
  }
  let best = { bandwidth: 0, bandwidthForm: '' };
  for (const [bandwidthForm, run] of runs) {
    await run(1);
    const seconds = await secondsEach(run, await run(1));
    const bandwidth = (2 * COPY_BYTES) / seconds / 1e9;
    if (bandwidth > best.bandwidth) best = { bandwidth, bandwidthForm };
  }
  for (const buffer of buffers) buffer.destroy();
  return best;
}
