import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { cells } from '../../src/index.js';
import { whyNotWritable } from './files.js';
import { DEFAULTS, DRIVERS, OPTIMIZERS, PRESETS, type Shape } from './settings.js';

/** The command line, each value in range; what was not given is undefined. */
export interface TrainOptions {
  /** What fixes the run's arithmetic: with `resume` it comes from the checkpoint. */
  readonly shape: Partial<Shape>;
  readonly steps?: number;
  readonly text?: string;
  readonly temperature: number;
  readonly prime?: string;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly json?: string;
  readonly headed: boolean;
  readonly cpu: boolean;
  readonly explain: boolean;
  readonly chrome?: string;
}

/** The command line cannot be used, or asked for help: `message` is for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  constructor(message: string, readonly exitCode: number) {
    super(message);
  }
}

const MAXIMUM = 65_535;
const LARGEST_F32 = 3.4e38;

const whole = (min: number, max: number) => (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  }
  return value;
};

const number = (ok: (value: number) => boolean, allowed: string) => (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !ok(value)) throw new InvalidArgumentError(`Give ${allowed}.`);
  return value;
};

const writable = (file: string): string => {
  const why = file === '' ? 'it is empty' : whyNotWritable(file);
  if (why !== undefined) throw new InvalidArgumentError(`It cannot be written: ${why}.`);
  return file;
};

const named = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('Give a path.');
  return text;
};

/** Both defaults of an option that the adapter decides. */
const byAdapter = (key: 'units' | 'layers' | 'embedding' | 'time' | 'batch'): string => {
  const { software, gpu } = PRESETS;
  if (software[key] === gpu[key]) return `(default: ${gpu[key]})`;
  return `(default: ${software[key]} in software, ${gpu[key]} on a GPU)`;
};

const SHAPE: readonly Option[] = [
  new Option('--cell <name>', 'recurrent cell').choices(Object.keys(cells)),
  new Option('--units <n>', `units of a recurrent layer ${byAdapter('units')}`).argParser(whole(1, MAXIMUM)),
  new Option('--layers <n>', `recurrent layers ${byAdapter('layers')}`).argParser(whole(1, 64)),
  new Option('--embedding <n>', `width of the character embedding ${byAdapter('embedding')}`)
    .argParser(whole(1, MAXIMUM)),
  new Option('--time <t>', `characters that gradients flow back ${byAdapter('time')}`).argParser(whole(1, MAXIMUM)),
  new Option('--batch <b>', `streams of text read side by side ${byAdapter('batch')}`).argParser(whole(1, MAXIMUM)),
  new Option('--optimizer <name>', `update rule (default: ${DEFAULTS.optimizer})`).choices([...OPTIMIZERS]),
  new Option('--rate <r>', `learning rate (default of adam: ${PRESETS.software.rate} in software, ` +
    `${PRESETS.gpu.rate} on a GPU)`)
    .argParser(number((value) => value > 0 && value <= LARGEST_F32, 'a number above 0 that a float32 holds')),
  new Option('--clip-norm <x>', `bound of the gradient's norm, 0 for none (default: ${DEFAULTS.clipNorm})`)
    .argParser(number((value) => value >= 0 && value <= LARGEST_F32, 'a number of at least 0 that a float32 holds')),
  new Option('--clip-value <x>', 'bound of each gradient value, 0 for none (default: none)')
    .argParser(number((value) => value >= 0 && value <= LARGEST_F32, 'a number of at least 0 that a float32 holds')),
  new Option('--dropout <p>', `share dropped between recurrent layers (default: ${DEFAULTS.dropout})`)
    .argParser(number((value) => value >= 0 && value < 1, 'a number of at least 0 and below 1')),
  new Option('--seed <n>', `seed of all random numbers (default: ${DEFAULTS.seed})`).argParser(whole(0, 2 ** 32 - 1)),
  new Option('--trials <n>', `networks trained side by side, with seeds from --seed on (default: ${DEFAULTS.trials})`)
    .argParser(whole(1, MAXIMUM)),
  new Option('--driver <name>', 'how the cell is carried through time (default: the adapter\'s)').choices([...DRIVERS]),
];

function commandLine(): Command {
  const command = new Command('npm start --')
    .usage('[options]')
    .description('Trains a character model on a text: an embedding, stacked recurrent layers and a linear layer,\n' +
      'on WebGPU in headless Chrome. A real GPU gets a larger model by default than a software adapter.')
    .helpOption('-h, --help', 'print this')
    .option('--text <file>', 'UTF-8 text to learn (default: Moby-Dick)', named);
  for (const option of SHAPE) command.addOption(option);
  const { software, gpu, cpu } = PRESETS;
  const stepDefaults = `${software.steps} in software, ${gpu.steps} on a GPU, ${cpu.steps} with --cpu`;
  return command
    .option('--steps <n>', `steps in all, those before --resume included (default: ${stepDefaults})`,
      whole(1, 2 ** 31 - 1))
    .option('--temperature <x>', 'of samples: less is more careful, 0 takes the most likely (default: 0.8)',
      number((value) => value === 0 || (value >= 0.01 && value <= 100), '0, or a number from 0.01 to 100'))
    .option('--prime <text>', 'what samples start from (default: "Call me " for Moby-Dick)')
    .option('--checkpoint <file>', 'save the run here every 20 s, at the end and on Ctrl-C', writable)
    .option('--resume <file>', 'go on from a checkpoint; the model\'s options come from it', named)
    .option('--json <file>', 'write every step\'s loss and the summary here', writable)
    .option('--headed', 'show the browser')
    .option('--cpu', 'train the same in float64 on the CPU, without a browser')
    .option('--explain', 'print one training step as a table of dispatches, and stop')
    .option('--chrome <path>', 'the browser to use (default: the one that set-up found)', named)
    .allowExcessArguments(false)
    .showHelpAfterError('Try npm start -- --help.')
    .configureHelp({ helpWidth: 110 });
}

/**
 * Reads the arguments after the script's name.
 * @throws UsageError with the help (exit code 0), or with what is wrong (2)
 */
export function parseOptions(args: readonly string[]): TrainOptions {
  let output = '';
  const write = (text: string): void => void (output += text);
  const command = commandLine().exitOverride().configureOutput({ writeOut: write, writeErr: write });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageError(output.trimEnd(), error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  const values = command.opts<Omit<TrainOptions, 'shape'> & Partial<Shape>>();
  const keys = new Set(SHAPE.map((option) => option.attributeName()));
  const ofShape = Object.entries(values).filter(([key]) => keys.has(key));
  const others = Object.entries(values).filter(([key]) => !keys.has(key));
  const defaults = { temperature: 0.8, headed: false, cpu: false, explain: false };
  const options = { ...defaults, ...Object.fromEntries(others), shape: Object.fromEntries(ofShape) } as TrainOptions;
  refuseCombinations(options);
  return options;
}

function refuseCombinations({ shape, cpu, explain, headed, resume }: TrainOptions): void {
  const refuse = (message: string): never => {
    throw new UsageError(`error: ${message}\nTry npm start -- --help.`, 2);
  };
  const { seed = DEFAULTS.seed, trials = DEFAULTS.trials } = shape;
  if (resume === undefined && seed + trials > 2 ** 32) {
    refuse(`--seed ${seed} with --trials ${trials} passes the largest seed, ${2 ** 32 - 1}. ` +
      `Give a seed of at most ${2 ** 32 - trials}.`);
  }
  if (cpu && explain) refuse('--explain shows what the GPU runs, and --cpu runs nothing there. Leave one of them out.');
  if (cpu && headed) refuse('--headed shows a browser, and --cpu uses none. Leave one of them out.');
  if (cpu && shape.driver) refuse('--driver is about the GPU, and --cpu uses none. Leave one of them out.');
}
