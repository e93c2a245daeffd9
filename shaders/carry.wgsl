// States across windows: `in` copies the carried states to slot 0 of each history (times control.keep, 0 for a fresh
// start), `out` copies slot T of each history to the carried states.
//
//   states [BLOCKS, SIZE·4] from OFFSET on      histories: BLOCKS of [trials, T+1, SIZE·4], one every BLOCK_STRIDE
//   SIZE·4 = batch × padded units
//
// Bindings: 0 states, 1 histories, 2 control. Strides are in vec4f.
// Work: a thread copies one vec4f. CPU twin: src/reference/engine.ts

#include "lib/control.wgsl"

const SIZE = ${SIZE}u;
const HISTORY = ${HISTORY}u; // (T+1)·SIZE

#if ${OUT}
@group(0) @binding(0) var<storage, read_write> states: array<vec4f>;
@group(0) @binding(1) var<storage, read> histories: array<vec4f>;
#else
@group(0) @binding(0) var<storage, read> states: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> histories: array<vec4f>;
@group(0) @binding(2) var<storage, read> control: array<Control>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= SIZE) { return; }
  let state = id.z * ${STRIDE_STATES}u + ${OFFSET}u + id.y * SIZE + id.x;
  let history = id.y * ${BLOCK_STRIDE}u + id.z * HISTORY + id.x;
#if ${OUT}
  states[state] = histories[history + HISTORY - SIZE];
#else
  histories[history] = select(vec4f(), states[state], control[id.z].keep > 0.0);
#endif
}
