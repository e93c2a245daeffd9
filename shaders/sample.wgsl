// The next token from a row of logits: from softmax(x / temperature) by its cumulative sum, or the largest where the
// temperature is 0 (the first of equals). Within the prime the text itself is the next token.
//
//   logits [V]      position n = base + time      control.cursor = base, control.step = length of the prime
//   u = philox(n − prime, 0, 0, sampling).x as a uniform in [0, 1): the first v with Σ_{w ≤ v} e^{x_w/τ} > u·Σ
//   tokens [CHUNK]: slot `time` takes the next token      current [1]: the same, the input of the next step
//
// Bindings: 0 logits, 1 tokens, 2 current, 3 prime, 4 control; `time` counts within a chunk.
// Work: one thread; V is a character vocabulary. SHARED: a workgroup loads the logits and takes the exponentials, and
// one thread adds them up in the same order. CPU twin: src/reference/sample.ts

#include "lib/extensions.wgsl"
#include "lib/time.wgsl"
#include "lib/control.wgsl"
#include "lib/philox.wgsl"

const V = ${V}u;
const LANES = ${LANES}u;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(2) var<storage, read_write> current: array<u32>;
@group(0) @binding(3) var<storage, read> prime: array<u32>;
@group(0) @binding(4) var<storage, read> control: array<Control>;

#if ${SHARED}
var<workgroup> near: array<f32, V>; // the logits, then their exponentials
var<workgroup> best: u32;

fn logit(v: u32) -> f32 { return near[v]; }
fn weight(v: u32, temperature: f32) -> f32 { return near[v]; }
#else
var<private> best: u32;

fn logit(v: u32) -> f32 { return logits[v]; }
fn weight(v: u32, temperature: f32) -> f32 { return exp((logits[v] - logits[best]) / temperature); }
#endif

fn largest() -> u32 {
  var place = 0u;
  var value = logit(0u);
  for (var v = 1u; v < V; v++) {
    let x = logit(v);
    if (x > value) { place = v; value = x; }
  }
  return place;
}

fn draw(uniform_value: f32, temperature: f32) -> u32 {
  var total = 0.0;
  for (var v = 0u; v < V; v++) { total += weight(v, temperature); }
  var cumulative = 0.0;
  for (var v = 0u; v < V; v++) {
    cumulative += weight(v, temperature);
    if (cumulative > uniform_value * total) { return v; }
  }
  return V - 1u;
}

fn choose(token: u32) {
  tokens[time] = token;
  current[0] = token;
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
  let run = control[0];
  let next = run.cursor + time + 1u; // position of the token that is chosen here
  if (next < run.step) { // no logits were made
    if (lane == 0u) { choose(prime[next]); }
    return;
  }
#if ${SHARED}
  for (var v = lane; v < V; v += LANES) { near[v] = logits[v]; }
  workgroupBarrier();
  if (lane == 0u) { best = largest(); }
  workgroupBarrier();
  let top = logits[best];
  if (run.temperature > 0.0) {
    for (var v = lane; v < V; v += LANES) { near[v] = exp((near[v] - top) / run.temperature); }
  }
  workgroupBarrier();
  if (lane != 0u) { return; }
#else
  best = largest();
#endif
  if (run.temperature == 0.0) {
    choose(best);
    return;
  }
  let bits = philox4x32(vec4u(next - run.step, 0u, 0u, ${STREAM}u), vec2u(run.seed, ${KEY_TAG}u));
  choose(draw(uniform_from_bits(bits.x), run.temperature));
}
