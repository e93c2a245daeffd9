// Every cell with every driver that can carry it, in headless Chrome: `npm run bench:cells -- --help`.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { root } from '../scripts/lib/state.mjs';
import { cells, type Driver } from '../src/index.js';
import { launchChrome, openPage, servePages } from './browser.js';
import { type CellReport, cellTable, driversOf, withTable } from './cell-table.js';
import { wholeNumber } from './options.js';
import { SIZES, type SizeName } from './problem.js';
import { median } from './statistics.js';

interface Options {
  readonly size: SizeName;
  /** Some cells, to try things out; all where not given. */
  readonly only?: string[];
  readonly steps: number;
  readonly rounds: number;
  readonly json?: string;
  readonly readme: boolean;
  readonly chrome?: string;
}

interface Seat { readonly cell: string; readonly driver: Driver; readonly times: number[]; firstStepMs: number }

function cellNames(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !Object.hasOwn(cells, name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`No cell "${unknown}"; allowed: ${Object.keys(cells).join(', ')}.`);
}

function parseOptions(args: readonly string[]): Options {
  const command = new Command('npm run bench:cells --')
    .description('Trains one layer of each cell in Latch, all taking turns, and prints the README\'s table of cells.')
    .addOption(new Option('--size <name>', 'problem size').choices(Object.keys(SIZES)).default('S'))
    .option('--only <names>', 'some cells, with commas between; needs --json and cannot go with --readme', cellNames)
    .option('--steps <n>', 'steps of a round', wholeNumber, 4)
    .option('--rounds <n>', 'rounds of each cell', wholeNumber, 5)
    .option('--json <file>', 'where results go (default: bench/results/<adapter>-<date>-cells.json)')
    .option('--readme', 'put the table into the README', false)
    .option('--chrome <path>', 'the browser to use')
    .parse(args, { from: 'user' });
  const options = command.opts<Options>();
  if (options.only && (options.json === undefined || options.readme)) {
    command.error('error: --only measures a part, which is not for the record: give --json, and leave --readme out');
  }
  return options;
}

async function measure({ size, only, steps, rounds, chrome }: Options): Promise<CellReport> {
  const log = (text: string): void => void process.stderr.write(`${text}\n`);
  const browser = await launchChrome(chrome);
  const pages = await servePages();
  try {
    const page = await openPage(browser, pages.url, log);
    const kinds = Object.values(cells).filter(({ name }) => only?.includes(name) ?? true);
    const seats: Seat[] = kinds.flatMap((kind) =>
      driversOf(kind).map((driver) => ({ cell: kind.name, driver, times: [], firstStepMs: 0 })));
    for (const seat of seats) {
      log(`${seat.cell}, ${seat.driver}: first step`);
      seat.firstStepMs = await page.evaluate((...of) => window.bench.startCell(...of), seat.cell, seat.driver, size);
    }
    for (let round = 1; round <= rounds; round++) {
      log(`round ${round} of ${rounds}`);
      for (const { cell, driver, times } of seats) {
        times.push(await page.evaluate((...of) => window.bench.cellRound(...of), cell, driver, steps));
      }
    }
    const results = seats.map(({ cell, driver, times, firstStepMs }) => {
      const msPerStep = median(times)!;
      const spread = (Math.max(...times) - Math.min(...times)) / msPerStep;
      return { cell, driver, msPerStep, spread, steps: steps * rounds, firstStepMs };
    });
    return { adapter: (await page.evaluate(() => window.bench.adapter())).name, size, results };
  } finally {
    await pages.close();
    await browser.close();
  }
}

/** bench/results/swiftshader-2026-11-23-cells.json */
function resultsFile(adapter: string): string {
  const name = adapter.replace(/ \(software\)$/, '').split(' ').at(-1)!.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return join(root, 'bench/results', `${name}-${new Date().toISOString().slice(0, 10)}-cells.json`);
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const report = await measure(options);
  await writeFile(options.json ?? resultsFile(report.adapter), `${JSON.stringify(report, null, 1)}\n`);
  const table = cellTable(report);
  process.stdout.write(`${table}\n`);
  if (!options.readme) return;
  const readme = join(root, 'README.md');
  await writeFile(readme, withTable(await readFile(readme, 'utf8'), table));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
