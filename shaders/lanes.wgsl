// out[row, unit] = lanes FIRST … FIRST+SOME−1 of in[row, unit]: the part of dZ that some recurrent weights lead to, so
// that their gradient is one product.
//
//   in [ROWS, UNITS·LANES]      out [ROWS, UNITS·SOME], rows padded to four floats, padding zero
//
// Bindings: 0 in, 1 out. Strides and pitches in floats.
// Work: a thread moves one value. CPU twin: src/reference/recurrent-product.ts

@group(0) @binding(0) var<storage, read> in: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= ${PITCH_OUT}u || id.y >= ${ROWS}u) { return; }
  let unit = id.x / ${SOME}u;
  let inside = min(unit, ${UNITS}u - 1u);
  let source = id.z * ${STRIDE_IN}u + id.y * ${PITCH_IN}u + inside * ${LANES}u + ${FIRST}u + id.x % ${SOME}u;
  out[id.z * ${STRIDE_OUT}u + id.y * ${PITCH_OUT}u + id.x] = select(0.0, in[source], unit < ${UNITS}u);
}
