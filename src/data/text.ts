import { Vocabulary } from './vocabulary.js';
import { checkWindowShape, type WindowShape } from './streams.js';

export { Vocabulary } from './vocabulary.js';

/** A text as ids, with its vocabulary. */
export interface TextCorpus {
  readonly name: string;
  readonly vocabulary: Vocabulary;
  /** [length], the whole text */
  readonly tokens: Uint32Array;
  readonly length: number;
  /**
   * The beginning of the text to train on and the rest to judge by, as views of `tokens`. The training part is
   * max(floor((1 − heldOut) · length), batch · timeSteps + 1) long, so that every stream has a full window; the rest
   * may be empty.
   * @throws RangeError when the text has fewer than batch · (timeSteps + 1) characters
   */
  split(shape: WindowShape): { train: Uint32Array; heldOut: Uint32Array };
}

export interface TextCorpusOptions {
  /** Share of the text kept for judging, from 0 to 0.5. Default 0.1. */
  heldOut?: number;
  /** What errors and summaries call the text, such as its file name. */
  name?: string;
}

/** Where UTF-8 goes wrong: the first byte of the first ill-formed sequence (a decoder puts U+FFFD in its place). */
function firstIllFormedByte(bytes: Uint8Array): number {
  let offset = 0;
  for (const character of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)) {
    const genuine = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (character === '\uFFFD' && !genuine) break;
    const point = character.codePointAt(0) as number;
    offset += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return offset;
}

function decodeUtf8(bytes: Uint8Array, subject: string): string {
  try {
    // A leading byte order mark is dropped: it is no character of the text.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const offset = firstIllFormedByte(bytes);
    const byte = bytes[offset].toString(16).toUpperCase().padStart(2, '0');
    throw new RangeError(`${subject} is not UTF-8: byte 0x${byte} at offset ${offset}; save it as UTF-8.`);
  }
}

/**
 * A corpus for a character model.
 * @param text a string, or the bytes of a UTF-8 file
 * @throws RangeError when the text is empty or not UTF-8, or `heldOut` is outside [0, 0.5]
 */
export function textCorpus(text: string | Uint8Array, options: TextCorpusOptions = {}): TextCorpus {
  const { heldOut = 0.1, name = 'text' } = options;
  const subject = options.name ?? 'the text';
  if (!(heldOut >= 0 && heldOut <= 0.5)) {
    throw new RangeError(`heldOut is ${heldOut}; it must be from 0 to 0.5, the share of the text kept for judging.`);
  }
  const content = typeof text === 'string' ? text : decodeUtf8(text, subject);
  if (content === '') {
    throw new RangeError(`${subject} is empty; give a text of at least batch × (time + 1) characters.`);
  }
  const vocabulary = Vocabulary.of(content);
  const tokens = vocabulary.encode(content, subject);

  return {
    name,
    vocabulary,
    tokens,
    length: tokens.length,
    split({ batch, timeSteps }) {
      checkWindowShape({ batch, timeSteps });
      const needed = batch * (timeSteps + 1);
      if (tokens.length < needed) {
        throw new RangeError(
          `${subject} has ${tokens.length} characters, but batch ${batch} × (time ${timeSteps} + 1) needs at least ` +
            `${needed}; give a longer text, or a smaller batch or time.`,
        );
      }
      const trainLength = Math.max(Math.floor((1 - heldOut) * tokens.length), batch * timeSteps + 1);
      return { train: tokens.subarray(0, trainLength), heldOut: tokens.subarray(trainLength) };
    },
  };
}

/**
 * The entropy, in nats per character, of drawing each character by its frequency alone: what a model that has learnt
 * only the frequencies loses.
 * @param size of the vocabulary; every token is below it
 * @throws RangeError when there are no tokens, or one is not below `size`
 */
export function unigramEntropy(tokens: Uint32Array, size: number): number {
  if (tokens.length === 0) throw new RangeError('unigramEntropy needs at least one token.');
  const counts = new Float64Array(size);
  for (const token of tokens) {
    if (token >= size) throw new RangeError(`token ${token} is outside the vocabulary of ${size} characters.`);
    counts[token]++;
  }
  let entropy = 0;
  for (const count of counts) {
    if (count > 0) entropy -= (count / tokens.length) * Math.log(count / tokens.length);
  }
  return entropy;
}
