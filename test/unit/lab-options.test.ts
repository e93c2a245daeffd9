import { describe, expect, it } from 'vitest';
import { listText, sourceOf } from '../../scripts/lib/lab/listing.js';
import { parseLab } from '../../scripts/lib/lab/options.js';
import { expandSweep, pointName, readAxis } from '../../scripts/lib/lab/sweep.js';
import { UsageError } from '../../scripts/lib/options.js';
import { taskNamed, tasks } from '../../src/tasks/index.js';

const words = (line: string): string[] => line.split(' ').filter(Boolean);

function refusal(line: string): UsageError {
  try {
    parseLab(words(line));
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${line} was not refused`);
}

describe('the lab\'s command line', () => {
  it('lists tasks where nothing is asked for', () => {
    expect(parseLab([])).toEqual({ kind: 'list' });
  });

  it('reads an experiment, its task\'s numbers, its set-up and its sweeps', () => {
    const line = 'temporal-order --cell lstm --length 100 --noise .1 --set signal=4 --trials 5 --seed 7 --omega 2 ' +
      '--clip-norm 1 --optimizer sgd --rate 0.01 --forget-bias -1 --limit 5000 --driver step --sweep batch=10,20 ' +
      '--runtime node';
    expect(parseLab(words(line))).toEqual({
      kind: 'experiment',
      options: {
        task: 'temporal-order', values: { length: 100, noise: 0.1, signal: 4 }, cell: 'lstm', trials: 5, seed: 7,
        omega: 2, clipNorm: 1, optimizer: 'sgd', rate: 0.01, forgetBias: -1, limit: 5000, driver: 'step',
      },
      sweeps: [{ name: 'batch', values: [10, 20] }],
      run: { runtime: 'node', command: `npm run lab -- ${line}` },
    });
  });

  it('leaves open what is not given', () => {
    expect(parseLab(['latch'])).toEqual({
      kind: 'experiment', options: { task: 'latch' }, sweeps: [],
      run: { runtime: 'chrome', command: 'npm run lab -- latch' },
    });
    expect(parseLab(['latch', '--cpu'])).toMatchObject({ run: { runtime: 'cpu' } });
  });

  it('reads the other commands', () => {
    expect(parseLab(words('requirements --cell lstm --trials 20'))).toMatchObject({
      kind: 'requirements', options: { cell: 'lstm', trials: 20 },
    });
    expect(parseLab(words('rivals parity --length 25 --algorithm multi-grid,back-propagation'))).toMatchObject({
      kind: 'rivals', task: 'parity', values: { length: 25 }, trials: 5, seed: 1,
      algorithms: ['multi-grid', 'back-propagation'],
    });
    expect(parseLab(['reproduce'])).toMatchObject({ kind: 'reproduce', full: false, out: 'lab/results', minutes: 58 });
    expect(parseLab(['reproduce', '--full'])).not.toHaveProperty('minutes');
    expect(parseLab(words('reproduce --full --minutes 5'))).toMatchObject({ full: true, minutes: 5 });
  });

  it('prints help for each command', () => {
    for (const line of ['--help', 'latch -h', 'requirements --help', 'rivals --help', 'reproduce --help']) {
      expect(refusal(line).exitCode).toBe(0);
      expect(refusal(line).message).toContain('Usage: npm run lab --');
    }
    expect(refusal('--help').message).toContain('--sweep <name=values>');
  });

  it.each([
    ['latch --lenght 5', 'unknown option \'--lenght\''],
    ['latch parity', 'too many arguments'],
    ['--length 5', 'missing required argument \'task\''],
    ['latch --length long', 'Give a number.'],
    ['latch --set signal', 'Give name=value'],
    ['latch --set signal=x', 'signal is "x": give a number.'],
    ['latch --length 5 --set length=6', 'length is given twice.'],
    ['latch --sweep length', 'give name=value,value,…'],
    ['latch --sweep length=5,,6', 'give name=value,value,…'],
    ['latch --sweep length=5,x', 'length is "x": give a number.'],
    ['latch --sweep length=5,5.0', 'has a value twice'],
    ['latch --trials 0', 'Give a whole number from 1 to 65535.'],
    ['latch --seed 4294967295 --trials 2', 'Give a seed of at most 4294967294.'],
    ['latch --cpu --runtime node', '--runtime is about the GPU'],
    ['latch --cpu --driver step', '--driver is about the GPU'],
    ['latch --runtime node --chrome /x', '--chrome names a browser, and --runtime node uses none.'],
    ['latch --json /nowhere/at/all.json', 'there is no folder'],
    ['reproduce --minutes 0', 'a number above 0'],
  ])('refuses %s', (line, message) => {
    expect(refusal(line).message).toContain(message);
    expect(refusal(line).exitCode).toBe(2);
  });
});

describe('a sweep', () => {
  const latch = taskNamed('latch');

  it('makes an experiment for each combination, the last axis fastest', () => {
    const points = expandSweep(latch, { task: 'latch', values: { signal: 2 } },
      [readAxis('length=10,20'), readAxis('cell=rnn,lstm')]);
    expect(points.map(({ options }) => options)).toEqual([
      { task: 'latch', values: { signal: 2, length: 10 }, cell: 'rnn' },
      { task: 'latch', values: { signal: 2, length: 10 }, cell: 'lstm' },
      { task: 'latch', values: { signal: 2, length: 20 }, cell: 'rnn' },
      { task: 'latch', values: { signal: 2, length: 20 }, cell: 'lstm' },
    ]);
    expect(points.map(pointName)).toEqual(
      ['length 10, cell rnn', 'length 10, cell lstm', 'length 20, cell rnn', 'length 20, cell lstm']);
  });

  it('goes over options of the set-up under their names of the command line', () => {
    const [point] = expandSweep(latch, { task: 'latch' }, [readAxis('clip-norm=0.5')]);
    expect(point!.options).toEqual({ task: 'latch', clipNorm: 0.5 });
  });

  it('is the experiment itself without axes', () => {
    expect(expandSweep(latch, { task: 'latch' }, [])).toEqual([{ options: { task: 'latch' }, at: {} }]);
  });

  it('refuses what cannot be', () => {
    const expand = (base: object, ...axes: string[]) => () =>
      expandSweep(latch, { task: 'latch', ...base }, axes.map(readAxis));
    expect(expand({}, 'width=1,2'))
      .toThrow(/^latch has no "width" to sweep over: use length, noise, signal, weight, cell,/);
    expect(expand({ cell: 'rnn' }, 'cell=lstm'))
      .toThrow('cell is rnn, and there is a sweep over it: leave one of them out');
    expect(expand({ values: { length: 5 } }, 'length=5,6')).toThrow('length is 5, and there is a sweep over it');
    expect(expand({}, 'length=5', 'length=6')).toThrow('there are two sweeps over length');
  });
});

describe('the list of tasks', () => {
  it('groups them by paper and gives their options', () => {
    const text = listText(tasks);
    for (const { name } of tasks) expect(text).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(text).toMatch(/^Bengio, Simard & Frasconi 1994\n  latch /m);
    expect(text).toMatch(/^Hochreiter & Schmidhuber 1997\n  embedded-reber /m);
    expect(text).toMatch(/length 20 \(1 to 100000\): time steps, T/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
  });

  it('tells a paper from the place in it by the year', () => {
    expect(sourceOf({ source: 'Bengio, Simard & Frasconi 1994, section III' }))
      .toEqual({ paper: 'Bengio, Simard & Frasconi 1994', place: 'section III' });
    expect(sourceOf({ source: 'folklore' })).toEqual({ paper: 'folklore', place: '' });
  });
});
