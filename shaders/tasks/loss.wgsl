// A task's loss of each time step of each row, its gradient, and how far the outputs are from their targets:
//
//   softmax   y = softmax(x), ℓ = −log y_class            ∂ℓ/∂x = y − target
//   sigmoid   y = σ(x),       ℓ = ½Σ(y − target)²         ∂ℓ/∂x = (y − target)·y·(1 − y)
//   linear    y = x,          ℓ = ½Σ(y − target)²         ∂ℓ/∂x = y − target
//   logistic  y = σ(x),       ℓ = −Σ target·log y + (1 − target)·log(1 − y)      ∂ℓ/∂x = y − target
//   loss[row] = w·ℓ/B, w the row's weight; where that is 0 there is no target, and all is 0
//   errors[row] = (max |y − target|, mean |y − target|, 1 where the judge finds it wrong, 1 where w ≠ 0); wrong is
//   also where an x is no number
//
//   outputs [ROWS, PITCH·4], V of them real      targets [ROWS] classes, or [ROWS, COLUMNS·4]      weights [ROWS]
//   legal [ROWS]: bit k is set where class k may come next
//
// Bindings: 0 outputs, 1 targets, 2 weights, 3 loss, 4 errors, then gradient, legal where there are.
// Work: a thread owns a row. CPU twin: src/reference/task-loss.ts

#include "lib/finite.wgsl"
#include "lib/zero.wgsl"

const V = ${V}u;
const ROWS = ${ROWS}u;
const COLUMNS = ${COLUMNS}u;
const FAR = 3.4e38;

@group(0) @binding(0) var<storage, read> outputs: array<vec4f>;
#if ${CLASSES}
@group(0) @binding(1) var<storage, read> targets: array<u32>;
#else
@group(0) @binding(1) var<storage, read> targets: array<vec4f>;
#endif
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> errors: array<vec4f>;
#if ${GRADIENT}
@group(0) @binding(5) var<storage, read_write> gradient: array<vec4f>;
#endif
#if ${LEGAL}
@group(0) @binding(${AT_LEGAL}) var<storage, read> legal: array<u32>;
#endif

fn numbers(column: u32) -> vec4u { return vec4u(4u * column) + vec4u(0, 1, 2, 3); }

fn target_of(row: u32, column: u32) -> vec4f {
#if ${CLASSES}
  return select(vec4f(), vec4f(1), numbers(column) == vec4u(targets[row]));
#else
  return targets[row * COLUMNS + column];
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ROWS) { return; }
  let zero = zero_of(id.z);
  let row = id.z * ROWS + id.x;
  let at = ${START}u + id.z * ${STRIDE}u + id.x * ${PITCH}u;
  let weight = weights[row] / f32(${B}u);
  if (weight == 0.0) {
    loss[row] = 0.0;
    errors[row] = vec4f();
#if ${GRADIENT}
    for (var column = zero; column < COLUMNS; column++) { gradient[row * COLUMNS + column] = vec4f(); }
#endif
    return;
  }
#if ${SOFTMAX}
  var highest = vec4f(-FAR);
  for (var column = zero; column < COLUMNS; column++) {
    highest = max(highest, select(vec4f(-FAR), outputs[at + column], numbers(column) < vec4u(V)));
  }
  let top = max(max(highest.x, highest.y), max(highest.z, highest.w));
  var sums = vec4f();
  for (var column = zero; column < COLUMNS; column++) {
    sums += select(vec4f(), exp(outputs[at + column] - top), numbers(column) < vec4u(V));
  }
  let sum = dot(sums, vec4f(1));
#endif
  var own = vec4f();
  var largest = vec4f(); // |y − target|
  var total = vec4f();
  var inside = vec4f(FAR);   // the least of what should be active
  var outside = vec4f(-FAR); // the most of what should not
  var broken = 0u;           // outputs that are no number
  for (var column = zero; column < COLUMNS; column++) {
    let real = numbers(column) < vec4u(V);
    let x = outputs[at + column];
    let wanted = target_of(row, column);
#if ${SOFTMAX}
    let y = exp(x - top) / sum;
    own += select(vec4f(), wanted * (log(sum) - (x - top)), real);
#elif ${SIGMOID}
    let y = 1.0 / (1.0 + exp(-clamp(x, vec4f(-87), vec4f(87)))); // as lib/activations.wgsl
    own += select(vec4f(), 0.5 * (y - wanted) * (y - wanted), real);
#elif ${LOGISTIC}
    let y = 1.0 / (1.0 + exp(-clamp(x, vec4f(-87), vec4f(87))));
    own += select(vec4f(), max(x, vec4f()) - x * wanted + log(1.0 + exp(-abs(x))), real);
#else
    let y = x;
    own += select(vec4f(), 0.5 * (y - wanted) * (y - wanted), real);
#endif
    broken += non_finite4(select(vec4f(), x, real));
    let error = select(vec4f(), abs(y - wanted), real);
    largest = max(largest, error);
    total += error;
#if ${LEGAL}
    let may = ((vec4u(legal[row]) >> numbers(column)) & vec4u(1)) == vec4u(1);
#else
    let may = wanted > vec4f(0.5);
#endif
    inside = min(inside, select(vec4f(FAR), y, may & real));
    outside = max(outside, select(vec4f(-FAR), y, !may & real));
#if ${GRADIENT}
#if ${SIGMOID}
    let d = weight * (y - wanted) * y * (1.0 - y);
#else
    let d = weight * (y - wanted);
#endif
    gradient[row * COLUMNS + column] = select(vec4f(), d, real);
#endif
  }
  let most = max(max(largest.x, largest.y), max(largest.z, largest.w));
  let least = min(min(inside.x, inside.y), min(inside.z, inside.w));
  let rival = max(max(outside.x, outside.y), max(outside.z, outside.w));
#if ${BOUNDED}
  let wrong = broken > 0u || most > ${BOUND};
#else
  let wrong = broken > 0u || rival >= least;
#endif
  loss[row] = weight * dot(own, vec4f(1));
  errors[row] = vec4f(most, dot(total, vec4f(1)) / f32(V), f32(wrong), 1.0);
}
