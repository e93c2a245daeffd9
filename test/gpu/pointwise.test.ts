import { describe, test } from 'vitest';
import { createPipeline } from '../../src/gpu/pipelines.js';
import { readBuffer } from '../../src/gpu/buffers.js';
import { expand } from '../../src/kernels/source.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { philox4x32 } from '../../src/random/philox.js';
import { moveCases } from '../support/cases/moves.js';
import { reductionCases } from '../support/cases/reductions.js';
import { trainingCases } from '../support/cases/training.js';
import { expectEqualBits } from '../support/close.js';
import { testDevice } from '../support/gpu.js';
import { testCases } from '../support/kernel-case.js';

describe('losses, sums and norms agree with their float64 twins', () => testCases(reductionCases));
describe('what is moved arrives, bit for bit', () => testCases(moveCases));
describe('dropout and updates agree with their twins', () => testCases(trainingCases));

test('philox4x32 gives equal bits in WGSL and TypeScript (seed 5)', async () => {
  const device = await testDevice();
  const count = 256;
  const random = new CounterRandom(5, 0);
  const words = Uint32Array.from({ length: 8 * count }, (_, i) => (i < 8 ? 0 : i < 16 ? 0xffffffff : random.bits()));
  const library = expand('lib/philox.wgsl', {});
  const code = library.code + /* wgsl */ `
struct Address { counter: vec4u, key: vec4u }
@group(0) @binding(0) var<storage, read> addresses: array<Address>;
@group(0) @binding(1) var<storage, read_write> blocks: array<vec4u>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  blocks[id.x] = philox4x32(addresses[id.x].counter, addresses[id.x].key.xy);
}`;
  const { pipeline, layout } = await createPipeline(device, {
    file: 'lib/philox.wgsl', code, origins: library.origins, accesses: ['read', 'read_write'], timed: false,
  });
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const addresses = device.gpu.createBuffer({ size: 32 * count, usage });
  const blocks = device.gpu.createBuffer({ size: 16 * count, usage });
  device.gpu.queue.writeBuffer(addresses, 0, words);
  const encoder = device.gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.gpu.createBindGroup({
    layout, entries: [{ binding: 0, resource: { buffer: addresses } }, { binding: 1, resource: { buffer: blocks } }],
  }));
  pass.dispatchWorkgroups(count / 64);
  pass.end();
  device.gpu.queue.submit([encoder.finish()]);
  const actual = new Uint32Array(await readBuffer(device, blocks));
  const expected = new Uint32Array(4 * count);
  for (let i = 0; i < count; i++) {
    philox4x32(words.subarray(8 * i, 8 * i + 4), words.subarray(8 * i + 4, 8 * i + 6),
      expected.subarray(4 * i, 4 * i + 4));
  }
  expectEqualBits(actual, expected, 'blocks');
});
