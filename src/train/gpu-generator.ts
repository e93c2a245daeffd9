import type { Device } from '../gpu/device.js';
import { createReadback } from '../gpu/buffers.js';
import { CONTROL_WORDS, writeControl } from '../kernels/control.js';
import {
  GENERATE_CHUNK, type GenerationChunk, generationChunks, generationProgram, PRIME_LIMIT, primeParts,
} from '../layers/generation.js';
import type { RunShape } from '../layers/network.js';
import type { GenerateOptions } from '../model/engine.js';
import { stateSize } from '../model/states.js';
import { prepare } from '../schedule/executable.js';

/** Submits that may wait behind the one whose tokens are read, so that the GPU does not wait for JavaScript. */
const RUN_AHEAD = 2;

/** Sampling on the GPU: each token is fed back there, and JavaScript reads pieces while later ones are made. */
export interface Generator {
  readonly bytes: number;
  /**
   * `parameters` holds all trials in turn; a copy of the trial's is taken first, so training may go on. One text at a
   * time; a reader that leaves early waits for the submits under way.
   */
  generate(parameters: Parameters, options: GenerateOptions): AsyncGenerator<Uint32Array>;
  destroy(): void;
}

type Parameters = GPUBuffer | Float32Array | Float64Array;

export async function createGenerator(device: Device, run: RunShape): Promise<Generator> {
  const program = generationProgram(run);
  const executables = await prepare(device, [program], GENERATE_CHUNK);
  const staging = createReadback(device, RUN_AHEAD + 1, 4 * GENERATE_CHUNK);
  const words = new Uint32Array(CONTROL_WORDS);
  const floats = new Float32Array(words.buffer);
  const bytes = 4 * run.model.layout.size;
  const flops = program.dispatches.reduce((sum, { kernel }) => sum + kernel.cost.flops, 0);
  const { queue } = device.gpu;
  // One for all tokens, so that none leaves anything to collect.
  const parts = {
    text: [{ run: 0, from: 0, to: program.dispatches.length }],
    prime: primeParts(program).map((part) => ({ ...part, run: 0 })),
  };

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

  function begin(parameters: Parameters, { prime, trial }: GenerateOptions): void {
    if (prime.length < 1 || prime.length > PRIME_LIMIT) {
      throw new RangeError(`the prime has ${prime.length} tokens: give 1 to ${PRIME_LIMIT}`);
    }
    device.check();
    copyParameters(parameters, trial);
    queue.writeBuffer(executables.buffer('prime'), 0, Uint32Array.from(prime));
    queue.writeBuffer(executables.buffer('current token'), 0, Uint32Array.from(prime.subarray(0, 1)));
    queue.writeBuffer(executables.buffer('generation states'), 0, new Float32Array(stateSize(run.model, 1)));
  }

  /** Submits the runs from `base` on: run p chooses the token at position p + 1. Gives the tokens that are read. */
  function submit(
    base: number, { count, read }: GenerationChunk, { prime, seed, temperature }: GenerateOptions,
  ): Promise<Uint32Array> | undefined {
    writeControl(words, floats, 0, {
      seed, step: prime.length, cursor: base, keep: true, rate: 0, correction1: 1, correction2: 1, temperature,
    });
    queue.writeBuffer(executables.buffer('generate control'), 0, words);
    const encoder = device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let index = 0; index < count; index++) {
      for (const part of read ? parts.text : parts.prime) {
        part.run = index;
        executables.encode(pass, program, part);
      }
    }
    pass.end();
    const target = read ? staging.take()! : undefined;
    if (target) encoder.copyBufferToBuffer(executables.buffer('generated'), 0, target, 0, 4 * count);
    queue.submit([encoder.finish()]);
    return target && staging.read(target, (data) => new Uint32Array(data, 0, count).slice());
  }

  async function* generate(parameters: Parameters, options: GenerateOptions): AsyncGenerator<Uint32Array> {
    begin(parameters, options);
    const { prime, length } = options;
    const { submitFlops } = run.strategy;
    const underWay: Promise<Uint32Array>[] = [];
    let base = 0;
    try {
      for (const chunk of generationChunks({ prime: prime.length, length, flops, submitFlops })) {
        const tokens = submit(base, chunk, options);
        base += chunk.count;
        tokens?.catch(() => undefined); // reported when it is its turn
        if (tokens) underWay.push(tokens);
        if (underWay.length > RUN_AHEAD) yield await underWay.shift()!;
      }
      while (underWay.length > 0) yield await underWay.shift()!;
    } finally {
      await Promise.allSettled(underWay); // after a reader that left early: the staging buffers are free again
    }
  }

  function destroy(): void {
    executables.destroy();
    staging.destroy();
  }
  return { bytes: executables.buffers.bytes + staging.bytes, generate, destroy };
}
