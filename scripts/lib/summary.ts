import type { Finished, Started, StepRecord } from '../pages/events.js';
import type { Tried, Tuning } from '../../src/index.js';
import { bits, duration } from './progress.js';
import { unusual, words } from './settings.js';

/** What `--json` writes. A value with trials is an array, one a trial. Losses in nats a character. */
export interface RunReport {
  readonly steps: readonly { readonly step: number; readonly loss: PerTrial; readonly gradientNorm: PerTrial }[];
  readonly summary: {
    readonly adapter: string;
    readonly model: string;
    readonly driver: string;
    readonly loss: Readonly<Record<'first' | 'last' | 'heldOut', PerTrial | null>>;
    readonly stepsPerSecond: number;
    readonly dispatchesPerStep: number;
    readonly submitsPerStep: number;
    readonly gpuBytes: number;
    readonly seconds: number;
    readonly heldOutCharacters: number;
    readonly unigramEntropy: number;
    readonly interrupted: boolean;
  };
  readonly sample: string | readonly string[] | null;
}

type PerTrial = number | readonly number[];

/** "embedding 32, 2 × lstm 96, linear 88", or "… 2 × lstm 96 with dropout 0.1, forget bias 1, …" */
export function modelName({ shape, vocabulary }: Pick<Started, 'shape' | 'vocabulary'>): string {
  const { cell, units, layers, embedding } = shape;
  const more = unusual(shape).map(([key, value]) => (value === 'true' ? words(key) : `${words(key)} ${value}`));
  const core = `${layers} × ${cell} ${units}${more.length > 0 ? ` with ${more.join(', ')}` : ''}`;
  return `embedding ${embedding}, ${core}, linear ${vocabulary}`;
}

export function reportOf(info: Started, records: readonly StepRecord[], finished: Finished): RunReport {
  const { heldOut, samples, step: _, ...measured } = finished;
  const alone = info.shape.trials === 1;
  const perTrial = <T>(values: readonly T[]): T | readonly T[] => (alone ? values[0]! : values);
  const first = records[0];
  const last = records.at(-1);
  return {
    steps: records.map(({ step, loss, gradientNorm }) => ({
      step, loss: perTrial(loss), gradientNorm: perTrial(gradientNorm),
    })),
    summary: {
      adapter: info.adapter, model: modelName(info), driver: info.driver,
      loss: {
        first: first ? perTrial(first.loss) : null,
        last: last ? perTrial(last.loss) : null,
        heldOut: heldOut && perTrial(heldOut),
      },
      ...measured, unigramEntropy: info.unigramEntropy,
    },
    sample: samples && perTrial(samples),
  };
}

/** What was chosen by measurement, and against what. */
export function tuningLines({ tried, chosen, timeSteps, took }: Tuning): string[] {
  const width = Math.max(...tried.map(({ name }) => name.length));
  const outcome = ({ name, milliseconds, against, reason }: Tried): string => [
    ...(milliseconds === undefined ? [] : [`${milliseconds.toFixed(2)} ms`]),
    ...(against === undefined ? [] : [`against ${against.toFixed(2)} of the best before`]),
    ...(reason === undefined ? [] : [reason]), ...(chosen.includes(name) ? ['chosen'] : []),
  ].join(', ');
  return [
    `Measured in ${duration(took / 1000)}, training steps of ${timeSteps} time steps: ` +
      `${chosen.length > 0 ? chosen.join('; ') : 'the table\'s choice stays'}`,
    ...tried.map((each) => `  ${each.name.padEnd(width)}  ${outcome(each)}`),
  ];
}

/** What is about to run and why, in one or two lines. */
export function startText(info: Started, textName: string): string {
  const { shape, adapter, preset, from, steps, parameters, textLength, fromAdapter, tuning } = info;
  const why = {
    software: 'a software adapter, so defaults are small',
    gpu: 'a GPU, so defaults are large',
    cpu: 'no GPU, so defaults are small',
  }[preset];
  const trials = shape.trials > 1 ? `, ${shape.trials} trials` : '';
  return [
    `${adapter}: ${why}`,
    `Model: ${modelName(info)}, ${parameters.toLocaleString('en')} parameters${trials}`,
    `Run: ${textName} (${textLength.toLocaleString('en')} characters), time ${shape.time}, batch ${shape.batch}, ` +
      `${shape.optimizer} at ${shape.rate}, ${from > 0 ? `steps ${from + 1} to ${steps}` : `${steps} steps`}`,
    ...(fromAdapter === undefined ? [] : [
      `The checkpoint was made on ${fromAdapter}: the run goes on, but sums round differently here, ` +
        'so not bit for bit.',
    ]),
    ...(tuning ? tuningLines(tuning) : []),
  ].join('\n');
}

function losses(values: readonly number[]): string {
  const list = (digits: number, unit: (nats: number) => number): string =>
    values.map((value) => unit(value).toFixed(digits)).join(', ');
  return `${list(3, (nats) => nats)} nats (${list(2, bits)} bits)`;
}

/** The table at the end. */
export function summaryText(info: Started, records: readonly StepRecord[], finished: Finished): string {
  const { interrupted, step, heldOut, heldOutCharacters } = finished;
  const onGpu = info.preset !== 'cpu';
  const heldOutText = heldOut
    ? `${losses(heldOut)} over ${heldOutCharacters.toLocaleString('en')} characters`
    : interrupted ? 'not judged: the run was interrupted' : 'none: the text is too short to hold any out';
  const rows: [string, string][] = [
    ['adapter', info.adapter],
    ['model', `${modelName(info)}; ${info.parameters.toLocaleString('en')} parameters`],
    ...(onGpu ? [['driver', info.driver] as [string, string]] : []),
    ['steps', `${step} of ${info.steps}${interrupted ? ' (interrupted)' : ''} in ${duration(finished.seconds)}`],
    ['loss, first', records[0] ? losses(records[0].loss) : 'no step was done'],
    ['loss, last', records.length > 0 ? losses(records.at(-1)!.loss) : 'no step was done'],
    ['loss, held out', heldOutText],
    ['by frequency', `${losses([info.unigramEntropy])}: what character frequencies alone give`],
    ['speed', `${finished.stepsPerSecond.toFixed(2)} steps/s`],
    ...(onGpu ? [
      ['a step', `${finished.dispatchesPerStep} dispatches, ${finished.submitsPerStep} submits`] as [string, string],
      ['GPU memory', `${(finished.gpuBytes / 1e6).toFixed(1)} MB`] as [string, string],
    ] : []),
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(15)} ${value}`).join('\n');
}

/** A sample as a quoted block, wrapped at words. */
export function sampleText(title: string, text: string, columns = 80): string {
  const width = Math.max(20, Math.min(columns, 100) - 5);
  const lines = printable(text).split('\n').flatMap((line) => wrap(line, width));
  return [`${title}:`, ...lines.map((line) => `  │ ${line}`.trimEnd())].join('\n');
}

/** Control characters of a text may drive a terminal: they are shown as symbols. */
const printable = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replaceAll('\t', '  ').replace(/(?!\n)\p{Cc}/gu, '·');

function wrap(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const cut = space > 0 ? space : width;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(space > 0 ? cut + 1 : cut);
  }
  return [...lines, rest];
}
