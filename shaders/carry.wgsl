// States across windows: `in` copies the carried states to slot 0 of each history (times control.keep, 0 for a fresh
// start), `out` copies slot T of each history to the carried states.
//
//   states [blocks, SIZE·4] from OFFSET on      histories: [trials, T+1, SIZE·4] each, one every BLOCK_STRIDE
//   SIZE·4 = batch × padded units
//
// A layer and direction has CARRIED states, the first of its HISTORIES. The reverse direction (every second one with
// DIRECTIONS 2) begins in slot T and ends in slot 0.
//
// Bindings: 0 states, 1 histories, 2 control. Strides are in vec4f.
// Work: a thread copies one vec4f. CPU twin: src/reference/direction-pass.ts

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
  let layer = id.y / ${CARRIED}u;
  let block = layer * ${HISTORIES}u + id.y % ${CARRIED}u;
  let reverse = layer % ${DIRECTIONS}u == 1u;
  let history = block * ${BLOCK_STRIDE}u + id.z * HISTORY + id.x;
#if ${OUT}
  states[state] = histories[history + select(HISTORY - SIZE, 0u, reverse)];
#else
  histories[history + select(0u, HISTORY - SIZE, reverse)] = select(vec4f(), states[state], control[id.z].keep > 0.0);
#endif
}
