/** The adapter in words, as shown to people and kept in results. */
export interface AdapterDescription {
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** Runs on the CPU (SwiftShader, lavapipe, WARP). Counts as an adapter all the same. */
  readonly software: boolean;
  /** Threads of a subgroup, where the adapter has subgroups and all are of one size. */
  readonly subgroup?: number;
  /** Bytes that a workgroup may hold; WebGPU's least, 16 KiB, where absent. */
  readonly workgroupMemory?: number;
  /** Has float16 (`shader-f16`). */
  readonly f16?: boolean;
}

/** An open GPU. Errors that no call caught make every later call throw: none stays in a console. */
export interface Device {
  /** Kept because Dawn in Node must outlive its devices. */
  readonly entry: GPU;
  readonly gpu: GPUDevice;
  readonly adapter: AdapterDescription;
  readonly limits: GPUSupportedLimits;
  /** The time index travels as an immediate; else in a uniform buffer with dynamic offsets. */
  readonly immediates: boolean;
  readonly timestamps: boolean;
  /** Resolves with the reason when the device is lost (or destroyed). */
  readonly lost: Promise<DeviceLostError>;
  /** @throws the first error that the device met outside an error scope, or {@link DeviceLostError}. */
  check(): void;
  destroy(): void;
}

/** The GPU went away: a driver reset, a closed tab, `destroy()`. Open a device again and resume from a checkpoint. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

/** A WebGPU validation, memory or internal error, with where it was caused. */
export class GpuError extends Error {
  override readonly name = 'GpuError';
}

export interface DeviceOptions {
  /** The WebGPU entry point; `navigator.gpu` in a browser, Dawn's `create([])` in Node. */
  readonly gpu?: GPU;
  /** `false` uses uniforms for the time index even where immediates exist. */
  readonly immediates?: boolean;
}

/**
 * Opens the fastest adapter with all that Latch can use of it.
 * @throws GpuError where WebGPU or an adapter is missing, with what to do.
 */
export async function openDevice(options: DeviceOptions = {}): Promise<Device> {
  const entry = options.gpu ?? (typeof navigator === 'undefined' ? undefined : navigator.gpu);
  if (!entry) {
    throw new GpuError('WebGPU is missing: use Chrome or Edge 113, Safari 26 or Firefox 141 or later ' +
      'over https or localhost; in Node install the package "webgpu" and give openDevice({ gpu: create([]) })');
  }
  const adapter = await entry.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new GpuError('no WebGPU adapter was found: update the graphics driver, check chrome://gpu, ' +
      'or start Chrome with --enable-unsafe-webgpu (software rendering); in Node install a Vulkan driver');
  }
  const immediates = options.immediates !== false && offersImmediates(entry, adapter);
  const timestamps = adapter.features.has('timestamp-query');
  const wanted: GPUFeatureName[] = ['timestamp-query', 'subgroups', 'shader-f16'];
  const gpu = await adapter.requestDevice({
    label: 'latch',
    requiredFeatures: wanted.filter((feature) => adapter.features.has(feature)),
    requiredLimits: raisedLimits(adapter.limits, immediates),
  });
  return wrap(entry, gpu, describe(adapter), immediates && takesImmediates(gpu), timestamps);
}

// In Chrome since 149: the language feature, the limit and the method came one after the other.
function offersImmediates(entry: GPU, adapter: GPUAdapter): boolean {
  const known = entry.wgslLanguageFeatures?.has('immediate_address_space') ?? false;
  return known && (adapter.limits.maxImmediateSize ?? 0) >= 4;
}

function takesImmediates(gpu: GPUDevice): boolean {
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.end();
  encoder.finish();
  return 'setImmediates' in pass;
}

function raisedLimits(limits: GPUSupportedLimits, immediates: boolean): Record<string, number> {
  return {
    maxBufferSize: limits.maxBufferSize,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxComputeWorkgroupStorageSize: workgroupMemory(limits),
    ...(immediates ? { maxImmediateSize: 4 } : {}),
  };
}

// No GPU gives a workgroup more than this; a software adapter may.
const MOST_WORKGROUP_MEMORY = 65_536;
const workgroupMemory = ({ maxComputeWorkgroupStorageSize }: GPUSupportedLimits): number =>
  Math.min(maxComputeWorkgroupStorageSize, MOST_WORKGROUP_MEMORY);

function describe(adapter: GPUAdapter): AdapterDescription {
  // In Chrome since 127; a GPU that does not say what it is counts as hardware.
  const info: Partial<GPUAdapterInfo> = adapter.info ?? {};
  const { vendor = '', architecture = '', device = '', description = '', subgroupMinSize, subgroupMaxSize } = info;
  const subgroups = adapter.features.has('subgroups') && subgroupMinSize === subgroupMaxSize;
  const text = `${vendor} ${architecture} ${device} ${description}`;
  return {
    name: description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter',
    vendor,
    architecture,
    software: info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(text),
    ...(subgroups && subgroupMaxSize ? { subgroup: subgroupMaxSize } : {}),
    workgroupMemory: workgroupMemory(adapter.limits),
    ...(adapter.features.has('shader-f16') ? { f16: true } : {}),
  };
}

function wrap(
  entry: GPU, gpu: GPUDevice, adapter: AdapterDescription, immediates: boolean, timestamps: boolean,
): Device {
  let failure: Error | undefined;
  gpu.onuncapturederror = ({ error }) => {
    failure ??= new GpuError(`the GPU reported: ${error.message}`);
  };
  const lost = gpu.lost.then(({ reason, message }) => {
    const error = new DeviceLostError(reason === 'destroyed'
      ? 'the GPU device was destroyed'
      : `the GPU device was lost (${message || reason}): open a device again and resume from the last checkpoint`);
    failure ??= error;
    return error;
  });
  return {
    entry, gpu, adapter, limits: gpu.limits, immediates, timestamps, lost,
    check() {
      if (failure) throw failure;
    },
    destroy: () => gpu.destroy(),
  };
}

/** Runs `work` in scopes for validation and memory errors. @throws GpuError that starts with `what`. */
export async function scoped<T>(device: Device, what: string, work: () => T | Promise<T>): Promise<T> {
  device.check();
  device.gpu.pushErrorScope('out-of-memory');
  device.gpu.pushErrorScope('validation');
  // Both scopes are popped before anything is awaited: they belong to the calls that `work` makes at once.
  const running = (async () => work())();
  const scopes = [device.gpu.popErrorScope(), device.gpu.popErrorScope()];
  const [settled, ...popped] = await Promise.allSettled([running, ...scopes]);
  for (const scope of popped) {
    if (scope.status === 'fulfilled' && scope.value) throw new GpuError(`${what}: ${scope.value.message}`);
  }
  device.check();
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
