import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../../scripts/lib/launch.mjs';
import { servePage } from '../../scripts/lib/serve.js';
import { dawnEnvironment, root } from '../../scripts/lib/state.mjs';
import type { Size } from '../problem.js';
import type { KernelReport, Runtime } from '../report-types.js';
import { sizeOf } from '../sizes.js';
import { formatKernels } from './figures.js';
import type { KernelMeasurement } from './session.js';

export interface KernelOptions {
  /** S and M by default; one alone for its step by dispatch. */
  readonly sizes: readonly string[];
  readonly runtime: Runtime;
  readonly chrome?: string;
  /** As typed, for the record. */
  readonly command: string;
}

type Sizes = readonly (readonly [string, Size])[];
type Log = (text: string) => void;

/** Measured, and the version of what ran it. */
interface Run { readonly measured: KernelMeasurement; readonly version: string }

/**
 * `npm run bench -- --kernels`: every kernel of the library against its floor, and training steps by dispatch. Prints
 * both; what is to be kept goes through `save`. @returns the exit status
 */
export async function main(
  options: KernelOptions, save: (report: KernelReport) => Promise<void> = async () => {},
): Promise<number> {
  const report = await measureKernelReport(options, (text) => void process.stderr.write(`${text}\n`));
  process.stdout.write(`Adapter: ${report.adapter}, ${report.version}\n` +
    `${formatKernels(report.kernels, report.breakdowns, report)}\n`);
  await save(report);
  return 0;
}

/** @throws Error where a size has no such name, or nothing runs it */
export async function measureKernelReport(
  { sizes: names, runtime, chrome, command }: KernelOptions, log: Log,
): Promise<KernelReport> {
  const sizes = names.map((name) => [name, sizeOf(name)] as const);
  const date = new Date().toISOString();
  const { measured, version } = runtime === 'chrome' ? await inChrome(sizes, log, chrome) : await inNode(sizes, log);
  return { ...measured, runtime, version, date, command };
}

async function inChrome(sizes: Sizes, log: Log, chrome: string | undefined): Promise<Run> {
  const browser = await launchBrowser({
    ...(chrome === undefined ? {} : { chrome }),
    // The second: timestamps to the ns, not to 65 µs.
    flags: ['--disable-gpu-watchdog', '--disable-dawn-features=timestamp_quantization'],
  });
  const server = await servePage('bench/kernels/index.html', {
    cacheDir: 'node_modules/.vite-kernels',
    optimizeDeps: { include: ['wgsl-preprocessor/wgsl-preprocessor.js'] },
  });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => log(message.text()));
    page.on('pageerror', (error) => log(error instanceof Error ? error.message : String(error)));
    await page.goto(server.url);
    await page.waitForFunction('window.measureKernels !== undefined');
    const measured = await page.evaluate((list) => window.measureKernels(list, () => {}), sizes);
    return { measured, version: await browser.version() };
  } finally {
    await server.close();
    await browser.close();
  }
}

/** In a child process: the dynamic loader reads the Vulkan driver's variables when a process starts. */
async function inNode(sizes: Sizes, log: Log): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'latch-kernels-'));
  const file = join(folder, 'measured.json');
  try {
    const child = spawn(
      process.execPath, [join(root, 'scripts/run.mjs'), 'bench/kernels/child.ts', JSON.stringify(sizes), file],
      // A driver that the caller names goes before the one that set-up found.
      { cwd: root, env: { ...dawnEnvironment(), ...process.env }, stdio: ['ignore', 'inherit', 'pipe'] });
    child.stderr.setEncoding('utf8').on('data', (text: string) => log(text.trimEnd()));
    const status = await new Promise((resolve) => void child.on('close', resolve));
    if (status !== 0) throw new Error(`Dawn in Node ended with status ${String(status)}; its last words are above.`);
    return {
      measured: JSON.parse(await readFile(file, 'utf8')) as KernelMeasurement,
      version: `Node ${process.versions.node}, Dawn`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
