import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../../scripts/lib/options.js';

function refusal(...args: string[]): UsageError {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${args.join(' ')} was accepted`);
}

const HINT = 'Try npm start -- --help.';
const WHOLE = 'Give a whole number from';
const OUT_OF_RANGE: readonly [option: string, value: string, message: string][] = [
  ['--units <n>', '0', `${WHOLE} 1 to 65535.`],
  ['--units <n>', '1.5', `${WHOLE} 1 to 65535.`],
  ['--units <n>', 'many', `${WHOLE} 1 to 65535.`],
  ['--units <n>', '', `${WHOLE} 1 to 65535.`],
  ['--layers <n>', '65', `${WHOLE} 1 to 64.`],
  ['--embedding <n>', '-3', `${WHOLE} 1 to 65535.`],
  ['--time <t>', '0', `${WHOLE} 1 to 65535.`],
  ['--batch <b>', '65536', `${WHOLE} 1 to 65535.`],
  ['--steps <n>', '0', `${WHOLE} 1 to 2147483647.`],
  ['--seed <n>', '4294967296', `${WHOLE} 0 to 4294967295.`],
  ['--trials <n>', '0', `${WHOLE} 1 to 65535.`],
  ['--rate <r>', '0', 'Give a number above 0 that a float32 holds.'],
  ['--rate <r>', '1e39', 'Give a number above 0 that a float32 holds.'],
  ['--rate <r>', 'NaN', 'Give a number above 0 that a float32 holds.'],
  ['--clip-norm <x>', '-1', 'Give a number of at least 0 that a float32 holds.'],
  ['--clip-value <x>', 'Infinity', 'Give a number of at least 0 that a float32 holds.'],
  ['--dropout <p>', '1', 'Give a number of at least 0 and below 1.'],
  ['--temperature <x>', '-0.5', 'Give 0, or a number from 0.01 to 100.'],
  ['--temperature <x>', '0.001', 'Give 0, or a number from 0.01 to 100.'],
  ['--cell <name>', 'rnn', 'Allowed choices are lstm.'],
  ['--optimizer <name>', 'lion', 'Allowed choices are adam, rmsprop, sgd, adagrad.'],
  ['--driver <name>', 'wave', 'Allowed choices are step, sequence.'],
  ['--text <file>', '', 'Give a path.'],
  ['--resume <file>', '', 'Give a path.'],
  ['--chrome <path>', '', 'Give a path.'],
];

describe('the command line of npm start', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-options-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(OUT_OF_RANGE)('refuses %s %j', (option, value, message) => {
    const error = refusal(`${option.split(' ')[0]}=${value}`);
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(`error: option '${option}' argument '${value}' is invalid. ${message}\n${HINT}`);
  });

  it.each(['--json', '--checkpoint'])('refuses %s in a folder that is missing, or a folder itself', (flag) => {
    const missing = join(folder, 'missing');
    const { message } = refusal(flag, join(missing, 'x'));
    expect(message).toContain(`It cannot be written: there is no folder ${missing}.`);
    expect(refusal(flag, folder).message).toContain('It cannot be written: it is a folder.');
    expect(refusal(`${flag}=`).message).toContain('It cannot be written: it is empty.');
  });

  it('refuses options that it does not know, and arguments that belong to none', () => {
    expect(refusal('--unit', '3').message).toBe(`error: unknown option '--unit'\n(Did you mean --units?)\n${HINT}`);
    expect(refusal('book.txt').message).toContain('error: too many arguments');
    expect(refusal('--steps').message).toContain('error: option \'--steps <n>\' argument missing');
  });

  it.each([
    [['--cpu', '--explain'], '--explain shows what the GPU runs, and --cpu runs nothing there. Leave one of them out.'],
    [['--cpu', '--headed'], '--headed shows a browser, and --cpu uses none. Leave one of them out.'],
    [['--cpu', '--driver', 'step'], '--driver is about the GPU, and --cpu uses none. Leave one of them out.'],
    [['--seed', '4294967295', '--trials', '2'],
      '--seed 4294967295 with --trials 2 passes the largest seed, 4294967295. Give a seed of at most 4294967294.'],
  ])('refuses %j', (args, message) => {
    const error = refusal(...args);
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(`error: ${message}\n${HINT}`);
  });

  it('reads every option', () => {
    const json = join(folder, 'run.json');
    expect(parseOptions([
      '--text', 'book.txt', '--cell', 'lstm', '--units', '16', '--layers', '1', '--embedding', '8', '--time', '4',
      '--batch', '2', '--steps', '20', '--rate', '1e-2', '--optimizer', 'sgd', '--clip-norm', '1',
      '--clip-value', '0.5', '--dropout', '0.25', '--temperature', '0', '--prime', '', '--seed', '7', '--trials', '3',
      '--checkpoint', json,
      '--resume', 'old', '--json', json, '--headed', '--chrome', '/bin/chrome', '--driver', 'step', '--explain',
    ])).toEqual({
      shape: {
        cell: 'lstm', units: 16, layers: 1, embedding: 8, time: 4, batch: 2, rate: 0.01, optimizer: 'sgd', clipNorm: 1,
        clipValue: 0.5, dropout: 0.25, seed: 7, trials: 3, driver: 'step',
      },
      text: 'book.txt', steps: 20, temperature: 0, prime: '', checkpoint: json, resume: 'old', json, headed: true,
      cpu: false, explain: true, chrome: '/bin/chrome',
    });
  });

  it('leaves what was not given to the checkpoint or the adapter', () => {
    expect(parseOptions([])).toEqual({ shape: {}, temperature: 0.8, headed: false, cpu: false, explain: false });
  });

  it('prints every option with its default in the help, which is no error', () => {
    const { message, exitCode } = refusal('--help');
    expect(exitCode).toBe(0);
    const options = [
      'text', 'cell', 'units', 'layers', 'embedding', 'time', 'batch', 'steps', 'rate', 'optimizer', 'clip-norm',
      'clip-value', 'dropout', 'temperature', 'prime', 'seed', 'trials', 'checkpoint', 'resume', 'json', 'headed',
      'cpu', 'chrome', 'driver', 'explain', 'help',
    ];
    for (const option of options) expect(message, option).toMatch(new RegExp(`--${option}\\b`));
    const line = message.split('\n').find((text) => text.includes('--units')) ?? '';
    expect(line).toMatch(/default: \d+ in software, \d+ on a GPU/);
  });
});
