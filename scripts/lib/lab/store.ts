import { readFileSync } from 'node:fs';
import { writeWhole } from '../files.js';
import { tidyJson } from './json.js';
import { type LabRow, same, type Settings } from './row.js';

/** Rows as they are found, on the disk after each trial where there is a file. */
export class Store {
  private readonly found: LabRow[];
  private writing: Promise<void> = Promise.resolve();
  private waiting = false;

  /**
   * @param encode what the file holds
   * @param rows what it held before
   */
  constructor(
    private readonly file: string | undefined, private readonly encode: (rows: readonly LabRow[]) => unknown,
    rows: readonly LabRow[] = [],
  ) {
    this.found = [...rows];
  }

  get rows(): readonly LabRow[] {
    return this.found;
  }

  find(settings: Settings): LabRow | undefined {
    return this.found.find((row) => same(row.settings, settings));
  }

  /** Takes the row in place of an older one of its settings. It is written soon: see {@link flush}. */
  put(row: LabRow): void {
    const at = this.found.findIndex(({ settings }) => same(settings, row.settings));
    if (at < 0) this.found.push(row);
    else this.found[at] = row;
    this.write();
  }

  /** Resolves when all is on the disk. @throws what a write failed with */
  async flush(): Promise<void> {
    await this.writing;
  }

  /** One write at a time; what comes meanwhile goes with the next one. */
  write(): void {
    const { file } = this;
    if (file === undefined || this.waiting) return;
    this.waiting = true;
    this.writing = this.writing.then(() => {
      this.waiting = false;
      return writeWhole(file, tidyJson(this.encode(this.found)));
    });
    this.writing.catch(() => undefined); // flush tells
  }
}

/** What a file holds, undefined where there is none. @throws RangeError where it holds no JSON */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw noResults(file);
  }
}

const noResults = (file: string): RangeError =>
  new RangeError(`${file} holds no results of the lab: move it away, or name another file`);

/**
 * The rows of a file that an earlier run left, to go on with.
 * @param wanted settings of the experiments that are asked for now
 * @param advice what to do with a file of other ones
 * @throws RangeError where it holds something else, or experiments that are not asked for, which would be lost
 */
export function takeRows(
  file: string, content: unknown, wanted: readonly Settings[],
  advice = 'give the settings that they are of to go on with them, move the file away, or name another one',
): LabRow[] {
  const rows = (Array.isArray(content) ? content : [content]) as readonly (LabRow | null)[];
  if (!rows.every(isRow)) throw noResults(file);
  const foreign = rows.find(({ settings }) => !wanted.some((one) => same(one, settings)));
  if (foreign === undefined) return [...rows];
  const other = wanted.length === 1 ? difference(foreign.settings, wanted[0]!) : `${foreign.task}, ${foreign.cell}`;
  throw new RangeError(`${file} holds results of other settings (${other}): ${advice}`);
}

const isRow = (row: LabRow | null | undefined): row is LabRow =>
  typeof row?.task === 'string' && typeof row.settings === 'object' && row.settings !== null &&
  Array.isArray(row.trialResults);

/** The first setting that differs, in words: `setup.rate is 0.5 there and 0.1 here`. */
export function difference(there: object, here: object): string {
  const [one, two] = [flat(there), flat(here)];
  const key = [...one.keys(), ...two.keys()].find((name) => one.get(name) !== two.get(name));
  const said = (values: Map<string, string>): string => values.get(key!) ?? 'not set';
  return key === undefined ? 'none differs' : `${key} is ${said(one)} there and ${said(two)} here`;
}

function flat(value: object, prefix = ''): Map<string, string> {
  return new Map(Object.entries(value).flatMap(([key, part]: [string, unknown]) =>
    (part !== null && typeof part === 'object'
      ? [...flat(part, `${prefix}${key}.`)]
      : [[`${prefix}${key}`, String(part)] as [string, string]])));
}
