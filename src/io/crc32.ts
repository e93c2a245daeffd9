/** CRC-32 of ISO 3309 (zip, PNG), reflected polynomial 0xEDB88320, one table look-up a byte. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * The checksum of `bytes`, or of what came before followed by `bytes`.
 * @param before the checksum of what came before
 * @returns u32
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (let index = 0; index < bytes.length; index++) value = (value >>> 8) ^ TABLE[(value ^ bytes[index]) & 0xff];
  return ~value >>> 0;
}
