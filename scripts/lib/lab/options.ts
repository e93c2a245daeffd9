// The command line of the lab: `npm run lab -- --help`.
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { DRIVERS } from '../../../src/kernels/recurrence.js';
import { INITIAL_SCHEMES } from '../../../src/model/recurrent.js';
import type { ExperimentOptions } from '../../../src/lab/types.js';
import { bound, named, number, positive, whole, writable } from '../option-values.js';
import { UsageError } from '../options.js';
import { type Axis, numberOf, readAxis } from './sweep.js';

export const RUNTIMES = ['chrome', 'node', 'cpu'] as const;
export type Runtime = typeof RUNTIMES[number];

/** What computes, and where results go. */
export interface RunOptions {
  readonly runtime: Runtime;
  readonly chrome?: string;
  readonly json?: string;
  /** As typed, for the record. */
  readonly command: string;
}

/** Options of one experiment but its task. */
export type Overrides = Omit<ExperimentOptions, 'task'>;

export type LabCommand =
  | { readonly kind: 'list' }
  | { readonly kind: 'experiment'; readonly options: ExperimentOptions; readonly sweeps: readonly Axis[];
    readonly run: RunOptions }
  | { readonly kind: 'requirements'; readonly options: Overrides; readonly run: RunOptions }
  | { readonly kind: 'rivals'; readonly task: string; readonly values: Readonly<Record<string, number>>;
    readonly algorithms?: readonly string[]; readonly trials: number; readonly seed: number; readonly limit?: number;
    readonly json?: string; readonly command: string }
  | { readonly kind: 'reproduce'; readonly full: boolean; readonly out: string; readonly minutes?: number;
    readonly run: RunOptions };

const WIDTH = 110; // columns of the help
const SEEDS = 2 ** 32;
const MINUTES = 58;

/** Reads the arguments after the script's name. @throws UsageError with the help (exit code 0) or the mistake (2) */
export function parseLab(args: readonly string[]): LabCommand {
  const [first, ...rest] = args;
  const typed = ['npm run lab', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  switch (first) {
    case undefined: return { kind: 'list' };
    case 'requirements': return readRequirements(rest, typed);
    case 'rivals': return readRivals(rest, typed);
    case 'reproduce': return readReproduce(rest, typed);
    default: return readExperiment(args, typed);
  }
}

interface Flags extends Overrides {
  readonly length?: number;
  readonly noise?: number;
  readonly set?: readonly (readonly [string, number])[];
  readonly sweep?: readonly Axis[];
  readonly json?: string;
  readonly runtime?: 'chrome' | 'node';
  readonly cpu?: boolean;
  readonly chrome?: string;
}

const EXAMPLES = `
Also    npm run lab                             the list of tasks, with their options
        npm run lab -- requirements --cell C    how long a cell latches, under how much noise, how soon it learns
        npm run lab -- rivals latch             Bengio's rival algorithms, on the CPU
        npm run lab -- reproduce [--full]       the papers' figures in one report

Examples
  npm run lab -- temporal-order-6a
  npm run lab -- temporal-order --length 100 --trials 5 --omega 2 --clip-norm 1 --json out.json
  npm run lab -- latch --sweep length=10,15,20,30,40 --sweep cell=rnn,lstm
What is left out is the paper's. The same command with the same --json goes on where it was stopped.`;

function readExperiment(args: readonly string[], typed: string): LabCommand {
  const asked = withSetup(withValues(base('', '<task> [options]', 'Trains networks on a published problem, ' +
    'many trials side by side, and compares with the paper.')))
    .argument('<task>', 'one of those that npm run lab lists')
    .optionsGroup('Sweep:')
    .option('--sweep <name=values>', 'an experiment for each of some values, separated by commas: length=20,50,100, ' +
      'cell=lstm,gru, omega=0,2; several sweeps multiply', collect(axis));
  const command = withRun(asked)
    .addHelpText('after', EXAMPLES);
  const { args: [task], flags } = parsed<Flags>(command, args);
  const { overrides, sweeps, run } = split(flags, typed);
  return { kind: 'experiment', options: { task: task!, ...overrides }, sweeps, run };
}

function readRequirements(args: readonly string[], typed: string): LabCommand {
  const command = withRun(withSetup(base('requirements', '[options]', 'Bengio\'s three requirements as three ' +
    'numbers: the largest length at which 90 % of trials hold\na bit (task latch), the noise that they withstand, ' +
    'and the sequences that they take to learn it.')));
  const { overrides, run } = split(parsed<Flags>(command, args).flags, typed);
  return { kind: 'requirements', options: overrides, run };
}

function readRivals(args: readonly string[], typed: string): LabCommand {
  const command = withValues(base('rivals', '<task> [options]', 'Trains with the algorithms that Bengio, Simard & ' +
    'Frasconi (1994) set against back-propagation, on the CPU.'))
    .argument('<task>', 'latch, two-sequence or parity')
    .option('--algorithm <names>', 'which ones, separated by commas (default: all)',
      (text) => text.split(',').map((word) => word.trim()).filter(Boolean))
    .option('--trials <n>', 'trials of each', whole(1, 1000), 5)
    .option('--seed <n>', 'seed of the first trial', whole(0, SEEDS - 1), 1)
    .option('--limit <n>', 'sequences after which a trial has failed', whole(1, 2 ** 31 - 1))
    .option('--json <file>', 'write the results here after every trial', writable);
  type RivalFlags = Flags & { algorithm?: readonly string[]; trials: number; seed: number };
  const { args: [task], flags } = parsed<RivalFlags>(command, args);
  const { trials, seed, limit, json, algorithm } = flags;
  checkSeeds(seed, trials);
  return {
    kind: 'rivals', task: task!, values: valuesOf(flags), trials, seed, command: typed,
    ...(algorithm ? { algorithms: algorithm } : {}), ...(limit === undefined ? {} : { limit }),
    ...(json === undefined ? {} : { json }),
  };
}

function readReproduce(args: readonly string[], typed: string): LabCommand {
  const command = withRun(base('reproduce', '[options]', 'Runs a fixed list of the papers\' experiments and writes ' +
    'reproduce.json, .md and .html.\nThe same command again goes on where it was stopped.'), false)
    .option('--full', 'the papers\' own sizes, for a GPU')
    .option('--out <folder>', 'where the report goes', named, 'lab/results')
    .option('--minutes <n>', `what is not done by then is shown as not run (default: ${MINUTES}; with --full none)`,
      number((value) => value > 0 && value <= 1e5, 'a number above 0, to 100000'));
  const { flags } = parsed<Flags & { full?: boolean; out: string; minutes?: number }>(command, args);
  const { full = false, out } = flags;
  const minutes = flags.minutes ?? (full ? undefined : MINUTES);
  return { kind: 'reproduce', full, out, ...(minutes === undefined ? {} : { minutes }), run: runOf(flags, typed) };
}

const base = (name: string, usage: string, about: string): Command =>
  new Command(['npm run lab --', name].join(' ').trim())
    .usage(usage)
    .description(about)
    .helpOption('-h, --help', 'print this')
    .allowExcessArguments(false)
    .configureHelp({ helpWidth: WIDTH });

const withValues = (command: Command): Command => command
  .optionsGroup('Task:')
  .option('--length <t>', 'the task\'s length', number(() => true, 'a number'))
  .option('--noise <x>', 'the task\'s noise', number(() => true, 'a number'))
  .option('--set <name=value>', 'another option of the task, as listed by npm run lab; may be repeated', collect(pair));

const withSetup = (command: Command): Command => command
  .optionsGroup('Set-up (default: the paper\'s):')
  .option('--cell <name>', 'recurrent cell')
  .option('--units <n>', 'units of a recurrent layer', whole(1, 65_535))
  .option('--layers <n>', 'recurrent layers', whole(1, 64))
  .option('--trials <n>', 'networks trained side by side, with seeds from --seed on (default: 10)', whole(1, 65_535))
  .option('--seed <n>', 'seed of the first trial (default: 1)', whole(0, SEEDS - 1))
  .option('--batch <n>', 'sequences of an update', whole(1, 65_535))
  .addOption(new Option('--optimizer <name>', 'update rule').choices(['sgd', 'adam', 'rmsprop', 'adagrad']))
  .option('--rate <r>', 'learning rate', positive)
  .option('--clip-norm <x>', 'bound of the gradient\'s norm, 0 for none', bound)
  .option('--clip-value <x>', 'bound of each gradient value, 0 for none', bound)
  .option('--omega <x>', 'weight of Pascanu\'s regulariser Ω, 0 for none', bound)
  .addOption(new Option('--initial <scheme>', 'how recurrent layers\' weights start').choices(INITIAL_SCHEMES))
  .option('--forget-bias <x>', 'what forget gates\' biases start at', number(() => true, 'a number'))
  .option('--limit <n>', 'sequences after which a trial has failed', whole(1, 2 ** 31 - 1))
  .addOption(new Option('--driver <name>', 'how the cell is carried through time').choices([...DRIVERS]));

function withRun(command: Command, json = true): Command {
  command.optionsGroup('Run:')
    .addOption(new Option('--runtime <name>', 'headless Chrome, or Dawn in Node (default: chrome)')
      .choices(['chrome', 'node']))
    .option('--cpu', 'compute in float64 on the CPU, without a browser')
    .option('--chrome <path>', 'the browser to use (default: the one that set-up found)', named);
  return json
    ? command.option('--json <file>', 'write the results here after every trial; go on with those that are there',
      writable)
    : command;
}

function parsed<F>(command: Command, args: readonly string[]): { args: string[]; flags: F } {
  let output = '';
  const write = (text: string): void => void (output += text);
  command.exitOverride().configureOutput({ writeOut: write, writeErr: write })
    .showHelpAfterError(`Try ${command.name()} --help.`);
  try {
    command.parse([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageError(output.trimEnd(), error.exitCode === 0 ? 0 : 2);
    throw error;
  }
  return { args: command.args, flags: command.opts<F & object>() };
}

function split(flags: Flags, typed: string): { overrides: Overrides; sweeps: readonly Axis[]; run: RunOptions } {
  const { length: _length, noise: _noise, set: _set, sweep = [], json: _json, runtime: _runtime, cpu: _cpu,
    chrome: _chrome, ...setup } = flags;
  const values = valuesOf(flags);
  if (setup.seed !== undefined || setup.trials !== undefined) checkSeeds(setup.seed ?? 1, setup.trials ?? 10);
  if (flags.cpu && flags.driver) refuse('--driver is about the GPU, and --cpu uses none. Leave one of them out.');
  const overrides = { ...setup, ...(Object.keys(values).length > 0 ? { values } : {}) };
  return { overrides, sweeps: sweep, run: runOf(flags, typed) };
}

function runOf({ cpu = false, runtime, chrome, json }: Flags, command: string): RunOptions {
  if (cpu && runtime !== undefined) refuse('--runtime is about the GPU, and --cpu uses none. Leave one of them out.');
  if (chrome !== undefined && (cpu || runtime === 'node')) {
    refuse(`--chrome names a browser, and ${cpu ? '--cpu' : '--runtime node'} uses none. Leave one of them out.`);
  }
  return {
    runtime: cpu ? 'cpu' : runtime ?? 'chrome', command,
    ...(chrome === undefined ? {} : { chrome }), ...(json === undefined ? {} : { json }),
  };
}

/** The task's own numbers, of `--length`, `--noise` and every `--set`. */
function valuesOf({ length, noise, set = [] }: Flags): Record<string, number> {
  const values: Record<string, number> = {};
  const given: [string, number][] = [
    ...(length === undefined ? [] : [['length', length] as [string, number]]),
    ...(noise === undefined ? [] : [['noise', noise] as [string, number]]),
    ...set.map(([name, value]) => [name, value] as [string, number]),
  ];
  for (const [name, value] of given) {
    if (Object.hasOwn(values, name)) refuse(`${name} is given twice. Leave one of them out.`);
    values[name] = value;
  }
  return values;
}

function checkSeeds(seed: number, trials: number): void {
  if (seed + trials <= SEEDS) return;
  refuse(`--seed ${seed} with --trials ${trials} passes the largest seed, ${SEEDS - 1}. ` +
    `Give a seed of at most ${SEEDS - trials}.`);
}

function refuse(message: string): never {
  throw new UsageError(`error: ${message}\nTry npm run lab -- --help.`, 2);
}

const collect = <T>(read: (text: string) => T) => (text: string, before: readonly T[] = []): T[] =>
  [...before, read(text)];

/** `name=value` */
function pair(text: string): readonly [string, number] {
  const cut = text.indexOf('=');
  if (cut < 1) throw new InvalidArgumentError('Give name=value, e.g. signal=3.');
  const name = text.slice(0, cut).trim();
  return [name, asArgument(() => numberOf(name, text.slice(cut + 1)))];
}

const axis = (text: string): Axis => asArgument(() => readAxis(text));

/** What `read` refuses, as commander's message about an argument. */
function asArgument<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InvalidArgumentError(`${error instanceof Error ? error.message : String(error)}.`);
  }
}
