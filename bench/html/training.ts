import type { Report, Result } from '../report-types.js';
import { type Cell, escape, figure, paragraph, percent, section, table, times } from '../../scripts/lib/report/html.js';

/** Rows in the order that a reader looks for: the fastest first, those without a figure last. */
const byTime = (results: readonly Result[]): Result[] =>
  [...results].sort((a, b) => (a.msPerStep ?? Infinity) - (b.msPerStep ?? Infinity));

const alone = (results: readonly Result[]): Result[] => results.filter(({ trials = 1 }) => trials === 1);

/** Latch with the driver that it takes by itself; its fastest where no row says so. */
export function ownResult(results: readonly Result[]): Result | undefined {
  const own = alone(results).filter(({ system }) => system === 'latch');
  return own.find(({ chosen, name }) => chosen === true || name === 'latch') ?? byTime(own)[0];
}

/** `latch-sequence` and what it is. */
export function nameOf({ name, backend, trials = 1, chosen }: Result): Cell {
  const notes = [backend, ...(chosen ? ['its own choice'] : []), ...(trials > 1 ? [`${trials} networks`] : [])];
  return { text: name, note: notes.join(', ') };
}

/** Systems by size: the one table to look at. */
export function headline(reports: readonly Report[]): string {
  const names = [...new Set(reports.flatMap(({ results }) => byTime(alone(results)).map(({ name }) => name)))];
  const find = (report: Report, name: string): Result | undefined =>
    alone(report.results).find((result) => result.name === name);
  const cell = (report: Report, name: string): Cell => {
    const result = find(report, name);
    const ms = result?.msPerStep ?? null;
    if (ms === null) return result?.error === undefined ? '–' : { text: '–', note: 'failed', mark: 'wrong' };
    const own = ownResult(report.results)?.msPerStep ?? null;
    const best = Math.min(...alone(report.results).map(({ msPerStep }) => msPerStep ?? Infinity));
    const wrong = result!.error !== undefined || result!.checks.agrees === false;
    return {
      text: figure(ms), note: own === null ? '' : times(ms / own) + (wrong ? ', wrong' : ''),
      ...(wrong ? { mark: 'wrong' as const } : ms === best ? { mark: 'best' as const } : {}),
    };
  };
  return table({
    texts: 1, header: ['ms a training step', ...reports.map(({ size }) => size), 'KB to load'],
    rows: names.map((name) => {
      const bytes = reports.map((report) => find(report, name)?.bundleBytes ?? null).find((each) => each !== null);
      return {
        own: name.startsWith('latch'),
        cells: [name, ...reports.map((report) => cell(report, name)), figure(bytes == null ? null : bytes / 1e3)],
      };
    }),
  });
}

/** Bars of ms a step on a logarithmic scale, in plain HTML. */
export function bars({ results }: Report): string {
  const rows = byTime(results).filter(({ msPerStep, trials = 1 }) => msPerStep !== null && trials === 1);
  if (rows.length === 0) return '';
  const logs = rows.map(({ msPerStep }) => Math.log10(msPerStep!));
  const [low, high] = [Math.floor(Math.min(...logs)), Math.ceil(Math.max(...logs) + 1e-9)];
  const at = (log: number): string => `${((100 * (log - low)) / (high - low)).toFixed(2)}%`;
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  return `<div class="bars" role="img" aria-label="Milliseconds a step by system, logarithmic">
${rows.map(({ name, system, msPerStep }, i) => bar(system === 'latch' ? 'bar own' : 'bar', name,
    `<i style="width:max(2px,${at(logs[i]!)})"></i>`, figure(msPerStep))).join('\n')}
${bar('bar scale', 'ms', ticks.map((tick) => `<b style="left:${at(tick)}">${figure(10 ** tick, 1)}</b>`).join(''), '')}
</div>`;
}

const bar = (classes: string, name: string, track: string, value: string): string =>
  `<div class="${classes}"><span class="name">${escape(name)}</span><span class="track">${track}</span>` +
  `<span class="value">${value}</span></div>`;

/** One size: its bars, and every time that was taken. */
export function sizeSection(report: Report, where: string): string {
  const { size, shape, results, version, runtime, seconds, ceiling } = report;
  const own = ownResult(results)?.msPerStep ?? null;
  const deepbench = size.startsWith('deepbench');
  const rows = byTime(results).map((result) => ({
    own: result.system === 'latch',
    cells: [
      nameOf(result),
      { text: figure(result.msPerStep), note: result.spread === null ? '' : `± ${percent(result.spread / 2)}` },
      times(result.msPerStep === null || own === null ? null : result.msPerStep / own),
      figure(result.msPerStepSync), ...(deepbench ? [figure(result.usPerTimeStep)] : []),
      figure(result.firstStepMs === null ? null : result.firstStepMs / 1e3),
      figure(result.gflops), percent(result.ceilingShare), lossCell(result),
    ],
  }));
  const { vocabulary, hidden, layers, timeSteps, batch } = shape;
  return section(`${runtime}-${size}`, `Size ${size}${where}`,
    paragraph(`Vocabulary ${vocabulary}, ${hidden} units, ${layers} layer${layers > 1 ? 's' : ''}, ` +
      `T = ${timeSteps}, B = ${batch}. ${version}${runtime === 'node' ? '' : ', headless'}; the best ` +
      `matmul of this run reached ${figure(ceiling.gflops)} GFLOP/s (${ceiling.form}). ` +
      `All systems together took ${figure(seconds)} s.`),
    bars(report),
    table({
      texts: 1,
      header: ['system', 'ms a step', 'against Latch', 'ms, loss awaited', ...(deepbench ? ['µs a time step'] : []),
        'first step, s', 'GFLOP/s', 'of the ceiling', 'loss'],
      rows,
    }),
    remarks(report));
}

function lossCell({ loss, checks }: Result): Cell {
  const [first, last] = loss.map((value) => (value === null ? '–' : value.toFixed(4)));
  const wrong = checks.firstLoss === false || checks.agrees === false || checks.wentDown === false;
  return { text: `${first} → ${last}`, ...(wrong ? { mark: 'wrong' as const, note: 'wrong' } : {}) };
}

/** Errors, notes and what was cut. */
function remarks({ results, cut }: Report): string {
  const items = [
    ...results.flatMap(({ name, error, note }) => [error, note].filter((text) => text !== undefined)
      .map((text) => `<b>${escape(name)}</b>: ${escape(text)}`)),
    ...cut.map(({ name, what, why }) => `<b>${escape(name)}</b>: ${escape(what)}, ${escape(why)}`),
  ];
  return items.length === 0 ? '' : `<ul class="remarks">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;
}

/** What a step makes the browser do, and what a system holds. */
export function overheads(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ size, results }) => byTime(results)
    .filter(({ dispatches }) => dispatches !== null)
    .map((result) => ({
      own: result.system === 'latch',
      cells: [
        nameOf(result), size, figure(result.dispatches, 5), figure(result.submits), figure(result.pipelinesCreated),
        figure(result.buffersCreated, 5), figure(result.bindGroupsCreated, 5),
        figure(result.gpuBytes === null ? null : result.gpuBytes / 1e6),
      ],
    })));
  if (rows.length === 0) return '';
  return table({
    texts: 2,
    header: ['system', 'size', 'dispatches', 'submits', 'pipelines', 'buffers', 'bind groups', 'peak GPU MB'],
    rows,
  });
}

/** One time step at B = 1, and text. */
export function inference(reports: readonly Report[]): string {
  const rows = reports.flatMap(({ size, inference: figures }) =>
    [...figures].sort((a, b) => (a.msPerTimeStep ?? Infinity) - (b.msPerTimeStep ?? Infinity)).map((each) => ({
      own: each.system === 'latch',
      cells: [
        { text: each.name, note: each.error ?? each.backend }, size,
        { text: figure(each.msPerTimeStep), note: each.spread === null ? '' : `± ${percent(each.spread / 2)}` },
        figure(each.tokensPerSecond, 5),
      ],
    })));
  return rows.length === 0 ? '' : table({
    texts: 2, header: ['system', 'size', 'ms a time step, B = 1', 'tokens a second, generated'], rows,
  });
}
