import { Command, CommanderError } from 'commander';
import { chooseStrategy } from '../../src/schedule/tiles.js';
import { named, number, whole, writable } from './option-values.js';
import { completeShape, DEFAULTS, modelOf, PRESETS, type Shape } from './settings.js';
import { cellList, SHAPE_OPTIONS } from './shape-options.js';

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
  readonly tune: boolean;
  readonly chrome?: string;
}

/** The command line cannot be used, or asked for help: `message` is for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  constructor(message: string, readonly exitCode: number) {
    super(message);
  }
}

const WIDTH = 110; // columns of the help

function commandLine(): Command {
  const command = new Command('npm start --')
    .usage('[options]')
    .description('Trains a character model on a text: an embedding, stacked recurrent layers and a linear layer,\n' +
      'on WebGPU in headless Chrome. A real GPU gets a larger model by default than a software adapter.')
    .helpOption('-h, --help', 'print this')
    .option('--text <file>', 'UTF-8 text to learn (default: Moby-Dick)', named);
  for (const option of SHAPE_OPTIONS) command.addOption(option);
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
    .option('--tune', 'measure first which driver and tiles are the fastest here, and print them')
    .option('--chrome <path>', 'the browser to use (default: the one that set-up found)', named)
    .allowExcessArguments(false)
    .showHelpAfterError('Try npm start -- --help.')
    .configureHelp({ helpWidth: WIDTH })
    .addHelpText('after', ({ command: asked }) => cellList(asked, WIDTH));
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
  const keys = new Set(SHAPE_OPTIONS.map((option) => option.attributeName()));
  const ofShape = Object.entries(values).filter(([key]) => keys.has(key));
  const others = Object.entries(values).filter(([key]) => !keys.has(key));
  const defaults = { temperature: 0.8, headed: false, cpu: false, explain: false, tune: false };
  const options = { ...defaults, ...Object.fromEntries(others), shape: Object.fromEntries(ofShape) } as TrainOptions;
  refuseCombinations(options);
  return options;
}

function refuseCombinations({ shape, cpu, explain, headed, resume, tune }: TrainOptions): void {
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
  if (cpu && tune) refuse('--tune is about the GPU, and --cpu uses none. Leave one of them out.');
  if (resume !== undefined && tune) {
    refuse('--tune makes a choice that changes the order of sums, and --resume goes on with that of the checkpoint. ' +
      'Leave one of them out.');
  }
  if (cpu && shape.recompute) refuse('--recompute is about the GPU, and --cpu uses none. Leave one of them out.');
  if (cpu && shape.precision) refuse('--precision is about the GPU, and --cpu uses none. Leave one of them out.');
  if (resume !== undefined) return; // the checkpoint says what the rest of the model is
  try {
    // Where the adapter decides, its larger defaults: what is refused with these is refused with the smaller ones.
    const whole = completeShape(shape, cpu ? PRESETS.cpu : PRESETS.gpu);
    const workload = { model: modelOf(whole, 1), timeSteps: whole.time, batch: whole.batch };
    chooseStrategy({ name: '', vendor: '', architecture: '', software: false }, workload, whole.driver);
  } catch (error) {
    refuse(`${error instanceof Error ? error.message : String(error)}.`);
  }
}
