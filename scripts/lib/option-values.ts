// How the words of the command line become values, and what it says where they cannot.
import { InvalidArgumentError } from 'commander';
import type { PeepholeGate, Zoneout } from '../../src/index.js';
import { whyNotWritable } from './files.js';

const LARGEST_F32 = 3.4e38;

export const whole = (min: number, max: number) => (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  }
  return value;
};

export const number = (ok: (value: number) => boolean, allowed: string) => (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !ok(value)) throw new InvalidArgumentError(`Give ${allowed}.`);
  return value;
};

export const positive = number((value) => value > 0 && value <= LARGEST_F32, 'a number above 0 that a float32 holds');
export const bound =
  number((value) => value >= 0 && value <= LARGEST_F32, 'a number of at least 0 that a float32 holds');

const isShare = (value: number): boolean => value >= 0 && value < 1;
export const share = number(isShare, 'a number of at least 0 and below 1');

/** "0.1", or "0.05,0.5" for the hidden and the cell state. */
export function zoneoutRates(text: string): number | Zoneout {
  const [hidden, cell, ...rest] = text.split(',')
    .map(number(isShare, 'a number of at least 0 and below 1, or two with a comma between: hidden,cell'));
  if (rest.length > 0) throw new InvalidArgumentError('Give one number, or two with a comma between: hidden,cell.');
  return cell === undefined ? hidden! : { hidden: hidden!, cell };
}

/** "input,output"; whether the cell has such gates is the library's to say. */
export const gateNames = (text: string): PeepholeGate[] =>
  text.split(',').map((name) => name.trim()).filter(Boolean) as PeepholeGate[];

export const writable = (file: string): string => {
  const why = file === '' ? 'it is empty' : whyNotWritable(file);
  if (why !== undefined) throw new InvalidArgumentError(`It cannot be written: ${why}.`);
  return file;
};

export const named = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('Give a path.');
  return text;
};
