import { readBuffer } from '../gpu/buffers.js';
import type { Device } from '../gpu/device.js';
import { CONTROL_WORDS, writeControl } from '../kernels/control.js';
import { GENERATE_CHUNK, generationProgram, PRIME_LIMIT } from '../layers/generation.js';
import type { RunShape } from '../layers/network.js';
import type { GenerateOptions } from '../model/engine.js';
import { stateSize } from '../model/states.js';
import { prepare } from '../schedule/executable.js';

/** Sampling on the GPU: each token is fed back there, and JavaScript reads a chunk at a time. */
export interface Generator {
  readonly bytes: number;
  /** `parameters` holds all trials in turn; a copy of the trial's is taken first, so training may go on. */
  generate(parameters: Parameters, options: GenerateOptions): AsyncGenerator<Uint32Array>;
  destroy(): void;
}

type Parameters = GPUBuffer | Float32Array | Float64Array;

export async function createGenerator(device: Device, run: RunShape): Promise<Generator> {
  const program = generationProgram(run);
  const executables = await prepare(device, [program], GENERATE_CHUNK);
  const words = new Uint32Array(CONTROL_WORDS);
  const floats = new Float32Array(words.buffer);
  const bytes = 4 * run.model.layout.size;
  const { queue } = device.gpu;

  function copyParameters(parameters: Parameters, trial: number): void {
    const target = executables.buffer('generation parameters');
    if (ArrayBuffer.isView(parameters)) {
      const { size } = run.model.layout;
      queue.writeBuffer(target, 0, Float32Array.from(parameters.subarray(trial * size, (trial + 1) * size)));
      return;
    }
    const encoder = device.gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(parameters, trial * bytes, target, 0, bytes);
    queue.submit([encoder.finish()]);
  }

  async function* generate(parameters: Parameters, { prime, length, temperature, seed, trial }: GenerateOptions) {
    if (prime.length < 1 || prime.length > PRIME_LIMIT) {
      throw new RangeError(`the prime has ${prime.length} tokens: give 1 to ${PRIME_LIMIT}`);
    }
    copyParameters(parameters, trial);
    queue.writeBuffer(executables.buffer('prime'), 0, Uint32Array.from(prime));
    queue.writeBuffer(executables.buffer('current token'), 0, Uint32Array.from(prime.subarray(0, 1)));
    queue.writeBuffer(executables.buffer('generation states'), 0, new Float32Array(stateSize(run.model, 1)));

    // Position p of the whole text is chosen by run p − 1; the prime's own positions are not yielded.
    const runs = prime.length + length - 1;
    for (let base = 0; base < runs; base += GENERATE_CHUNK) {
      const count = Math.min(GENERATE_CHUNK, runs - base);
      writeControl(words, floats, 0, {
        seed, step: prime.length, cursor: base, keep: true, rate: 0, correction1: 1, correction2: 1, temperature,
      });
      queue.writeBuffer(executables.buffer('generate control'), 0, words);
      const chunk = device.gpu.createCommandEncoder();
      const pass = chunk.beginComputePass();
      for (let i = 0; i < count; i++) executables.encode(pass, program, { run: i });
      pass.end();
      queue.submit([chunk.finish()]);
      const tokens = new Uint32Array(await readBuffer(device, executables.buffer('generated'), 0, 4 * count));
      const fresh = tokens.subarray(Math.min(count, Math.max(0, prime.length - 1 - base)));
      if (fresh.length > 0) yield fresh;
    }
  }
  return { bytes: executables.buffers.bytes, generate, destroy: () => executables.destroy() };
}
