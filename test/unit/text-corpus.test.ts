import { describe, expect, it } from 'vitest';
import { textCorpus, unigramEntropy, Vocabulary } from '../../src/data/text.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('Vocabulary', () => {
  const vocabulary = Vocabulary.of('b\u{1F40B}a\u00e9 a\n');

  it('lists each code point once, ascending by code point', () => {
    expect(vocabulary.symbols).toEqual(['\n', ' ', 'a', 'b', '\u00e9', '\u{1F40B}']);
    expect(vocabulary.size).toBe(6);
  });

  it('spells back what it encodes, characters outside the basic plane included', () => {
    const ids = vocabulary.encode('a\u{1F40B} b\u00e9');
    expect([...ids]).toEqual([2, 5, 1, 3, 4]);
    expect(vocabulary.decode(ids)).toBe('a\u{1F40B} b\u00e9');
    expect(vocabulary.encode('')).toHaveLength(0);
  });

  it('is rebuilt from its symbols, and equal to its copy only', () => {
    expect(Vocabulary.from(vocabulary.symbols).equals(vocabulary)).toBe(true);
    expect(Vocabulary.from(['a', 'b']).equals(Vocabulary.from(['a', 'c']))).toBe(false);
    expect(Vocabulary.from(['a', 'b']).equals(Vocabulary.from(['a']))).toBe(false);
  });

  it('names the character it does not know, where it is and why that matters', () => {
    expect(() => vocabulary.encode('\u{1F40B}aZ', 'the prime')).toThrow(
      'the prime has "Z" (U+005A) at position 2 (counted from 0), a character that does not occur in the text ' +
        'the model learns from; leave it out.',
    );
    expect(() => vocabulary.encode('a\tb')).toThrow('text has "\\t" (U+0009) at position 1 (counted from 0)');
  });

  it('refuses ids outside', () => {
    expect(() => vocabulary.decode([0, 6])).toThrow('id 6 at position 1 is outside the vocabulary of 6 characters.');
    expect(() => vocabulary.decode([-1])).toThrow('id -1 at position 0');
  });

  it('refuses symbols that are empty, long, halves of a pair, out of order or repeated', () => {
    expect(() => Vocabulary.from([])).toThrow('the vocabulary is empty; it needs at least one character.');
    for (const symbol of ['', 'ab', '\ud83d', 'e\u0301']) {
      expect(() => Vocabulary.from(['\n', symbol])).toThrow('vocabulary symbol 1 is ');
    }
    expect(() => Vocabulary.from(['b', 'a'])).toThrow(
      'vocabulary symbol 1, "a" (U+0061), does not come after "b" (U+0062); ' +
        'symbols must ascend by code point, each once.',
    );
    expect(() => Vocabulary.from(['a', 'a'])).toThrow('does not come after');
    const fromFile = JSON.parse('["a", 7]') as string[];
    expect(() => Vocabulary.from(fromFile)).toThrow('vocabulary symbol 1 is 7; it must be one Unicode character.');
  });
});

describe('textCorpus', () => {
  it('holds the whole text as ids', () => {
    const corpus = textCorpus('hello, whale', { name: 'whale.txt' });
    expect(corpus.name).toBe('whale.txt');
    expect(corpus.length).toBe(12);
    expect(corpus.vocabulary.decode(corpus.tokens)).toBe('hello, whale');
  });

  it('reads UTF-8 bytes like the string they spell, without a byte order mark', () => {
    const text = 'caf\u00e9 \u{1F40B} \ufffd';
    const corpus = textCorpus(bytesOf(`\ufeff${text}`));
    expect(corpus.vocabulary.decode(corpus.tokens)).toBe(text);
    expect(corpus.tokens).toEqual(textCorpus(text).tokens);
  });

  it('splits at nine tenths, both parts together the whole text', () => {
    const corpus = textCorpus('abcdefghij'.repeat(10));
    const { train, heldOut } = corpus.split({ batch: 4, timeSteps: 8 });
    expect([train.length, heldOut.length]).toEqual([90, 10]);
    expect([...train, ...heldOut]).toEqual([...corpus.tokens]);
  });

  it('gives training at least one full window of every stream, down to the shortest text allowed', () => {
    const { train, heldOut } = textCorpus('ab'.repeat(10), { heldOut: 0.5 }).split({ batch: 4, timeSteps: 4 });
    expect([train.length, heldOut.length]).toEqual([17, 3]);
    const smallest = textCorpus('ab', { heldOut: 0.5 }).split({ batch: 1, timeSteps: 1 });
    expect([smallest.train.length, smallest.heldOut.length]).toEqual([2, 0]);
    expect(textCorpus('abcdef', { heldOut: 0 }).split({ batch: 1, timeSteps: 1 }).heldOut).toHaveLength(0);
  });

  it('refuses a text one character too short in one sentence', () => {
    expect(() => textCorpus('a'.repeat(67)).split({ batch: 4, timeSteps: 16 })).toThrow(
      'the text has 67 characters, but batch 4 × (time 16 + 1) needs at least 68; ' +
        'give a longer text, or a smaller batch or time.',
    );
    expect(textCorpus('a'.repeat(68)).split({ batch: 4, timeSteps: 16 }).train).toHaveLength(65);
  });

  it('refuses an empty text in one sentence', () => {
    const message = 'is empty; give a text of at least batch × (time + 1) characters.';
    expect(() => textCorpus('')).toThrow(`the text ${message}`);
    expect(() => textCorpus(new Uint8Array(0), { name: 'empty.txt' })).toThrow(`empty.txt ${message}`);
  });

  it.each([
    ['a lone Latin-1 byte', [0x63, 0x61, 0x66, 0xe9, 0x20], '0xE9 at offset 3'],
    ['a broken sequence after genuine replacement characters', [0xef, 0xbf, 0xbd, 0xc3, 0x28], '0xC3 at offset 3'],
    ['a sequence cut off at the end', [0x61, 0xf0, 0x9f, 0x90], '0xF0 at offset 1'],
    ['an overlong slash', [0xc3, 0xa9, 0xc0, 0xaf], '0xC0 at offset 2'],
    ['an encoded surrogate', [0x61, 0xed, 0xa0, 0x80], '0xED at offset 1'],
    ['UTF-16 with its mark', [0xff, 0xfe, 0x61, 0x00], '0xFF at offset 0'],
    ['a wrong byte after a byte order mark', [0xef, 0xbb, 0xbf, 0x61, 0x80], '0x80 at offset 4'],
    ['a wrong byte after four-byte characters', [0xf0, 0x9f, 0x90, 0x8b, 0xff], '0xFF at offset 4'],
  ])('points at %s', (_, bytes, where) => {
    expect(() => textCorpus(Uint8Array.from(bytes), { name: 'notes.txt' })).toThrow(
      `notes.txt is not UTF-8: byte ${where}; save it as UTF-8.`,
    );
  });

  it('refuses half a surrogate pair in a string', () => {
    expect(() => textCorpus('a\ud83d')).toThrow('is "\\ud83d"; it must be one Unicode character.');
  });

  it.each([-0.1, 0.6, Number.NaN])('refuses heldOut = %d', (heldOut) => {
    expect(() => textCorpus('abc', { heldOut })).toThrow(
      `heldOut is ${heldOut}; it must be from 0 to 0.5, the share of the text kept for judging.`,
    );
  });

  it('refuses a batch or time that is no positive integer', () => {
    const corpus = textCorpus('abcdef');
    expect(() => corpus.split({ batch: 0, timeSteps: 1 })).toThrow('batch is 0; it must be an integer of at least 1.');
    expect(() => corpus.split({ batch: 1, timeSteps: 1.5 })).toThrow('timeSteps is 1.5; it must be an integer');
  });
});

describe('unigramEntropy', () => {
  it('is log n for n equally frequent characters, and 0 for one', () => {
    expect(unigramEntropy(Uint32Array.of(0, 1, 2, 3, 3, 2, 1, 0), 5)).toBeCloseTo(Math.log(4), 12);
    expect(unigramEntropy(Uint32Array.of(2, 2, 2), 3)).toBe(0);
  });

  it('weighs characters by their frequency', () => {
    const expected = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
    expect(unigramEntropy(Uint32Array.of(0, 0, 1, 0), 2)).toBeCloseTo(expected, 12);
  });

  it('refuses no tokens, and tokens outside the vocabulary', () => {
    expect(() => unigramEntropy(new Uint32Array(0), 2)).toThrow('unigramEntropy needs at least one token.');
    expect(() => unigramEntropy(Uint32Array.of(0, 2), 2)).toThrow('token 2 is outside the vocabulary of 2 characters.');
  });
});
