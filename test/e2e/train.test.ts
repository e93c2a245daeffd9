import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeCheckpoint } from '../../src/index.js';
import type { RunReport } from '../../scripts/lib/summary.js';
import { readSetup } from '../../scripts/lib/state.mjs';
import { command, type Ended } from '../support/command.js';

const train = command('scripts/train.ts');

const TEXT = 'It was the best of times, it was the worst of times, it was the age of wisdom. '.repeat(60);
const TINY = ['--units', '16', '--embedding', '8', '--time', '8', '--batch', '4', '--rate', '0.03', '--dropout', '0.1'];
const NUMBERS = ['stepsPerSecond', 'dispatchesPerStep', 'submitsPerStep', 'gpuBytes', 'seconds'] as const;

describe('npm start', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const tiny = (...args: string[]): string[] => ['--text', at('text.txt'), ...TINY, ...args];
  const reportAt = async (name: string): Promise<RunReport> => JSON.parse(await readFile(at(name), 'utf8'));
  const runs: Record<string, Ended> = {};
  const run = async (name: string, ...args: string[]): Promise<void> => {
    runs[name] = await train([...args, '--json', at(`${name}.json`)]);
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-train-'));
    await writeFile(at('text.txt'), TEXT);
    // Two at a time.
    await Promise.all([
      run('whole', ...tiny('--steps', '20', '--checkpoint', at('whole.safetensors'))),
      run('half', ...tiny('--steps', '10', '--checkpoint', at('half.safetensors'))),
    ]);
    await Promise.all([
      run('resumed', '--text', at('text.txt'), '--resume', at('half.safetensors'), '--steps', '20'),
      run('second', ...tiny('--steps', '20', '--seed', '2')),
    ]);
    await Promise.all([
      run('both', ...tiny('--steps', '20', '--trials', '2')),
      run('cpu', ...tiny('--steps', '20', '--cpu')),
    ]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('trains in Chrome, says what it did, and writes its report and a checkpoint', async () => {
    expect(runs['whole']).toMatchObject({ code: 0, stderr: '' });
    const { steps, summary, sample } = await reportAt('whole.json');
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    for (const { loss, gradientNorm } of steps) expect(Math.min(Number(loss), Number(gradientNorm))).toBeGreaterThan(0);
    expect(summary.adapter).not.toBe('');
    expect(summary.model).toContain('embedding 8, 2 × lstm 16');
    expect(['step', 'sequence']).toContain(summary.driver);
    for (const key of NUMBERS) expect(summary[key], key).toBeGreaterThan(0);
    expect(summary.submitsPerStep).toBeLessThan(1.2);
    expect(summary.loss.first).toBe(steps[0]!.loss);
    expect(summary.loss.last).toBe(steps[19]!.loss);
    expect(summary.loss.last).toBeLessThan(summary.loss.first as number);
    expect(summary.loss.heldOut).toBeGreaterThan(0);
    expect(sample).toHaveLength(400);
    const { stdout } = runs['whole']!;
    for (const words of [summary.adapter, summary.model, 'held out', 'dispatches', 'steps/s', 'GPU memory', 'Sample']) {
      expect(stdout).toContain(words);
    }
    expect(decodeCheckpoint(await readFile(at('whole.safetensors'))).step).toBe(20);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('goes on from a checkpoint bit for bit as if it had not stopped', async () => {
    expect(runs['resumed']).toMatchObject({ code: 0, stderr: '' });
    const [whole, half, resumed] = await Promise.all(['whole.json', 'half.json', 'resumed.json'].map(reportAt));
    expect([...half!.steps, ...resumed!.steps]).toEqual(whole!.steps);
    expect(resumed!.summary.loss.heldOut).toBe(whole!.summary.loss.heldOut);
    expect(resumed!.steps[0]!.step).toBe(11);
  });

  it('trains trials side by side as it trains each alone', async () => {
    expect(runs['both']).toMatchObject({ code: 0, stderr: '' });
    const [first, second, both] = await Promise.all(['whole.json', 'second.json', 'both.json'].map(reportAt));
    for (const key of ['loss', 'gradientNorm'] as const) {
      const alone = first!.steps.map((step, i) => [step[key], second!.steps[i]![key]]);
      expect(both!.steps.map((step) => step[key])).toEqual(alone);
    }
    expect(both!.summary.loss.heldOut).toEqual([first!.summary.loss.heldOut, second!.summary.loss.heldOut]);
    expect(both!.sample).toEqual([first!.sample, second!.sample]);
  });

  it('trains the same on the CPU', async () => {
    expect(runs['cpu']).toMatchObject({ code: 0, stderr: '' });
    const [gpu, cpu] = await Promise.all(['whole.json', 'cpu.json'].map(reportAt));
    cpu!.steps.forEach(({ loss }, i) => {
      expect(Math.abs(Number(loss) - Number(gpu!.steps[i]!.loss))).toBeLessThan(1e-4);
    });
    expect(cpu!.summary).toMatchObject({ dispatchesPerStep: 0, gpuBytes: 0 });
  });

  it.each([
    ['gru-before', 'sequence', ['--zoneout', '0.1', '--recurrent-dropout', '0.2'], 'zoneout 0.1'],
    ['lstm-1997', 'sequence', ['--size', '2', '--truncated', '--initial', 'karpathy'], 'size 2, truncated'],
    ['min-lstm', 'scan', ['--bias', 'none'], 'bias none'],
  ])('trains --cell %s in Chrome, by the driver %s, and the same on the CPU', async (cell, driver, options, named) => {
    const args = tiny('--steps', '8', '--cell', cell, ...options);
    await Promise.all([run(cell, ...args), run(`${cell} cpu`, ...args, '--cpu')]);
    for (const name of [cell, `${cell} cpu`]) expect(runs[name], name).toMatchObject({ code: 0, stderr: '' });
    const [gpu, cpu] = await Promise.all([cell, `${cell} cpu`].map((name) => reportAt(`${name}.json`)));
    expect(gpu!.summary.model).toMatch(new RegExp(`2 × ${cell} 16 with .*${named}`));
    expect(gpu!.summary.driver).toBe(driver);
    const loss = ({ steps }: RunReport): number[] => steps.map((step) => Number(step.loss));
    loss(gpu!).forEach((value, i) => expect(Math.abs(value - loss(cpu!)[i]!)).toBeLessThan(1e-4));
    expect(loss(gpu!).at(-1)).toBeLessThan(loss(gpu!)[0]!);
  });

  async function interruptedBy(signal: NodeJS.Signals): Promise<void> {
    const file = at(`${signal}.safetensors`);
    let sent = false;
    const args = tiny('--steps', '6000', '--checkpoint', file, '--json', at(`${signal}.json`));
    const stopped = await train(args, (output, child) => {
      if (sent || !output.includes('Step ')) return;
      sent = true;
      child.kill(signal);
      child.kill(signal); // npm passes on what the terminal has sent already
    });
    expect(stopped.code, signal).toBe(130);
    expect(stopped.stderr).toContain('Interrupted');
    const { step } = decodeCheckpoint(await readFile(file));
    expect(stopped.stdout).toContain(`Checkpoint at step ${step}: ${file}`);
    expect(stopped.stdout).toContain('(interrupted)');
    const report = await reportAt(`${signal}.json`);
    expect(report.steps.at(-1)!.step).toBe(step);
    expect(report.summary.interrupted).toBe(true);
    const resumed = await train(['--cpu', '--text', at('text.txt'), '--resume', file, '--steps', String(step + 2)]);
    expect(resumed).toMatchObject({ code: 0, stderr: '' });
    expect(resumed.stdout).toContain(`steps ${step + 1} to ${step + 2}`);
  }

  it('ends on Ctrl-C and on SIGTERM with a checkpoint that can be resumed', async () => {
    await Promise.all([interruptedBy('SIGINT'), interruptedBy('SIGTERM')]);
  });

  it('stops where the loss is not a number, says what to do, and leaves the checkpoint as it was', async () => {
    const before = await readFile(at('half.safetensors'));
    const file = at('diverged.safetensors');
    await writeFile(file, before);
    const args = tiny('--steps', '20', '--optimizer', 'sgd', '--rate', '1e38', '--checkpoint', file);
    const { code, stderr } = await train(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: training stopped at step \d+: the loss is \S+ and the gradient norm \S+ /);
    expect(stderr).toContain('lower the rate (now 1e+38)');
    expect(stderr).toContain(`${file} was not touched`);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(await readFile(file)).toEqual(before);
  });

  it('measures with --tune what is the fastest, says what was chosen against what, and trains with it', async () => {
    const { code, stdout, stderr } = await train(tiny('--tune', '--steps', '2'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Measured in .*, training steps of \d+ time steps: /);
    expect(stdout).toMatch(/ the table's choice, driver \w+ +\d+\.\d\d ms/);
    expect(stdout).toMatch(/ driver \w+ +(\d+\.\d\d ms, against \d+\.\d\d of the best before|the time for measuring)/);
    expect(stdout).toMatch(/steps +2 of 2/);
  });

  it('prints the recorded program with --explain', async () => {
    const { code, stdout } = await train(tiny('--explain'));
    expect(code).toBe(0);
    for (const word of ['label', 'kernel', 'dispatches', 'workgroups', 'MFLOP', 'total']) {
      expect(stdout).toContain(word);
    }
  });

  describe('refuses, in one clear sentence,', () => {
    const refusal = async (code: number, ...args: string[]): Promise<string> => {
      const ended = await train(args);
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).not.toMatch(/^ +at /m);
      return ended.stderr;
    };

    it('texts that cannot be learnt', async () => {
      await writeFile(at('empty.txt'), '');
      await writeFile(at('latin1.txt'), new Uint8Array([0x63, 0x61, 0x66, 0xe9]));
      await writeFile(at('short.txt'), 'short');
      const [missing, directory, empty, latin1, short] = await Promise.all([
        refusal(1, '--text', at('missing.txt')), refusal(1, '--text', folder), refusal(1, '--text', at('empty.txt')),
        refusal(1, '--text', at('latin1.txt')), refusal(1, '--text', at('short.txt'), '--batch', '4', '--time', '8'),
      ]);
      expect(missing).toBe(`error: --text ${at('missing.txt')} cannot be read: there is no such file.\n`);
      expect(directory).toBe(`error: --text ${folder} cannot be read: it is a folder.\n`);
      expect(empty).toContain('error: empty.txt is empty;');
      expect(latin1).toContain('error: latin1.txt is not UTF-8: byte 0xE9 at offset 3;');
      expect(short).toContain('error: short.txt has 5 characters, but batch 4 × (time 8 + 1) needs at least 36;');
    });

    it('checkpoints that cannot be resumed', async () => {
      const whole = await readFile(at('whole.safetensors'));
      await writeFile(at('cut.safetensors'), whole.subarray(0, whole.length - 100));
      await writeFile(at('other.txt'), `.${TEXT}`);
      const text = ['--text', at('text.txt')];
      const resume = ['--resume', at('whole.safetensors')];
      const [cut, done, differs, other] = await Promise.all([
        refusal(1, ...text, '--resume', at('cut.safetensors')), refusal(1, ...text, ...resume, '--steps', '20'),
        refusal(1, ...text, ...resume, '--units', '17'),
        train(['--text', at('other.txt'), ...resume, '--cpu', '--steps', '30']),
      ]);
      expect(cut).toMatch(/^error: --resume .*cut\.safetensors: safetensors: .*\n$/);
      expect(done).toContain('error: --steps is 20, but the checkpoint is at step 20;');
      expect(differs).toContain('error: --units is 17, but the checkpoint was trained with 16;');
      expect(other.stderr).toMatch(/^error: the text \(\d+ characters to train on\) is not the one of this run/);
      expect(other.code).toBe(1);
    });

    it('what a cell cannot have', async () => {
      const [option, driver] = await Promise.all([
        refusal(2, ...tiny('--cell', 'gru', '--truncated')), refusal(2, ...tiny('--driver', 'scan')),
      ]);
      expect(option).toMatch(/^error: gru has no option truncated, .*: use it with lstm-1997\.\n/);
      expect(driver).toContain('error: driver "scan" cannot carry lstm');
    });

    it('options out of range and primes that the text does not spell', async () => {
      const [units, prime] = await Promise.all([refusal(2, '--units', '0'), refusal(1, ...tiny('--prime', '☃'))]);
      expect(units).toContain('argument \'0\' is invalid. Give a whole number from 1 to 65535.');
      expect(prime).toContain('error: --prime has "☃" (U+2603) at position 0');
    });

    it('models that the adapter cannot hold', async () => {
      const { code, stderr } = await train(['--text', at('text.txt'), '--units', '20000']);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^error: the model is too large for this adapter: /);
      expect(stderr).toMatch(/needs [\d,.]+ MB and .* allows [\d,.]+ MB/);
    });

    it('browsers that are missing, have no WebGPU or end early', async () => {
      const wrapper = async (name: string, line: string): Promise<string> => {
        await writeFile(at(name), `#!/bin/sh\n${line}\n`);
        await chmod(at(name), 0o755);
        return at(name);
      };
      const chrome = readSetup().chrome!;
      const without = await wrapper('without',
        'for a; do shift; [ "$a" = --enable-unsafe-webgpu ] || set -- "$@" "$a"; done\n' +
        `exec "${chrome}" --disable-gpu --disable-software-rasterizer "$@"`);
      const dying = await wrapper('dying', `echo $$ > "${at('pid')}"; exec "${chrome}" "$@"`);
      const nowhere = await refusal(1, ...tiny('--chrome', at('nowhere')));
      expect(nowhere).toContain(`--chrome names "${at('nowhere')}", which is not an executable file.`);
      const noAdapter = await refusal(1, ...tiny('--chrome', without));
      expect(noAdapter).toMatch(/^error: (no WebGPU adapter was found|WebGPU is missing): .*\n$/);
      let killed: Promise<void> | undefined;
      const ended = await train(tiny('--chrome', dying, '--steps', '5000'), (output) => {
        if (!output.includes('Step ')) return;
        killed ??= readFile(at('pid'), 'utf8').then((pid) => void process.kill(Number(pid), 'SIGKILL'));
      });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(/^error: (Chrome ended before the run did|the page .*)\n$/);
    });
  });
});
