import { accessSync, constants, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Why `file` cannot be written, or undefined where it can: asked before a run, not after it. */
export function whyNotWritable(file: string): string | undefined {
  const folder = dirname(resolve(file));
  try {
    if (!statSync(folder).isDirectory()) return `${folder} is not a folder`;
  } catch {
    return `there is no folder ${folder}`;
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return 'it is a folder';
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    return `the folder ${folder} cannot be written to`;
  }
  return undefined;
}

/** Writes beside `file`, to the disk, then renames: who reads `file` finds the old content or the new, never a part. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    const handle = await open(part, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
