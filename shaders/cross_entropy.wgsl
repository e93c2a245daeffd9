// Softmax cross entropy of each row, in nats, and its gradient in place of the logits:
//
//   loss[row] = w·(log Σ_v e^{x_v} − x_target)      ∂/∂x_v = w·(softmax(x)_v − [v = target])
//   w = 1/TOTAL, or mask[row]/Σ mask: the losses of the rows add up to the mean
//   TOTAL is ROWS, or those of the whole window where it is cut into segments, of which a later one ADDS its losses
//
//   logits [ROWS, PITCH·4], V of them real, padding written as zero
//   targets [ROWS]      mask [ROWS]      count [1] = Σ mask
//
// Bindings: 0 logits, 1 targets, 2 loss, then mask, count. Strides (one trial to the next): logits in vec4f, loss
//   STRIDE_LOSS, rows ROWS.
// Work: a thread owns a row; the largest logit is taken out first, so that no exponential overflows (±1e3 are fine).
// CPU twin: src/reference/cross-entropy.ts

#include "lib/zero.wgsl"

const V = ${V}u;
const ROWS = ${ROWS}u;
const PITCH = ${PITCH}u;
const LOWEST = -3.4e38;

#if ${GRADIENT}
@group(0) @binding(0) var<storage, read_write> logits: array<vec4f>;
#else
@group(0) @binding(0) var<storage, read> logits: array<vec4f>;
#endif
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
#if ${MASK}
@group(0) @binding(3) var<storage, read> mask: array<f32>;
@group(0) @binding(4) var<storage, read> count: array<f32>;
#endif

// Symbols of a column. They are compared, not indexed by: a vector's component by number compiles for seconds on a CPU.
fn symbols(column: u32) -> vec4u {
  return vec4u(4u * column) + vec4u(0, 1, 2, 3);
}

fn inside(column: u32) -> vec4<bool> {
  return symbols(column) < vec4u(V);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let zero = zero_of(id.z);
  let row = id.x;
  if (row >= ROWS) { return; }
  let start = id.z * ${STRIDE_LOGITS}u + row * PITCH;
  let answer = targets[id.z * ROWS + row];
#if ${MASK}
  let weight = mask[id.z * ROWS + row] / max(count[id.z], 1.0);
#else
  let weight = 1.0 / f32(${TOTAL}u);
#endif

  var highest = vec4f(LOWEST);
  for (var column = zero; column < PITCH; column++) {
    highest = max(highest, select(vec4f(LOWEST), logits[start + column], inside(column)));
  }
  let top = max(max(highest.x, highest.y), max(highest.z, highest.w));
  var sums = vec4f();
  var picked = vec4f();
  for (var column = zero; column < PITCH; column++) {
    let x = logits[start + column];
    sums += select(vec4f(), exp(x - top), inside(column));
    picked += select(vec4f(), x - top, symbols(column) == vec4u(answer));
  }
  let sum = sums.x + sums.y + sums.z + sums.w;
  let own = weight * (log(sum) - (picked.x + picked.y + picked.z + picked.w));
#if ${ADDS}
  loss[id.z * ${STRIDE_LOSS}u + row] += own;
#else
  loss[id.z * ${STRIDE_LOSS}u + row] = own;
#endif

#if ${GRADIENT}
  let scale = weight / sum;
  for (var column = zero; column < PITCH; column++) {
    let right = select(vec4f(), vec4f(weight), symbols(column) == vec4u(answer));
    let d = exp(logits[start + column] - top) * scale - right;
    logits[start + column] = select(vec4f(), d, inside(column));
  }
#endif
}
