// What each command of the lab does. All that can be refused before a browser starts is refused here.
import type { Experiment } from '../../../src/lab/types.js';
import { writeWhole } from '../files.js';
import { catchInterrupts } from '../interrupt.js';
import { prepare, taskNamed } from './engine.js';
import { hostOf } from './host.js';
import { tidyJson } from './json.js';
import { Lab } from './lab.js';
import type { LabCommand, RunOptions } from './options.js';
import { planOf } from './plan.js';
import { LabProgress } from './progress.js';
import { IncompleteError, measureRequirements, type Requirements, requirementsText } from './requirements.js';
import { fileOf, filesIn, rowsOf, runPlan, writeReports } from './reproduce.js';
import { algorithmNames, RIVAL_LIMIT, type RivalFile, type RivalRow, type RivalSettings, rivalsText,
  runRivals } from './rivals.js';
import { findingsOf, type LabRow, missingSeeds, same, type Settings, settingsOf } from './row.js';
import { rivalsProcess } from './rivals-process.js';
import { difference, readJson, Store, takeRows } from './store.js';
import { type ReproduceFile, tally } from './report.js';
import { sweepText } from './summary.js';
import { expandSweep, pointName } from './sweep.js';
import { taskValues } from '../../../src/tasks/index.js';

type Of<K extends LabCommand['kind']> = Extract<LabCommand, { kind: K }>;

const { stdout, stderr } = process;
const INTERRUPTED = 130; // 128 + SIGINT, as shells report it

/** An experiment, or each of a sweep. */
export async function experiments({ options, sweeps, run }: Of<'experiment'>): Promise<number> {
  const points = expandSweep(taskNamed(options.task), options, sweeps);
  const wanted: Settings[] = [];
  for (const point of points) wanted.push(settingsOf(await prepare(point.options)));
  const alone = sweeps.length === 0;
  const ordered = (rows: readonly LabRow[]): unknown => {
    const place = (row: LabRow): number => wanted.findIndex((one) => same(row.settings, one));
    const sorted = [...rows].sort((a, b) => place(a) - place(b));
    return alone ? sorted[0] : sorted;
  };
  const content = run.json === undefined ? undefined : readJson(run.json);
  const store = new Store(run.json, ordered, content === undefined ? [] : takeRows(run.json!, content, wanted));
  const rows: LabRow[] = [];
  const code = await withLab(run, store, alone, async (lab) => {
    for (const point of points) {
      if (!lab.stopped) rows.push(await lab.run(point.options, pointName(point)));
    }
  });
  if (!alone) stdout.write(`\n${options.task}\n${sweepText(points, rows)}\n`);
  if (run.json !== undefined && store.rows.length > 0) stdout.write(`\nResults: ${run.json}\n`);
  return code;
}

/** Runs `body` with a lab, until its end or Ctrl-C. */
async function withLab(
  run: RunOptions, store: Store, summary: boolean, body: (lab: Lab) => Promise<void>,
): Promise<number> {
  const view = new LabProgress(stdout, { summary });
  const interrupts = catchInterrupts(() => {
    view.stop();
    stderr.write('\nInterrupted: finishing what is under way. Once more quits at once.\n');
  }, () => process.exit(INTERRUPTED));
  const host = hostOf(run);
  try {
    await body(new Lab({ host, store, view, signal: interrupts.signal, prepare }));
  } finally {
    view.stop();
    try {
      await store.flush();
    } finally {
      await host.close();
      interrupts.release();
    }
  }
  if (interrupts.signal.aborted) return INTERRUPTED;
  return store.rows.some(({ failed }) => failed !== undefined) ? 1 : 0;
}

/** What `requirements --json` writes. */
interface RequirementsFile {
  readonly cell: string;
  readonly options: Of<'requirements'>['options'];
  readonly requirements: Requirements | null;
  readonly rows: readonly LabRow[];
}

export async function requirements({ options, run }: Of<'requirements'>): Promise<number> {
  const first = await prepare({ task: 'latch', ...options, values: { length: 10 } });
  const { cell } = first.setup;
  let measured: Requirements | null = null;
  const encode = (rows: readonly LabRow[]): RequirementsFile => ({ cell, options, requirements: measured, rows });
  const store = new Store(run.json, encode, run.json === undefined ? [] : keptRequirements(run.json, options));
  const code = await withLab(run, store, false, async (lab) => {
    try {
      measured = await measureRequirements((values) => lab.run({ task: 'latch', ...options, values }));
    } catch (error) {
      if (!(error instanceof IncompleteError) || !lab.stopped) throw error;
    }
  });
  if (measured) stdout.write(`\n${requirementsText(cell, measured)}\n`);
  if (run.json !== undefined) {
    await writeWhole(run.json, tidyJson(encode(store.rows)));
    stdout.write(`\nResults: ${run.json}\n`);
  }
  return code;
}

function keptRequirements(file: string, options: object): LabRow[] {
  const content = readJson(file) as Partial<RequirementsFile> | undefined;
  if (content === undefined) return [];
  if (typeof content.options !== 'object' || !Array.isArray(content.rows)) {
    throw new RangeError(`${file} holds no results of requirements: move it away, or name another file`);
  }
  checkSame(file, content.options, options);
  const rows = content.rows as readonly LabRow[];
  return takeRows(file, rows, rows.map(({ settings }) => settings));
}

/** @throws RangeError where a file's results are of other settings */
function checkSame(file: string, there: object, here: object): void {
  if (same(there, here)) return;
  throw new RangeError(`${file} holds results of other settings (${difference(there, here)}): ` +
    'give the settings that they are of to go on with them, move the file away, or name another one');
}

export async function rivalry(command: Of<'rivals'>): Promise<number> {
  const { json, trials, seed, limit = RIVAL_LIMIT } = command;
  const task = taskNamed(command.task);
  const values = taskValues(task, command.values);
  task.problem(values); // refuses
  const names = algorithmNames(command.algorithms);
  const settings: RivalSettings = { task: task.name, values, limit, trials, seed };
  const before = json === undefined ? [] : keptRivals(json, settings);
  const interrupts = catchInterrupts(
    () => stderr.write('\nInterrupted: finishing the trial under way. Once more quits at once.\n'),
    () => process.exit(INTERRUPTED));
  const encode = (rows: readonly RivalRow[], interrupted: boolean): RivalFile =>
    ({ settings, ...(interrupted ? { interrupted: true as const } : {}), rows: [...rows, ...others(rows)] });
  const others = (rows: readonly RivalRow[]): RivalRow[] =>
    before.filter(({ algorithm }) => !rows.some((row) => row.algorithm === algorithm));
  const place = rivalsProcess();
  try {
    const rows = await runRivals(task, settings, names, before, interrupts.signal, async (row, found) => {
      stdout.write(`${row.algorithm}: ${row.trials} of ${trials} trials, ${row.success} with success\n`);
      if (json !== undefined) await writeWhole(json, tidyJson(encode(found, true)));
    }, place.run);
    const stopped = interrupts.signal.aborted;
    stdout.write(`\n${rivalsText(settings, rows)}\n`);
    if (json !== undefined) {
      await writeWhole(json, tidyJson(encode(rows, stopped)));
      stdout.write(`\nResults: ${json}\n`);
    }
    return stopped ? INTERRUPTED : 0;
  } finally {
    place.close();
    interrupts.release();
  }
}

function keptRivals(file: string, settings: RivalSettings): readonly RivalRow[] {
  const content = readJson(file) as Partial<RivalFile> | undefined;
  if (content === undefined) return [];
  if (typeof content.settings !== 'object' || !Array.isArray(content.rows)) {
    throw new RangeError(`${file} holds no results of rivals: move it away, or name another file`);
  }
  checkSame(file, content.settings, settings);
  return content.rows as readonly RivalRow[];
}

export async function reproduce({ full, out, minutes, run }: Of<'reproduce'>): Promise<number> {
  const plan = planOf(full);
  const wanted = new Map<string, Experiment>();
  for (const { name, options } of plan.flatMap(({ rows }) => rows)) wanted.set(name, await prepare(options));
  const settings = new Map([...wanted].map(([name, experiment]) => [name, settingsOf(experiment)]));
  const files = filesIn(out, full);
  const content = readJson(files.json);
  const kept = content === undefined ? []
    : takeRows(files.json, rowsOf(files.json, content), [...settings.values()],
      'the plan was another one. Move the file away, or name another folder by --out');
  const done = [...wanted.values()].every((experiment) => {
    const row = kept.find((one) => same(one.settings, settingsOf(experiment)));
    return row && missingSeeds(experiment, findingsOf(row)).length === 0;
  });
  // Where there is nothing left to run, the reports alone are written anew.
  const conditions = done ? content as ReproduceFile
    : { full, command: run.command, date: new Date().toISOString().slice(0, 10) };
  const encode = (rows: readonly LabRow[]) => fileOf(conditions, rows);
  const store = new Store(files.json, encode, kept);
  const report = () => {
    const file = encode(store.rows);
    return writeReports(files, file, plan,
      ({ name }) => file.rows.find((row) => same(row.settings, settings.get(name)!)));
  };
  const code = await withLab(run, store, false, (lab) => runPlan(lab, {
    plan, minutes,
    label: ({ name }, number, of) => `${number}/${of} ${name}`,
    between: async () => void await report(),
  }));
  await writeWhole(files.json, tidyJson(encode(store.rows)));
  stdout.write(`\n${tally(await report())}\n${files.json}\n${files.markdown}\n${files.html}\n`);
  return code;
}
