import { COMPUTE_STAGE } from './constants.js';
import { type Device, GpuError, scoped } from './device.js';

/** A shader to compile: its text, where each line came from, and how its bindings are used. */
export interface ShaderSource {
  readonly file: string;
  readonly code: string;
  readonly origins: readonly { readonly file: string; readonly line: number }[];
  readonly accesses: readonly ('read' | 'read_write')[];
  readonly timed: boolean;
}

/** A compiled shader and the layout of its group 0. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** @throws GpuError with the shader's own file and line where WGSL or the pipeline is not valid. */
export async function createPipeline(device: Device, source: ShaderSource): Promise<Pipeline> {
  const { gpu, immediates } = device;
  const module = await compile(device, source);
  return scoped(device, source.file, async () => {
    const uniform: GPUBindGroupLayoutEntry[] = source.timed && !immediates
      ? [{
        binding: source.accesses.length, visibility: COMPUTE_STAGE,
        buffer: { type: 'uniform', hasDynamicOffset: true },
      }]
      : [];
    const layout = gpu.createBindGroupLayout({
      label: source.file,
      entries: [
        ...source.accesses.map((access, binding): GPUBindGroupLayoutEntry => ({
          binding,
          visibility: COMPUTE_STAGE,
          buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
        })),
        ...uniform,
      ],
    });
    const pipelineLayout = gpu.createPipelineLayout({
      bindGroupLayouts: [layout],
      ...(source.timed && immediates ? { immediateSize: 4 } : {}),
    });
    const pipeline = await gpu
      .createComputePipelineAsync({
        label: source.file, layout: pipelineLayout, compute: { module, entryPoint: 'main' },
      })
      .catch((error: Error) => {
        device.check();
        throw new GpuError(`${source.file}: ${error.message}`);
      });
    return { pipeline, layout };
  });
}

async function compile(device: Device, { file, code, origins }: ShaderSource): Promise<GPUShaderModule> {
  device.check();
  device.gpu.pushErrorScope('validation');
  const module = device.gpu.createShaderModule({ label: file, code });
  const error = await device.gpu.popErrorScope();
  if (!error) return module;
  const { messages } = await module.getCompilationInfo();
  const lines = messages.filter(({ type }) => type === 'error').map(({ message, lineNum }) => {
    const origin = origins[lineNum - 1];
    return `shaders/${origin?.file ?? file}:${origin?.line ?? lineNum}: ${message}`;
  });
  throw new GpuError(lines.length > 0 ? lines.join('\n') : `shaders/${file}: ${error.message}`);
}
