import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMobyDick } from '../../scripts/lib/corpus.js';
import { writeWhole } from '../../scripts/lib/files.js';
import { duration, Progress, SmoothedLoss } from '../../scripts/lib/progress.js';
import { sampleText } from '../../scripts/lib/summary.js';

describe('the corpus', () => {
  it('is Moby-Dick from its etymology to its epilogue', async () => {
    const text = await loadMobyDick();
    expect(text.length).toBeGreaterThan(1_150_000);
    const places = [
      'ETYMOLOGY.', 'EXTRACTS', 'Call me Ishmael.', 'CHAPTER 2. ', 'CHAPTER 10. ', 'CHAPTER 135. ', 'another orphan.',
    ].map((words) => text.indexOf(words));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBe(0);
  });
});

describe('the smoothed loss', () => {
  it('starts at the first loss and then moves by a hundredth', () => {
    const loss = new SmoothedLoss();
    expect(loss.value).toBeNaN();
    loss.add(4);
    expect(loss.value).toBeCloseTo(4, 12);
    for (let i = 0; i < 2000; i++) loss.add(2);
    loss.add(3);
    expect(loss.value).toBeCloseTo(2.01, 6);
  });
});

describe('progress', () => {
  it('is lines where there is no terminal, with the loss, bits, speed and time left', () => {
    let text = '';
    const output = { write: (piece: string) => (text += piece) };
    const progress = new Progress({ from: 10, steps: 30, charactersPerStep: 100, output });
    const gradientNorm = [1, 1];
    progress.update([{ step: 11, loss: [1, 3], gradientNorm }, { step: 20, loss: [2, 2], gradientNorm }], 5);
    progress.above('hello');
    progress.stop();
    expect(text).toBe('hello\nstep 20/30: loss 2.000 · 2.89 bits/char · 200 char/s · 5 s left\n');
  });

  it('writes durations for people', () => {
    const seconds = [0.2, 59.4, 60, 125, 3662];
    expect(seconds.map(duration)).toEqual(['0 s', '59 s', '1 min 00 s', '2 min 05 s', '1 h 01 min']);
  });
});

describe('a sample', () => {
  it('is wrapped at words within the terminal', () => {
    const lines = sampleText('Sample', 'one two three four five six seven\n\neight', 25).split('\n');
    expect(lines).toEqual(['Sample:', '  │ one two three four', '  │ five six seven', '  │', '  │ eight']);
  });

  it('cannot drive the terminal by the control characters of its text', () => {
    expect(sampleText('Sample', 'a\u001B[2Jb\u0007\u009Bc')).toBe('Sample:\n  │ a·[2Jb··c');
  });
});

describe('writing a file whole', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latch-files-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('replaces the old file, and leaves nothing else', async () => {
    const file = join(folder, 'a');
    await writeFile(file, 'old and longer');
    await writeWhole(file, new Uint8Array([104, 105]));
    expect(await readFile(file, 'utf8')).toBe('hi');
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('leaves no part behind where it fails', async () => {
    const taken = join(folder, 'taken');
    await mkdir(taken);
    const before = await readdir(folder);
    await expect(writeWhole(taken, 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(before);
  });
});
