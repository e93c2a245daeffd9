/** `"é" (U+00E9)`, with control characters escaped so that a message stays on one line. */
function describeCharacter(codePoint: number): string {
  const hex = codePoint.toString(16).toUpperCase().padStart(4, '0');
  return `${JSON.stringify(String.fromCodePoint(codePoint))} (U+${hex})`;
}

const isSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

/** The Unicode code points of a text, in order. */
export function codePointsOf(text: string): Uint32Array {
  const points = new Uint32Array(text.length);
  let count = 0;
  for (let unit = 0; unit < text.length; count++) {
    const point = text.codePointAt(unit) as number;
    points[count] = point;
    unit += point > 0xffff ? 2 : 1;
  }
  return points.slice(0, count);
}

/** The characters a model knows: code points in ascending order; a character's id is its place in that order. */
export class Vocabulary {
  private readonly ids = new Map<number, number>();

  private constructor(readonly symbols: readonly string[]) {
    symbols.forEach((symbol, id) => this.ids.set(symbol.codePointAt(0) as number, id));
  }

  /**
   * The vocabulary with exactly these characters, as a checkpoint stores them.
   * @param symbols one code point each, ascending by code point, without repeats
   * @throws RangeError when they are not
   */
  static from(symbols: readonly string[]): Vocabulary {
    if (symbols.length === 0) throw new RangeError('the vocabulary is empty; it needs at least one character.');
    let previous = -1;
    symbols.forEach((symbol, id) => {
      const point = typeof symbol === 'string' ? symbol.codePointAt(0) : undefined;
      if (point === undefined || isSurrogate(point) || symbol.length !== (point > 0xffff ? 2 : 1)) {
        throw new RangeError(`vocabulary symbol ${id} is ${JSON.stringify(symbol)}; it must be one Unicode character.`);
      }
      if (point <= previous) {
        throw new RangeError(
          `vocabulary symbol ${id}, ${describeCharacter(point)}, does not come after ${describeCharacter(previous)}; ` +
            'symbols must ascend by code point, each once.',
        );
      }
      previous = point;
    });
    return new Vocabulary([...symbols]);
  }

  /**
   * The vocabulary of a text: each of its characters once.
   * @throws RangeError when the text is empty or holds half of a surrogate pair
   */
  static of(text: string): Vocabulary {
    const points = [...new Set(codePointsOf(text))].sort((a, b) => a - b);
    return Vocabulary.from(points.map((point) => String.fromCodePoint(point)));
  }

  get size(): number {
    return this.symbols.length;
  }

  /**
   * The ids of a text's characters.
   * @param what how an error names the text ("the prime")
   * @throws RangeError when a character is not in the vocabulary
   */
  encode(text: string, what = 'text'): Uint32Array {
    const tokens = codePointsOf(text);
    for (let position = 0; position < tokens.length; position++) {
      const id = this.ids.get(tokens[position]);
      if (id === undefined) {
        throw new RangeError(
          `${what} has ${describeCharacter(tokens[position])} at position ${position} (counted from 0), a character ` +
            'that does not occur in the text the model learns from; leave it out.',
        );
      }
      tokens[position] = id;
    }
    return tokens;
  }

  /**
   * The text that the ids spell.
   * @throws RangeError when an id is not in the vocabulary
   */
  decode(ids: ArrayLike<number>): string {
    const characters = Array.from(ids, (id, position) => {
      const symbol = this.symbols[id];
      if (symbol === undefined) {
        throw new RangeError(`id ${id} at position ${position} is outside the vocabulary of ${this.size} characters.`);
      }
      return symbol;
    });
    return characters.join('');
  }

  /** Whether both give every character the same id. */
  equals(other: Vocabulary): boolean {
    return this.size === other.size && this.symbols.every((symbol, id) => symbol === other.symbols[id]);
  }
}
