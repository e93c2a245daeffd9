import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from '../../scripts/lib/options.js';
import { cells, INITIAL_SCHEMES } from '../../src/index.js';

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
  ['--cell <name>', 'elman', `Give one of ${Object.keys(cells).join(', ')}.`],
  ['--initial <scheme>', 'zeros', `Allowed choices are ${INITIAL_SCHEMES.join(', ')}.`],
  ['--recurrent-dropout <p>', '1', 'Give a number of at least 0 and below 1.'],
  ['--zoneout <p>', '0.1,1', 'Give a number of at least 0 and below 1, or two with a comma between: hidden,cell.'],
  ['--zoneout <p>', '0.1,0.1,0.1', 'Give one number, or two with a comma between: hidden,cell.'],
  ['--forget-bias <x>', 'high', 'Give a number.'],
  ['--optimizer <name>', 'lion', 'Allowed choices are adam, rmsprop, sgd, adagrad.'],
  ['--recompute [t]', '0', 'Give a whole number from 1 to 65535.'],
  ['--precision <kind>', 'f64', 'Allowed choices are f32, f16.'],
  ['--driver <name>', 'wave', 'Allowed choices are step, sequence, scan, wavefront.'],
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
    [['--cpu', '--tune'], '--tune is about the GPU, and --cpu uses none. Leave one of them out.'],
    [['--resume', 'old', '--tune'], '--tune makes a choice that changes the order of sums, and --resume goes on with ' +
      'that of the checkpoint. Leave one of them out.'],
    [['--cpu', '--driver', 'step'], '--driver is about the GPU, and --cpu uses none. Leave one of them out.'],
    [['--cpu', '--recompute'], '--recompute is about the GPU, and --cpu uses none. Leave one of them out.'],
    [['--cpu', '--precision', 'f16'], '--precision is about the GPU, and --cpu uses none. Leave one of them out.'],
    [['--seed', '4294967295', '--trials', '2'],
      '--seed 4294967295 with --trials 2 passes the largest seed, 4294967295. Give a seed of at most 4294967294.'],
    [['--cell', 'gru', '--truncated'],
      'gru has no option truncated, a gradient that flows back in time through constant error carousels alone: ' +
      'use it with lstm-1997.'],
    [['--cell', 'lstm-1997', '--zoneout', '0.1'], 'lstm-1997 cannot have zoneout: its gates are part of the hidden ' +
      'state, and zoneout says nothing of those.'],
    [['--cell', 'gru', '--zoneout', '0,0.1'],
      'gru cannot have zoneout of the cell state: it has no cell state; give zoneout { hidden }.'],
    [['--cell', 'lstm-nfg', '--peepholes', 'forget'],
      'lstm-nfg cannot have a peephole into the forget gate: it has no such gate with weights.'],
    [['--cell', 'lstm-projected', '--units', '8', '--projection', '8'],
      'lstm-projected projection is 8: give a whole number from 1 to 7.'],
    [['--bias', 'all'], 'lstm bias is "all": use both, input, gates, none.'],
    [['--cell', 'gru', '--driver', 'scan'], 'driver "scan" cannot carry gru, whose gates see the hidden state ' +
      'before: use "step" or "sequence", or a cell whose gates see the input alone (min-gru, min-lstm, carousel).'],
    [['--layers', '1', '--driver', 'wavefront'], 'driver "wavefront" cannot carry lstm in one layer, which has no ' +
      'other to advance with: use "step" or "sequence", or more layers.'],
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
      cpu: false, explain: true, tune: false, chrome: '/bin/chrome',
    });
  });

  it('reads what only some cells have', () => {
    const shapeOf = (...args: string[]) => parseOptions(args).shape;
    expect(shapeOf('--cell', 'lstm-1997', '--size', '2', '--truncated', '--bias', 'gates'))
      .toEqual({ cell: 'lstm-1997', size: 2, truncated: true, bias: 'gates' });
    expect(shapeOf('--cell', 'lstm-peephole', '--peepholes', 'input,output', '--zoneout', '0.05,0.5')).toEqual({
      cell: 'lstm-peephole', peepholes: ['input', 'output'], zoneout: { hidden: 0.05, cell: 0.5 },
    });
    expect(shapeOf('--cell', 'clockwork', '--modules', '3', '--recurrent-dropout', '0.2', '--initial', 'karpathy'))
      .toEqual({ cell: 'clockwork', modules: 3, recurrentDropout: 0.2, initial: 'karpathy' });
    expect(shapeOf('--cell', 'lstm-projected', '--projection', '100', '--forget-bias', '1', '--zoneout', '0.1'))
      .toEqual({ cell: 'lstm-projected', projection: 100, forgetBias: 1, zoneout: 0.1 });
    expect(shapeOf('--cell', 'min-gru', '--driver', 'scan')).toEqual({ cell: 'min-gru', driver: 'scan' });
    expect(shapeOf('--recompute')).toEqual({ recompute: true });
    expect(shapeOf('--recompute', '16')).toEqual({ recompute: 16 });
    expect(shapeOf('--precision', 'f16')).toEqual({ precision: 'f16' });
  });

  it.each(Object.keys(cells))('takes --cell %s, and the help says what that is', (cell) => {
    expect(parseOptions(['--cell', cell]).shape).toEqual({ cell });
    const { summary, source, options } = cells[cell]!;
    const help = refusal('--help').message.replace(/\s+/g, ' ');
    const takes = options.map((option) => `--${option}`).join(', ');
    expect(help).toContain(` ${cell} ${summary} (${source})${takes && `; takes ${takes}`}`);
  });

  it('leaves what was not given to the checkpoint or the adapter', () => {
    expect(parseOptions([])).toEqual({
      shape: {}, temperature: 0.8, headed: false, cpu: false, explain: false, tune: false,
    });
    expect(parseOptions(['--tune']).tune).toBe(true);
  });

  it('prints every option with its default in the help, which is no error', () => {
    const { message, exitCode } = refusal('--help');
    expect(exitCode).toBe(0);
    const options = [
      'text', 'cell', 'units', 'layers', 'embedding', 'time', 'batch', 'steps', 'rate', 'optimizer', 'clip-norm',
      'clip-value', 'dropout', 'temperature', 'prime', 'seed', 'trials', 'checkpoint', 'resume', 'json', 'headed',
      'cpu', 'chrome', 'driver', 'explain', 'tune', 'help', 'bias', 'initial', 'forget-bias',
      'recurrent-dropout', 'zoneout', 'peepholes', 'size', 'truncated', 'modules', 'projection', 'recompute',
      'precision',
    ];
    for (const option of options) expect(message, option).toMatch(new RegExp(`--${option}\\b`));
    const line = message.split('\n').find((text) => text.includes('--units')) ?? '';
    expect(line).toMatch(/default: \d+ in software, \d+ on a GPU/);
    for (const text of message.split('\n')) expect(text.length, text).toBeLessThanOrEqual(110);
  });
});
