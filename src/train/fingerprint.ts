import { crc32 } from '../io/crc32.js';

/** Tells whether a text is the one that was trained on: of its tokens without those held out. */
export interface TextFingerprint { readonly length: number; readonly crc32: number }

export const fingerprint = (tokens: Uint32Array): TextFingerprint => ({
  length: tokens.length, crc32: crc32(new Uint8Array(tokens.buffer, tokens.byteOffset, tokens.byteLength)),
});
