// Philox4x32-10: four random words from a counter and a key, no state.
// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3 (doi:10.1145/2063384.2063405).
// Addresses: counter = (block index, step, layer index, stream), key = (seed, 0x4c617463); see src/random/streams.ts.
// Element e of a tensor takes lane e % 4 of block e / 4.
// CPU twin, with equal bits: src/random/philox.ts (philox4x32, uniformFromBits, dropoutKeeps).

const PHILOX_MULTIPLIER_0 = 0xd2511f53u;
const PHILOX_MULTIPLIER_1 = 0xcd9e8d57u;
const PHILOX_WEYL = vec2u(0x9e3779b9u, 0xbb67ae85u);
const PHILOX_ROUNDS = 10u;

// High 32 bits of a 32 x 32 product, by 16-bit halves: no intermediate exceeds 32 bits.
fn philox_multiply_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let low = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (low >> 16u);
}

fn philox4x32(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < PHILOX_ROUNDS; round++) {
    c = vec4u(
      philox_multiply_high(PHILOX_MULTIPLIER_1, c.z) ^ c.y ^ k.x,
      PHILOX_MULTIPLIER_1 * c.z,
      philox_multiply_high(PHILOX_MULTIPLIER_0, c.x) ^ c.w ^ k.y,
      PHILOX_MULTIPLIER_0 * c.x,
    );
    k += PHILOX_WEYL;
  }
  return c;
}

// Uniform in [0, 1): the 24 high bits, exact in f32.
fn uniform_from_bits(bits: u32) -> f32 {
  return f32(bits >> 8u) * 0x1p-24f;
}
