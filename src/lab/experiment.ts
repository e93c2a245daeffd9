import { DRIVERS } from '../kernels/recurrence.js';
import { checkInteger, checkKeys, checkNumber, checkOneOf } from '../model/check.js';
import { input, linear, type Model, oneHot, sequential } from '../model/description.js';
import { MOST_TRIALS } from '../model/engine.js';
import { omegaRefusal } from '../model/omega.js';
import { adagrad, adam, type OptimizerDescription, rmsprop, sgd } from '../model/optimizers.js';
import { recurrent, type RecurrentDescription, type RecurrentOptions } from '../model/recurrent.js';
import { withSkip } from '../model/skip.js';
import { checkDriver } from '../schedule/tiles.js';
import { taskNamed, taskValues } from '../tasks/index.js';
import type { Examples, Problem, Setup, Task } from '../tasks/task.js';
import { withInitial } from './initial.js';
import type { Experiment, ExperimentOptions } from './types.js';

const OPTION_NAMES: readonly (keyof ExperimentOptions)[] = [
  'task', 'values', 'cell', 'units', 'layers', 'trials', 'seed', 'batch', 'optimizer', 'rate', 'clipNorm', 'clipValue',
  'omega', 'initial', 'forgetBias', 'limit', 'driver',
];

const DEFAULT_TRIALS = 10;

/**
 * Decides everything that an experiment leaves open, and checks all of it: nothing is computed yet.
 * @throws RangeError that says what was given, what is allowed, and what to do
 */
export function prepareExperiment(options: ExperimentOptions, examples?: Examples): Experiment {
  checkKeys('an experiment', options, OPTION_NAMES);
  const task = taskNamed(options.task);
  const values = taskValues(task, options.values ?? {});
  const problem = task.problem(values, examples);
  const published = task.setup(values);
  const setup = changed(published, options);
  if (published.initial.recurrent !== undefined && setup.initial.recurrent === undefined) checkWeight(options);
  const model = modelOf(problem, setup, options);
  if (setup.omega) checkOmega(model, setup.omega);
  if (options.driver) checkDriver(model, checkOneOf('driver', options.driver, DRIVERS));
  optimizerOf(setup);
  const trials = checkInteger('trials', options.trials ?? DEFAULT_TRIALS, 1, MOST_TRIALS);
  const seed = checkInteger('seed', options.seed ?? 1, 0, 2 ** 32 - trials);
  return {
    options, task, values, problem, setup, model,
    seeds: Array.from({ length: trials }, (_, n) => seed + n),
    testSequences: testSequences(task, problem),
    paper: task.paper?.(values),
    // A limit does not count: a lower one can but make a figure missed.
    asPaper: sorted({ ...setup, limit: 0 }) === sorted({ ...published, limit: 0 }) && (options.layers ?? 1) === 1 &&
      options.initial === undefined && options.forgetBias === undefined,
  };
}

/** Plain data as text, with the keys of objects in one order. */
const sorted = (data: unknown): string => JSON.stringify(data, (_, value: unknown) =>
  (typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value));

/** 2,560 for the tasks of 1997, as in the paper, else 10,000; of a task with sets, all that there are. */
function testSequences({ source }: Task, { sets }: Problem): number {
  if (sets) return sets.training + sets.test;
  return source.startsWith('Hochreiter') ? 2560 : 10_000;
}

/** The published set-up with the caller's changes. */
function changed(published: Setup, options: ExperimentOptions): Setup {
  const { cell = published.cell, batch, omega, clipNorm, clipValue, rate, optimizer, limit } = options;
  // Of a net without an output layer the units are the outputs: with more of them it is another net.
  const other = cell !== published.cell ||
    (published.output === false && (options.units ?? published.units) !== published.units);
  const clip = {
    ...published.clip,
    ...(clipNorm === undefined ? {} : { norm: clipNorm }), ...(clipValue === undefined ? {} : { value: clipValue }),
  };
  const { clip: _, omega: __, options: cellOptions, initial, output, ...rest } = published;
  return {
    ...rest, cell,
    units: checkInteger('units', options.units ?? (other ? unitsOf(published) : published.units), 1, 65_536),
    ...(cellOptions && !other ? { options: cellOptions } : {}),
    ...(output === undefined || (other && output === false) ? {} : { output }),
    initial: initialOf(initial, other, options.initial),
    optimizer: {
      kind: optimizer ?? published.optimizer.kind,
      rate: checkNumber('rate', rate ?? published.optimizer.rate, { min: 0, above: true }),
    },
    batch: checkInteger('batch', batch ?? published.batch, 1, 4096),
    limit: checkInteger('limit', limit ?? published.limit, 1),
    ...clipOf(clip), ...omegaOf(omega ?? published.omega ?? 0),
  };
}

/** The paper's cell blocks hold several cells; another cell has as many in all. */
const unitsOf = ({ units, options }: Setup): number => units * Number(options?.['size'] ?? 1);

/** What the paper says of its own gates means nothing to another cell, nor where a scheme is asked for. */
function initialOf(published: Setup['initial'], other: boolean, scheme: string | undefined): Setup['initial'] {
  const { inputs, ...rest } = published;
  if (!other && scheme === undefined) return published;
  if (other) return {};
  const { gates, shifts, bias } = rest;
  return {
    ...(inputs ? { inputs } : {}), ...(gates ? { gates } : {}), ...(shifts ? { shifts } : {}),
    ...(bias === undefined ? {} : { bias }),
  };
}

/** 0 takes a bound of the paper's away. */
function clipOf({ norm = 0, value = 0 }: NonNullable<Setup['clip']>): Pick<Setup, 'clip'> {
  checkNumber('clipNorm', norm, { min: 0 });
  checkNumber('clipValue', value, { min: 0 });
  if (norm === 0 && value === 0) return {};
  return { clip: { ...(norm > 0 ? { norm } : {}), ...(value > 0 ? { value } : {}) } };
}

const omegaOf = (omega: number): Pick<Setup, 'omega'> =>
  (checkNumber('omega', omega, { min: 0, max: 1e6 }) > 0 ? { omega } : {});

function modelOf(problem: Problem, setup: Setup, { layers, initial, forgetBias }: ExperimentOptions): Model {
  const { input: read, outputs } = problem;
  const { output = {}, units, cell } = setup;
  const options = {
    ...setup.options, ...(layers === undefined ? {} : { layers }), ...(forgetBias === undefined ? {} : { forgetBias }),
    ...(initial === undefined ? {} : { initial }),
  } as RecurrentOptions;
  const layer = recurrent(cell, units, options);
  const first = read.kind === 'tokens' ? oneHot(read.vocabulary) : input(read.width);
  if (output === false) return withInitial(sequential([first, layer]), setup.initial);
  const { bias = true, skip = false } = output;
  const model = sequential([first, layer, linear(outputs, { bias })]);
  return withInitial(skip ? withSkip(model) : model, setup.initial);
}

/** @throws RangeError where a value for the paper's one recurrent weight is given, and it is not there */
function checkWeight({ values = {}, cell, units, initial }: ExperimentOptions): void {
  const { weight } = values;
  if (weight === undefined) return;
  const instead = Object.entries({ cell, units, initial }).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`).join(', ');
  throw new RangeError(`weight is ${weight}, the recurrent weight at the start of the paper's one unit, and there is ` +
    `${instead}: leave one of them out`);
}

/** @throws RangeError where Ω is not defined for the model's cell */
function checkOmega({ layers }: Model, omega: number): void {
  const layer = layers.find((each): each is RecurrentDescription => each.kind === 'recurrent');
  const refusal = layer && omegaRefusal(layer);
  if (refusal) throw new RangeError(`omega is ${omega}, and ${refusal}`);
}

const OPTIMIZERS = { sgd, adam, rmsprop, adagrad };

/** @throws RangeError where the optimiser is not known, or its rate out of range */
export function optimizerOf({ optimizer: { kind, rate } }: Setup): OptimizerDescription {
  if (!Object.hasOwn(OPTIMIZERS, kind)) {
    throw new RangeError(`optimizer is ${String(kind)}: use ${Object.keys(OPTIMIZERS).join(', ')}`);
  }
  return OPTIMIZERS[kind]({ rate });
}
