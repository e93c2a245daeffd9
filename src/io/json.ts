const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = '\\'.charCodeAt(0);
const COLON = ':'.charCodeAt(0);
const OPEN = '{'.charCodeAt(0);
const CLOSE = '}'.charCodeAt(0);
const SPACE = ' '.charCodeAt(0);

/** The place after the string literal that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end + 1;
}

/**
 * The first key that an object in a JSON text has twice; `JSON.parse` would silently keep the last.
 * No regular expressions and no recursion: a hostile text must not exhaust the stack.
 * @param text valid JSON (parse it first)
 */
export function duplicateKey(text: string): string | undefined {
  const keysOfOpenObjects: Set<string>[] = [];
  let position = 0;
  while (position < text.length) {
    const code = text.charCodeAt(position);
    if (code === OPEN) keysOfOpenObjects.push(new Set());
    else if (code === CLOSE) keysOfOpenObjects.pop();
    if (code !== QUOTE) {
      position++;
      continue;
    }
    const start = position;
    position = endOfString(text, start);
    const end = position;
    while (text.charCodeAt(position) <= SPACE) position++;
    if (text.charCodeAt(position) !== COLON) continue;
    const key = JSON.parse(text.slice(start, end)) as string;
    const keys = keysOfOpenObjects[keysOfOpenObjects.length - 1];
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return undefined;
}
