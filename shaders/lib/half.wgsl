// To what float16 holds: to the nearest of 11 bits, ties to even, since WGSL leaves open which way its conversion goes.
// Below 2^-14 to the nearer multiple of 2^-14, since float16's subnormals may be flushed to zero.
fn half_of(x: vec4f) -> vec4f {
  let bits = bitcast<vec4u>(x);
  let nearest = bitcast<vec4f>((bits + 0xfffu + ((bits >> vec4u(13u)) & vec4u(1u))) & vec4u(0xffffe000u));
  let small = round(x * 16384.0) / 16384.0;
  return clamp(select(nearest, small, abs(x) < vec4f(1.0 / 16384.0)), vec4f(-65504.0), vec4f(65504.0));
}
