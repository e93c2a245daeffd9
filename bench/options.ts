import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Runtime } from './report-types.js';
import { expandSizes } from './sizes.js';
import { DEFAULT_PEERS, OWN, PEERS, TORCH } from './system.js';

/** Measured steps where none are named. */
export const STEPS = 30;

export interface Options {
  sizes: string[];
  /** As named by the caller; undefined for those that fit. */
  peers?: string[];
  runtime: Runtime;
  json?: string;
  /** As named by the caller. */
  steps?: number;
  rounds: number;
  budget: number;
  minutes: number;
  inference: boolean;
  kernels: boolean;
  chrome?: string;
  /** As typed, for the record. */
  command: string;
}

/** Refuses a path in a missing folder before the run, not after it. */
function writablePath(path: string): string {
  if (!path.endsWith('.json')) throw new InvalidArgumentError('Its name must end in .json; the HTML lies beside it.');
  if (!existsSync(dirname(resolve(path)))) throw new InvalidArgumentError('Its folder does not exist.');
  return path;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return value;
}

function minutes(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1440)) throw new InvalidArgumentError('It must be a number above 0, to 1440.');
  return value;
}

function peerNames(text: string): string[] {
  if (text === 'none') return [];
  const allowed = [...Object.keys(PEERS), TORCH];
  const names = text.split(',').map((name) => name.trim()).filter(Boolean);
  const unknown = names.filter((name) => !allowed.includes(name) && !Object.hasOwn(OWN, name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`No peer "${unknown.join('", "')}"; allowed, separated by commas: ` +
      `${allowed.join(', ')}, or none.`);
  }
  return [...new Set(names)].filter((name) => !Object.hasOwn(OWN, name)); // those are there in any case
}

function sizeNames(text: string): string[] {
  try {
    return expandSizes(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

const AFTER = `
Sizes    XS, S, M, L; deepbench-256x16 (hidden × batch), …: DeepBench's training shapes, all of them by the name
         deepbench; curves: the points of curves over H, B and T through S, a few steps each.
Systems  in every run: Latch with the drivers step and sequence, its float64 reference, and a training step in
         Float32Arrays. Peers: ${DEFAULT_PEERS.join(', ')} by default, those that fit into
         --minutes; tfjs-cpu only when named. torch is PyTorch on CUDA, where python3 has it.
Results  are merged into bench/results/<adapter>-<date>.json, and a report in HTML is written beside it.

Examples
  npm run bench -- --size XS,S,M
  npm run bench -- --size S --peers jax,tfjs-wasm --runtime node
  npm run bench -- --size deepbench,curves --peers none
  npm run bench -- --kernels --size M`;

/** Reads the arguments after the script's name; commander prints a mistake, or the help, and exits. */
export function parseOptions(args: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description('Trains character LSTMs in Latch and in other libraries, on the same weights and data, in turn.')
    .option('--size <names>', 'sizes and groups, separated by commas (default: S; with --kernels S,M)', sizeNames)
    .option('--peers <names>', 'other libraries, separated by commas; none for none', peerNames)
    .addOption(new Option('--runtime <name>', 'pages in headless Chrome, or Dawn in Node')
      .choices(['chrome', 'node']).default('chrome'))
    .option('--json <file>', 'merge the results into this file', writablePath)
    .option('--steps <n>', `measured steps of each system (default: ${STEPS}; more, where they take less than 2 s)`,
      wholeNumber)
    .option('--rounds <n>', 'rounds these are spread over, systems in turn', wholeNumber, 5)
    .option('--budget <seconds>', 'time for the measured steps of one system; slow ones get fewer', wholeNumber, 40)
    .option('--minutes <n>', 'time for a size; peers that would not fit are left out', minutes, 10)
    .option('--no-inference', 'leave out single time steps and text (XS, S, M, L)')
    .option('--kernels', 'measure each kernel against its floor, and the training step by dispatch', false)
    .option('--chrome <path>', 'the browser to use')
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: 112 })
    .addHelpText('after', AFTER);
  const { size, ...options } = command.parse(args, { from: 'user' })
    .opts<Omit<Options, 'sizes' | 'command'> & { size?: string[] }>();
  const sizes = size ?? (options.kernels ? ['S', 'M'] : ['S']);
  return { ...options, sizes, command: ['npm run bench --', ...args].join(' ').replace(/ --$/, '') };
}
