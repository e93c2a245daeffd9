/**
 * How fast this adapter multiplies matrices with kernels of known good form: the ceiling that `gflops` is read against.
 * C = A·B at 512³ in f32. Two forms, because adapters differ: register blocks alone suit software adapters, tiles in
 * workgroup memory suit GPUs. 512³ is small for a large GPU; it is the size of the work in question, not a peak.
 */
const N = 512;

/** A thread owns 8 rows × 2 vec4f; A is stored transposed and its address is the same for the whole workgroup. */
const REGISTER_BLOCKS = /* wgsl */ `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
const n4 = ${N / 4}u;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row4 = group.x * 2u;
  let column4 = lane * 2u;
  var sum: array<array<vec4f, 2>, 8>;
  for (var k = 0u; k < ${N}u; k++) {
    let a0 = a[k * n4 + row4];
    let a1 = a[k * n4 + row4 + 1u];
    let b0 = b[k * n4 + column4];
    let b1 = b[k * n4 + column4 + 1u];
${Array.from({ length: 8 }, (_, r) => [0, 1].map((j) =>
  `    sum[${r}][${j}] += a${r >> 2}[${r & 3}] * b${j};`).join('\n')).join('\n')}
  }
${Array.from({ length: 8 }, (_, r) => [0, 1].map((j) =>
  `  c[(row4 * 4u + ${r}u) * n4 + column4 + ${j}u] = sum[${r}][${j}];`).join('\n')).join('\n')}
}`;

/** A workgroup of 8 × 8 threads owns 32 × 32 of C, with k-tiles of 32 in workgroup memory; a thread owns 4 × vec4f. */
const WORKGROUP_TILES = /* wgsl */ `
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;
const n4 = ${N / 4}u;
var<workgroup> tileA: array<array<vec4f, 8>, 32>; // [k][row / 4]
var<workgroup> tileB: array<array<vec4f, 8>, 32>; // [k][column / 4]
@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u) {
  let row4 = group.y * 8u;
  let column4 = group.x * 8u;
  var sum: array<vec4f, 4>;
  for (var k0 = 0u; k0 < ${N}u; k0 += 32u) {
    for (var i = thread.y; i < 32u; i += 8u) {
      tileA[i][thread.x] = a[(k0 + i) * n4 + row4 + thread.x];
      tileB[i][thread.x] = b[(k0 + i) * n4 + column4 + thread.x];
    }
    workgroupBarrier();
    for (var k = 0u; k < 32u; k++) {
      let left = tileA[k][thread.y];
      let right = tileB[k][thread.x];
      sum[0] += left.x * right;
      sum[1] += left.y * right;
      sum[2] += left.z * right;
      sum[3] += left.w * right;
    }
    workgroupBarrier();
  }
  for (var r = 0u; r < 4u; r++) {
    c[((row4 + thread.y) * 4u + r) * n4 + column4 + thread.x] = sum[r];
  }
}`;

const FORMS = [
  { form: 'register blocks', code: REGISTER_BLOCKS, workgroups: [N / 8, 1] },
  { form: 'workgroup tiles', code: WORKGROUP_TILES, workgroups: [N / 32, N / 32] },
] as const;

export interface Ceiling {
  /** The better form's rate. */
  gflops: number;
  form: string;
}

/** Measures both forms and returns the better; throws where a kernel does not give the product. */
export async function measureCeiling(device: GPUDevice): Promise<Ceiling> {
  const bytes = N * N * 4;
  const buffer = (usage: number) => device.createBuffer({ size: bytes, usage });
  const a = buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  const b = buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  const c = buffer(GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC);
  const read = buffer(GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
  // Small integers: every sum is exact in f32, so the check below needs no tolerance.
  const aT = Float32Array.from({ length: N * N }, (_, i) => ((i * 7) % 11) - 5);
  const right = Float32Array.from({ length: N * N }, (_, i) => ((i * 5) % 13) - 6);
  device.queue.writeBuffer(a, 0, aT);
  device.queue.writeBuffer(b, 0, right);
  const results: Ceiling[] = [];
  for (const { form, code, workgroups } of FORMS) {
    const module = device.createShaderModule({ code, label: form });
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    const entries = [a, b, c].map((resource, binding) => ({ binding, resource: { buffer: resource } }));
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const run = (repeats: number) => timeDispatches(device, pipeline, group, workgroups, repeats);
    results.push({ form, gflops: (2 * N ** 3) / (await secondsEach(run)) / 1e9 });
    const product = await readBack(device, c, read);
    checkProduct(form, aT, right, product);
  }
  [a, b, c, read].forEach((each) => each.destroy());
  return results.reduce((best, each) => (each.gflops > best.gflops ? each : best));
}

/** Seconds a dispatch: the median of 5 runs, each long enough (50 ms) for the clock and the submit not to matter. */
async function secondsEach(run: (repeats: number) => Promise<number>): Promise<number> {
  let repeats = 1;
  let seconds = await run(1);
  while ((seconds = await run(repeats)) < 0.05 && repeats < 4096) repeats *= 2;
  const times = [seconds];
  for (let i = 0; i < 4; i++) times.push(await run(repeats));
  return times.sort((x, y) => x - y)[2]! / repeats;
}

async function timeDispatches(
  device: GPUDevice, pipeline: GPUComputePipeline, group: GPUBindGroup, workgroups: readonly [number, number],
  repeats: number,
): Promise<number> {
  const start = performance.now();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  for (let i = 0; i < repeats; i++) pass.dispatchWorkgroups(...workgroups);
  pass.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
  return (performance.now() - start) / 1000;
}

async function readBack(device: GPUDevice, from: GPUBuffer, to: GPUBuffer): Promise<Float32Array> {
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
  device.queue.submit([encoder.finish()]);
  await to.mapAsync(GPUMapMode.READ);
  const copy = new Float32Array(to.getMappedRange().slice(0));
  to.unmap();
  return copy;
}

function checkProduct(form: string, aT: Float32Array, b: Float32Array, c: Float32Array): void {
  for (let i = 0; i < N * N; i += 997) {
    const row = Math.floor(i / N);
    const column = i % N;
    let sum = 0;
    for (let k = 0; k < N; k++) sum += aT[k * N + row]! * b[k * N + column]!;
    if (sum !== c[i]) throw new Error(`The ${form} matmul gave ${c[i]} at [${row}, ${column}] where ${sum} is right.`);
  }
}
