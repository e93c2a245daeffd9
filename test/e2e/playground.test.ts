// The playground as a visitor meets it: the real command, a real browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { build, preview, type PreviewServer } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../../scripts/lib/launch.mjs';
import { root } from '../../scripts/lib/state.mjs';
import { cells } from '../../src/index.js';

const TINY = { units: 32, layers: 1, embedding: 16, timeSteps: 16, batch: 8, rate: 0.01 };
const WAIT = { timeout: 30_000, polling: 50 };

let server: ChildProcess;
let url: string;
let browser: Browser;
let folder: string;
let page: Page;
let complaints: string[] = [];

const text = (id: string): Promise<string> => page.$eval(`#${id}`, (element) => element.textContent ?? '');
const step = async (): Promise<number> => Number((await text('step')).replaceAll(',', ''));
const seconds = (s: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1000 * s));

/** Waits until the element's text has `pattern`. */
async function shows(id: string, pattern: RegExp): Promise<string> {
  await page.waitForFunction(
    (id, source) => new RegExp(source).test(document.getElementById(id)?.textContent ?? ''), WAIT, id, pattern.source,
  );
  return text(id);
}

async function reaches(steps: number): Promise<void> {
  await page.waitForFunction(
    (n) => Number(document.getElementById('step')?.textContent?.replaceAll(',', '')) >= n, WAIT, steps,
  );
}

async function set(selector: string, value: string | number): Promise<void> {
  await page.$eval(selector, (element, value) => {
    (element as HTMLInputElement).value = String(value);
    element.dispatchEvent(new Event('input', { bubbles: true }));
  }, value);
}

async function open(address = url): Promise<void> {
  page = await browser.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(address);
}

async function start(settings: Record<string, number> = TINY): Promise<void> {
  await shows('status', /Ready/);
  for (const [name, value] of Object.entries(settings)) await set(`input[name=${name}]`, value);
  await page.click('#primary');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latch-playground-'));
  server = spawn(process.execPath, ['scripts/playground.mjs', '--port', '0'], {
    cwd: root, stdio: ['ignore', 'pipe', 'inherit'],
  });
  [url, browser] = await Promise.all([
    new Promise<string>((resolve, reject) => {
      server.stdout?.on('data', (data) => /http\S+/.exec(String(data))?.forEach(resolve));
      server.once('exit', (code) => reject(new Error(`the server ended with code ${code}`)));
    }),
    launchBrowser(),
  ]);
});

afterEach(() => page.close());

afterAll(async () => {
  await browser?.close();
  server?.kill();
  await rm(folder, { recursive: true });
});

describe('npm run playground', () => {
  it('trains on Moby-Dick until told to stop, pauses, and starts again with other settings', async () => {
    await open();
    expect(await shows('text-facts', /different/)).toMatch(/^Moby-Dick: 1,\d{3},\d{3} characters, \d+ different\.$/);
    await start();
    await reaches(100);
    const characters = Number(/(\d+) different/.exec(await text('text-facts'))?.[1]);
    const untrained = Math.log(characters);
    expect(Number(await text('loss'))).toBeLessThan(untrained - 1);
    expect(await text('adapter')).not.toMatch(/^(…|none|)$/);
    expect(await text('program')).toMatch(/lstm 0 (step|sequence)/);
    await page.setViewport({ width: 360, height: 740 });
    await page.click('.results summary');
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'no scrolling sideways').toBe(360);

    await page.click('#primary');
    await shows('status', /Paused/);
    const held = await step();
    await seconds(1);
    expect(await step()).toBe(held);
    expect(Number(await text('bits'))).toBeCloseTo(Number(await text('loss')) / Math.LN2, 2);
    await page.click('#primary');
    await reaches(held + 1);

    await page.click('#stop');
    await shows('status', /Stopped at step/);
    await set('input[name=units]', 20);
    const listed = await page.$$eval('select[name=cell] option', (options) => options.map(({ value }) => value));
    expect(listed.sort()).toEqual(Object.keys(cells).sort());
    await page.select('select[name=cell]', 'gru');
    expect(await text('cell-facts')).toContain(cells['gru']!.equation);
    expect(await text('settings-line')).toContain('1 × 20 gru');
    await page.click('#primary');
    await shows('status', /Training/);
    await reaches(1);
    expect(await step()).toBeLessThan(held);
    expect(await text('program')).toMatch(/gru 0 (step|sequence)/);
    expect(complaints, 'in the console').toEqual([]);
  });

  it('draws the next sample at the temperature and with the beginning that were chosen', async () => {
    await open();
    await start();
    expect(await shows('sample-facts', /temperature/)).toContain('at temperature 0.80');
    expect((await text('sample')).startsWith('Call me ')).toBe(true);
    await set('#temperature', 0.3);
    await shows('sample-facts', /at temperature 0\.30/);
    await page.click('#primary');
    await shows('status', /Paused/);
    await set('#temperature', 0); // a paused network can be sampled too
    await shows('sample-facts', /at temperature 0\.00/);
    await set('#prime', 'whale 鯨');
    expect(await shows('sample-problem', /鯨/)).toContain('does not occur in the text');
  });

  it('answers a click within 200 ms while the default model trains', async () => {
    await open();
    await start({});
    await reaches(2);
    const summary = await page.$('.results summary') as ElementHandle<HTMLElement>;
    const delays: number[] = [];
    for (let i = 0; i < 5; i++) {
      const answered = summary.evaluate((element) => new Promise<number>((resolve) => {
        element.addEventListener('click', ({ timeStamp }) => {
          const answer = () => resolve(performance.now() - timeStamp);
          element.parentElement?.addEventListener('toggle', answer, { once: true });
        }, { once: true });
      }));
      await summary.click();
      delays.push(await answered);
      await seconds(0.2);
    }
    expect(delays.sort((a, b) => a - b)[2], `of ${delays.map(Math.round)} ms`).toBeLessThan(200);
    expect(await text('status')).toBe('Training.');
  });

  it('goes on from the last snapshot when the GPU went away', async () => {
    await open();
    await start();
    await reaches(5);
    await page.workers()[0]!.evaluate(() => {
      const { createCommandEncoder } = GPUDevice.prototype;
      GPUDevice.prototype.createCommandEncoder = function (...given) {
        GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
        this.destroy();
        return createCommandEncoder.apply(this, given);
      };
    });
    expect(await shows('run-problem', /GPU went away/)).toMatch(/Press Resume .* go on from step \d+\.$/);
    const before = await step();
    await page.click('#primary');
    await shows('status', /Training/);
    await reaches(before + 1);
    expect(await text('run-problem')).toBe('');
  });

  it('reads a file of the visitor, and says in words what is wrong with a file or a setting', async () => {
    await open();
    await shows('text-facts', /Moby-Dick/);
    const [bad, own] = [join(folder, 'bad.txt'), join(folder, 'own.txt')];
    await writeFile(bad, Uint8Array.of(0x61, 0xff, 0x62));
    await writeFile(own, 'one two three four five six seven. '.repeat(200));
    const input = await page.$('#file') as ElementHandle<HTMLInputElement>;
    await input.uploadFile(bad);
    expect(await shows('text-problem', /bad/)).toBe('bad.txt is not UTF-8: byte 0xFF at offset 1; save it as UTF-8.');
    await input.uploadFile(own);
    expect(await shows('text-facts', /own/)).toBe('own.txt: 7,000 characters, 15 different.');
    expect(await text('text-problem')).toBe('');
    await start({ ...TINY, batch: 500 });
    expect(await shows('run-problem', /needs at least/)).toContain('give a longer text');
    await page.$eval('input[name=rate]', (element) => element.removeAttribute('max'));
    await start({ ...TINY, rate: 1e38 });
    expect(await shows('run-problem', /stopped at step/)).toContain('lower the rate');
    expect(await shows('status', /Stopped/)).toMatch(/^Stopped at step \d+\.$/);
  });

  it('says what to do where WebGPU is missing, and cannot be started', async () => {
    page = await browser.newPage();
    await page.evaluateOnNewDocument('delete Navigator.prototype.gpu');
    await page.goto(url);
    expect(await shows('missing', /does not offer WebGPU/)).toContain('Use Chrome or Edge');
    expect(await page.$eval('#missing', (element) => element.checkVisibility())).toBe(true);
    expect(await page.$eval('#primary', (element) => (element as HTMLButtonElement).disabled)).toBe(true);
  });
});

describe('vite build playground', () => {
  let host: PreviewServer | undefined;
  afterAll(() => host?.close());

  it('gives files that train from any static host', async () => {
    const outDir = join(folder, 'site');
    const configFile = join(root, 'playground/vite.config.ts');
    const options = { configFile, logLevel: 'error' as const, build: { outDir } };
    await build(options);
    host = await preview({ ...options, preview: { port: 0, host: 'localhost' } });
    await open(host.resolvedUrls?.local[0]);
    await start();
    await reaches(5);
  });
});
