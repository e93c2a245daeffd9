import type { Driver } from '../src/index.js';
import { curvesOf } from './curves.js';
import { chromeHosts } from './hosts/chrome.js';
import type { Hosts } from './hosts/host.js';
import { nodeHosts } from './hosts/node.js';
import { main as measureKernels } from './kernels/run.js';
import { type Options, parseOptions } from './options.js';
import type { Size } from './problem.js';
import type { Report } from './report-types.js';
import { type Addition, addResults, defaultFile, readResults } from './results-file.js';
import { isOwn } from './rows.js';
import { runSize, type Surroundings } from './size-run.js';
import { isCurvePoint, sizeOf } from './sizes.js';
import { DEFAULT_PEERS, TORCH } from './system.js';
import { formatCurves, formatReport } from './table.js';
import { findTorch } from './torch.js';

/** The ceiling's matmuls and their compilation, on a slow adapter. */
const CEILING_SECONDS = 180;

/** The command line. The exit status is 1 where one of the project's own systems failed or was wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options.json !== undefined) await readResults(options.json); // refuses another's file before the run
  const date = new Date().toISOString().slice(0, 10);
  const save = async (adapter: string, addition: Addition): Promise<void> => {
    const files = await addResults(options.json ?? defaultFile(adapter, date), { adapter, date }, addition);
    process.stderr.write(`${files.join('\n')}\n`);
  };
  if (options.kernels) {
    const { sizes, runtime, chrome, command } = options;
    return measureKernels({ sizes, runtime, command, ...(chrome === undefined ? {} : { chrome }) },
      (report) => save(report.adapter, { kernels: [report] }));
  }
  const reports = await measureSizes(options, save);
  const failed = reports.some(({ results }) =>
    results.some((result) => result.error !== undefined && isOwn(result)));
  return failed ? 1 : 0;
}

/** Measures each size, and prints and saves what there is before the next one begins. */
async function measureSizes(
  options: Options, save: (adapter: string, addition: Addition) => Promise<void>,
): Promise<Report[]> {
  const begun = performance.now();
  const log = (text: string): void =>
    void process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
  const hosts = await (options.runtime === 'node' ? nodeHosts() : chromeHosts(options.chrome));
  try {
    const around = await lookAround(hosts, options, log);
    const reports: Report[] = [];
    for (const name of options.sizes) {
      const report = await runSize(name, { ...around, log: (text) => log(`${name} · ${text}`) });
      reports.push(report);
      if (isCurvePoint(name)) continue;
      process.stdout.write(`${formatReport(report)}\n\n`);
      await save(report.adapter, { reports: [report] });
    }
    const curves = curvesOf(reports.filter(({ size }) => isCurvePoint(size)));
    if (curves.length > 0) {
      process.stdout.write(`${formatCurves(curves)}\n`);
      await save(around.conditions.adapter, { curves });
    }
    return reports;
  } finally {
    await hosts.close();
  }
}

/** What is the same for all sizes: the adapter, its ceiling, and Latch's choices on it. */
async function lookAround(hosts: Hosts, options: Options, log: (text: string) => void): Promise<Surroundings> {
  const probe = await hosts.open();
  try {
    const { name: adapter, software } = await probe.call('adapter', [], 60);
    log(`adapter: ${adapter}`);
    const drivers = new Map<string, Driver>();
    const keyOf = (size: Size) => JSON.stringify(size);
    for (const size of options.sizes.map(sizeOf)) {
      drivers.set(keyOf(size), await probe.call('chosenDriver', [size], 60));
    }
    log('its best matmul');
    const ceiling = await probe.call('ceiling', [], CEILING_SECONDS);
    return {
      hosts, software, options, log,
      ...((options.peers ?? DEFAULT_PEERS).includes(TORCH) ? { torch: await findTorch() } : {}),
      conditions: { adapter, runtime: hosts.runtime, version: hosts.version(), command: options.command, ceiling },
      chosenDriver: (size) => drivers.get(keyOf(size))!,
    };
  } finally {
    await probe.close();
  }
}
