// The options that fix a run's arithmetic, and the list of cells under them.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CellKind, cells, DRIVERS, INITIAL_SCHEMES, PRECISIONS } from '../../src/index.js';
import { bound, gateNames, number, positive, share, whole, zoneoutRates } from './option-values.js';
import { DEFAULTS, optionName, OPTIMIZERS, PRESETS } from './settings.js';

export const MAXIMUM = 65_535;

/** Both defaults of an option that the adapter decides. */
const byAdapter = (key: 'units' | 'layers' | 'embedding' | 'time' | 'batch'): string => {
  const { software, gpu } = PRESETS;
  if (software[key] === gpu[key]) return `(default: ${gpu[key]})`;
  return `(default: ${software[key]} in software, ${gpu[key]} on a GPU)`;
};

const cellName = (text: string): string => {
  if (!Object.hasOwn(cells, text)) throw new InvalidArgumentError(`Give one of ${Object.keys(cells).join(', ')}.`);
  return text;
};

/** Options of `group`, each by its flags, what it says, and what reads its value. */
const group = (heading: string, options: readonly Option[]): Option[] =>
  options.map((option) => option.helpGroup(heading));
const option = <T>(flags: string, text: string, parse?: (value: string) => T): Option =>
  (parse ? new Option(flags, text).argParser(parse) : new Option(flags, text));

const MODEL = group('Model:', [
  option('--cell <name>', `recurrent cell, one of those below (default: ${DEFAULTS.cell})`, cellName),
  option('--units <n>', `units of a recurrent layer ${byAdapter('units')}`, whole(1, MAXIMUM)),
  option('--layers <n>', `recurrent layers ${byAdapter('layers')}`, whole(1, 64)),
  option('--embedding <n>', `width of the character embedding ${byAdapter('embedding')}`, whole(1, MAXIMUM)),
  option('--bias <kind>', 'both (of the input and of the hidden state), input, gates or none (default: both, or ' +
    'input where the cell has but one)'),
  option('--initial <scheme>', 'how recurrent layers\' weights start (default: pytorch)').choices([...INITIAL_SCHEMES]),
  option('--forget-bias <x>', 'what forget gates\' biases start at (default: what --initial says)',
    number(() => true, 'a number')),
  option('--peepholes <gates>', 'gates that see the cell state: input,forget,output (default: all three)',
    gateNames),
  option('--size <n>', 'memory cells that share a block\'s gates, 1 to 6 (default: 1)', whole(1, MAXIMUM)),
  option('--truncated', 'a gradient that flows back in time through memory cells alone'),
  option('--modules <n>', 'groups of units, each with a period of its own (default: 4)', whole(1, MAXIMUM)),
  option('--projection <n>', 'width of the projected hidden state (default: half the units)', whole(1, MAXIMUM)),
]);

const TRAINING = group('Training:', [
  option('--time <t>', `characters that gradients flow back ${byAdapter('time')}`, whole(1, MAXIMUM)),
  option('--batch <b>', `streams of text read side by side ${byAdapter('batch')}`, whole(1, MAXIMUM)),
  option('--optimizer <name>', `update rule (default: ${DEFAULTS.optimizer})`).choices([...OPTIMIZERS]),
  option('--rate <r>', `learning rate (default of adam: ${PRESETS.software.rate} in software, ${PRESETS.gpu.rate} on ` +
    'a GPU)', positive),
  option('--clip-norm <x>', `bound of the gradient's norm, 0 for none (default: ${DEFAULTS.clipNorm})`, bound),
  option('--clip-value <x>', 'bound of each gradient value, 0 for none (default: none)', bound),
  option('--dropout <p>', `share dropped between recurrent layers (default: ${DEFAULTS.dropout})`, share),
  option('--recurrent-dropout <p>', 'share of the hidden state dropped before recurrent weights (default: 0)', share),
  option('--zoneout <p>', 'chance of a state to stay as it was, or two: hidden,cell (default: 0)', zoneoutRates),
  option('--seed <n>', `seed of all random numbers (default: ${DEFAULTS.seed})`, whole(0, 2 ** 32 - 1)),
  option('--trials <n>', `networks trained side by side, with seeds from --seed on (default: ${DEFAULTS.trials})`,
    whole(1, MAXIMUM)),
  option('--driver <name>', 'how the cell is carried through time; wavefront: stacked layers together, without ' +
    'dropout (default: the adapter\'s)').choices([...DRIVERS]),
  option('--recompute [t]', 'keep the activations of t characters at a time and compute the rest again: less memory, ' +
    'about a third slower (default: keep all; t: about twice the root of --time)', whole(1, MAXIMUM)),
  option('--precision <kind>', 'f16: recurrent weights are multiplied as float16 holds them, on a GPU that has it, ' +
    'in layers that fit a workgroup\'s memory (default: f32)').choices([...PRECISIONS]),
]);

export const SHAPE_OPTIONS: readonly Option[] = [...MODEL, ...TRAINING];

/** The help's section about cells, laid out as commander lays out options. */
export function cellList(command: Command, columns: number): string {
  const help = command.createHelp();
  help.prepareContext({ helpWidth: columns });
  const kinds = Object.values(cells);
  const width = Math.max(...kinds.map(({ name }) => name.length));
  const lines = kinds.map((kind) => help.formatItem(kind.name, width, describe(kind), help));
  return ['', ...help.formatItemList('Cells:', lines, help)].join('\n').trimEnd();
}

const describe = ({ summary, source, options }: CellKind): string =>
  `${summary} (${source})${options.length > 0 ? `; takes ${options.map(optionName).join(', ')}` : ''}`;
