// A window of B streams of text: inputs and targets, [T, B], straight from the corpus on the GPU.
//
//   stream b is tokens[b·L …], L = LENGTH      input(t, b) = tokens[b·L + cursor + t], target the token after it
//   MASK: 1 where the prediction belongs to stream b, i.e. cursor + t < L and the text has a next token; else 0
//
// Bindings: 0 control, 1 tokens, 2 inputs, 3 targets, then mask. All trials read the same tokens.
// Work: a thread makes one position. CPU twin: src/reference/window.ts

#include "lib/control.wgsl"

const T = ${T}u;
const B = ${B}u;
const LENGTH = ${LENGTH}u;
const COUNT = ${COUNT}u; // tokens in the text

@group(0) @binding(0) var<storage, read> control: array<Control>;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read_write> inputs: array<u32>;
@group(0) @binding(3) var<storage, read_write> targets: array<u32>;
#if ${MASK}
@group(0) @binding(4) var<storage, read_write> mask: array<f32>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= T * B) { return; }
  let offset = control[id.z].cursor + id.x / B;
  let position = (id.x % B) * LENGTH + offset;
  let at = id.z * T * B + id.x;
  inputs[at] = tokens[min(position, COUNT - 1u)];
  targets[at] = tokens[min(position + 1u, COUNT - 1u)];
#if ${MASK}
  mask[at] = f32(offset < LENGTH && position + 1u < COUNT);
#endif
}
