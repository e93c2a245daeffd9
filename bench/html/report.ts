import { escape, figure, section, times } from '../../scripts/lib/report/html.js';
import { reportPage } from '../../scripts/lib/report/page.js';
import { flopsPerStep } from '../problem.js';
import type { Report, ResultsFile, Runtime } from '../report-types.js';
import { chartsOf, curveSection } from './curves.js';
import { kernelSection } from './kernels.js';
import { headline, inference, overheads, ownResult, sizeSection } from './training.js';

const RUNTIMES: Readonly<Record<Runtime, string>> = { chrome: 'headless Chrome', node: 'Dawn in Node' };

/** What was measured on one adapter in one day as a page. */
export function htmlReport(file: ResultsFile): string {
  const { adapter, date, reports, curves, kernels } = file;
  const runtimes = (['chrome', 'node'] as const).filter((runtime) =>
    [...reports, ...curves, ...kernels].some((each) => each.runtime === runtime));
  const charts = runtimes.flatMap((runtime) => chartsOf(curves, runtime));
  const body = runtimes.flatMap((runtime) => {
    const where = runtimes.length > 1 ? `, ${RUNTIMES[runtime]}` : '';
    return [
      ...runtimeSections(reports.filter((each) => each.runtime === runtime), runtime, where),
      curveSection(chartsOf(curves, runtime), runtime, where),
      ...kernels.filter((each) => each.runtime === runtime).map((each) => kernelSection(each, where)),
    ];
  }).filter(Boolean);
  return reportPage({
    title: `Latch benchmark, ${adapter}, ${date}`,
    header: `<h1>Latch benchmark</h1>
<p class="lead">${escape(adapter)}, ${escape(date)}. ${summary(reports)}</p>
<p>A step is forward, backward through time, clip and Adam of one character LSTM, with the same weights and the same
batch in every system. Times are medians of rounds that the systems took in turn; ± is half of the way from the fastest
round to the slowest.</p>
<nav>${[...body.join('').matchAll(/<section id="([^"]+)"><h2>([^<]+)</g)].map(([, id, title]) =>
    `<a href="#${id}">${title}</a>`).join('\n')}</nav>`,
    body: [...body, section('commands', 'How to run it again', `<ul class="remarks">${commands(file).map((command) =>
      `<li><code>${escape(command)}</code></li>`).join('')}</ul>`)],
    charts, script: 'bench/html/client.js',
  });
}

function runtimeSections(reports: readonly Report[], runtime: Runtime, where: string): string[] {
  if (reports.length === 0) return [];
  const costs = overheads(reports);
  const texts = inference(reports);
  return [
    section(`headline-${runtime}`, `All sizes${where}`,
      '<p>Beside each time, how many times as long it is as that of Latch with the driver it chooses by itself.</p>',
      headline(reports)),
    ...reports.map((report) => sizeSection(report, where)),
    costs && section(`costs-${runtime}`, `What a step asks of the GPU${where}`,
      '<p>Made or called in one step after the first two.</p>', costs),
    texts && section(`inference-${runtime}`, `Inference${where}`, texts),
  ];
}

/** Latch beside the fastest three others, at the size with the most work. */
function summary(reports: readonly Report[]): string {
  const largest = reports.filter(({ results }) => ownResult(results)?.msPerStep != null)
    .sort((a, b) => flopsPerStep(b.shape) - flopsPerStep(a.shape))[0];
  if (!largest) return '';
  const own = ownResult(largest.results)!.msPerStep!;
  const rivals = largest.results.filter(({ system, msPerStep }) => system !== 'latch' && msPerStep !== null)
    .sort((a, b) => a.msPerStep! - b.msPerStep!);
  const against = rivals.slice(0, 3).map(({ name, msPerStep }) =>
    `<b>${times(msPerStep! / own)}</b> as fast as ${escape(name)}`);
  return `At size ${escape(largest.size)} a training step of Latch takes <b>${figure(own)} ms</b>` +
    `${against.length > 0 ? `: ${against.join(', ')}` : ''}.`;
}

const commands = ({ reports, kernels }: ResultsFile): string[] =>
  [...new Set([...reports, ...kernels].map(({ command }) => command))];
