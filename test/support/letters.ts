import { learnableText } from './train.js';

/** A text of `length` letters a to k, each mostly the one before it plus one; from 100 letters on all eleven occur. */
export const letters = (length: number, seed: number): string =>
  Array.from(learnableText(length, seed), (token) => String.fromCharCode(97 + token)).join('');

/** The error that `work` throws or rejects with, as `Name: message`. */
export async function errorOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  return 'nothing was thrown';
}
