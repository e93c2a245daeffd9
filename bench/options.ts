import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { SIZES, type SizeName } from './problem.js';
import { PEERS } from './system.js';

export interface Options {
  size: SizeName;
  peers: string[];
  json?: string;
  /** Measured steps of a system, over all rounds. */
  steps: number;
  rounds: number;
  /** Seconds of measured steps a system may take; slow ones get fewer steps, at least one. */
  budget: number;
  chrome?: string;
}

/** Refuses a path in a missing folder before the run, not after it. */
function writablePath(path: string): string {
  if (!existsSync(dirname(resolve(path)))) throw new InvalidArgumentError('Its folder does not exist.');
  return path;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return value;
}

function peerNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim()).filter(Boolean);
  const unknown = names.filter((name) => !Object.hasOwn(PEERS, name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`No peer "${unknown.join('", "')}"; allowed, separated by commas: ` +
      `${Object.keys(PEERS).join(', ')}, or none.`);
  }
  return [...new Set(names)];
}

/** Reads the arguments after the script's name; commander prints a mistake, or the help, and exits. */
export function parseOptions(args: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description('Trains one character LSTM in Latch, in its CPU reference and in other libraries, in headless Chrome.')
    .addOption(new Option('--size <name>', 'problem size').choices(Object.keys(SIZES)).default('S'))
    .option('--peers <names>', 'other libraries, separated by commas; none for none',
      (text) => (text === 'none' ? [] : peerNames(text)), ['tfjs', 'jax'])
    .option('--json <file>', 'also write the results to this file', writablePath)
    .option('--steps <n>', 'measured steps of each system', wholeNumber, 30)
    .option('--rounds <n>', 'rounds these are spread over, systems in turn', wholeNumber, 5)
    .option('--budget <seconds>', 'time for the measured steps of one system', wholeNumber, 60)
    .option('--chrome <path>', 'the browser to use');
  return command.parse(args, { from: 'user' }).opts<Options>();
}
