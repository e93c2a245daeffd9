/** WebGPU's flag values (https://www.w3.org/TR/webgpu/), so that Node needs no globals of them. */
export const BUFFER_USAGE = {
  MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, UNIFORM: 0x40, STORAGE: 0x80, QUERY_RESOLVE: 0x200,
} as const;
export const COMPUTE_STAGE = 0x4;
export const MAP_MODE_READ = 0x1;
