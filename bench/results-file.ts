import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../scripts/lib/files.js';
import { root } from '../scripts/lib/state.mjs';
import { htmlReport } from './html/report.js';
import type { Curve, KernelReport, Report, ResultsFile } from './report-types.js';

/** `google swiftshader (software)` → `swiftshader`; a GPU keeps its vendor: `nvidia-h200`. */
export function adapterSlug(adapter: string): string {
  if (/swiftshader/i.test(adapter)) return 'swiftshader';
  if (/llvmpipe|lavapipe/i.test(adapter)) return 'lavapipe';
  const words = adapter.toLowerCase().replace(/ \(software\)$/, '').split(/[^a-z0-9]+/).filter(Boolean);
  return [...new Set(words)].join('-') || 'unnamed';
}

/** `bench/results/swiftshader-2026-11-23.json` */
export function defaultFile(adapter: string, date: string): string {
  return join(root, 'bench/results', `${adapterSlug(adapter)}-${date}.json`);
}

/** What a run adds to a file. */
export interface Addition {
  readonly reports?: readonly Report[];
  readonly curves?: readonly Curve[];
  readonly kernels?: readonly KernelReport[];
}

/**
 * `file` with a run's reports; those of the same runtime and size (axis and system, for curves) are replaced, the
 * others stay.
 */
export function merge(file: ResultsFile, { reports = [], curves = [], kernels = [] }: Addition): ResultsFile {
  return {
    ...file,
    reports: replace(file.reports, reports, ({ runtime, size }) => `${runtime} ${size}`),
    curves: replace(file.curves, curves, ({ runtime, axis, name }) => `${runtime} ${axis} ${name}`),
    kernels: replace(file.kernels, kernels, ({ runtime }) => runtime),
  };
}

function replace<T>(old: readonly T[], fresh: readonly T[], keyOf: (item: T) => string): T[] {
  const items = new Map(old.map((item) => [keyOf(item), item]));
  for (const item of fresh) items.set(keyOf(item), item);
  return [...items.values()];
}

/** @throws Error where there is a file that this program did not write, or wrote in another format. */
export async function readResults(path: string): Promise<ResultsFile | undefined> {
  if (!existsSync(path)) return undefined;
  const refuse = () => new Error(`${path} holds no benchmark results of this format: name another file by --json.`);
  let file: ResultsFile;
  try {
    file = JSON.parse(await readFile(path, 'utf8')) as ResultsFile;
  } catch {
    throw refuse();
  }
  if (file?.format !== 2) throw refuse();
  return file;
}

/** Adds to the JSON file at `path`, or starts it, and writes the HTML report beside it. Returns both paths. */
export async function addResults(
  path: string, about: { adapter: string; date: string }, addition: Addition,
): Promise<[json: string, html: string]> {
  const old = await readResults(path) ?? { format: 2, ...about, reports: [], curves: [], kernels: [] };
  const file = merge(old, addition);
  const html = `${path.replace(/\.json$/, '')}.html`;
  await writeWhole(path, `${JSON.stringify(file, null, 1)}\n`);
  await writeWhole(html, htmlReport(file));
  return [path, html];
}
