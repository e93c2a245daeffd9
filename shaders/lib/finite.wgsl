// WGSL may assume that NaN and infinity do not occur, so `x != x` can be compiled away. An exponent of all ones cannot.
// CPU twin: src/reference/non-finite.ts

fn non_finite(x: f32) -> u32 {
  return u32((bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u);
}

fn non_finite4(x: vec4f) -> u32 {
  let found = (bitcast<vec4u>(x) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
  let ones = select(vec4u(), vec4u(1), found);
  return ones.x + ones.y + ones.z + ones.w;
}
