import {
  adam, type CellKind, cells, type Driver, DRIVERS, linear, oneHot, recurrent, sequential,
} from '../src/index.js';
import { trainingProgram } from '../src/layers/network.js';
import { chooseStrategy } from '../src/schedule/tiles.js';
import { SIZES, type SizeName } from './problem.js';

/** What `npm run bench:cells` writes. */
export interface CellReport {
  readonly adapter: string;
  readonly size: SizeName;
  /** A row for each cell and driver that can carry it. */
  readonly results: readonly CellResult[];
}

export interface CellResult {
  readonly cell: string;
  readonly driver: Driver;
  /** Median over rounds. */
  readonly msPerStep: number;
  /** (slowest − fastest round) / median. */
  readonly spread: number;
  readonly steps: number;
  readonly firstStepMs: number;
}

/** The drivers that can carry a cell. */
export function driversOf({ cell }: CellKind): Driver[] {
  const { scan } = cell({}, { layer: 0, units: 2 });
  return DRIVERS.filter((driver) => driver !== 'wavefront' && (driver !== 'scan' || scan));
}

/** Dispatches of a training step of one layer at size XS, T = 32: a one-hot input, the cell, a linear layer, Adam. */
export function dispatchesPerStep(cell: string, driver: Driver): number {
  const { vocabulary, hidden, layers, timeSteps, batch } = SIZES.XS;
  const model = sequential([oneHot(vocabulary), recurrent(cell, hidden, { layers }), linear(vocabulary)]);
  const adapter = { name: '', vendor: '', architecture: '', software: true };
  const strategy = chooseStrategy(adapter, { model, timeSteps, batch }, driver);
  const run = { model, timeSteps, batch, trials: 1, strategy, immediates: true };
  const text = { name: 'training text', count: batch * (timeSteps + 1) + 1, length: timeSteps + 1 };
  return trainingProgram(run, text, { optimizer: adam(), clip: { norm: 5 } }).dispatches.length;
}

/** Milliseconds of a step with the fastest driver; undefined where it was not measured. */
function bestTime(report: CellReport | undefined, cell: string): number | undefined {
  const times = report?.results.filter((result) => result.cell === cell).map(({ msPerStep }) => msPerStep) ?? [];
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** The README's table of cells, in Markdown. Speeds are steps a second over those of `lstm`, – where not measured. */
export function cellTable(report?: CellReport): string {
  const lstm = bestTime(report, 'lstm');
  const rows = Object.values(cells).map((kind) => {
    const { name, source, equation } = kind;
    const time = bestTime(report, name);
    const dispatches = driversOf(kind).map((driver) => dispatchesPerStep(name, driver)).join(' · ');
    const speed = time === undefined || lstm === undefined ? '–' : `${(lstm / time).toFixed(2)}×`;
    return `| \`${name}\` | ${source} | ${equation} | ${dispatches} | ${speed} |`;
  });
  return [
    `| cell | source | equation | dispatches | speed${report ? ` at ${report.size}` : ''} |`,
    '|---|---|---|---:|---:|', ...rows,
  ].join('\n');
}

const BLOCK = /(<!-- cells: .*? -->\n)[\s\S]*?(\n<!-- \/cells -->)/;

/** `readme` with `table` in the place of its table of cells. @throws Error where it has no place for one */
export function withTable(readme: string, table: string): string {
  if (!BLOCK.test(readme)) throw new Error('the README has no <!-- cells: … --> and <!-- /cells --> around a table');
  return readme.replace(BLOCK, (_, before: string, after: string) => before + table + after);
}
