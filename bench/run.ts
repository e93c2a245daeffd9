import { writeFile } from 'node:fs/promises';
import { launchChrome, servePages } from './browser.js';
import { contest, openPage } from './contest.js';
import { expectedFirstLoss } from './expected.js';
import { parseOptions, type Options } from './options.js';
import { createProblem, SIZES } from './problem.js';
import { formatReport, judgeLastLosses, lastCommonStep, resultOf, type Report } from './report.js';
import { OWN } from './system.js';

/** Measures Latch, its CPU reference and `options.peers` on one adapter in one run. */
export async function bench(options: Options, log: (text: string) => void): Promise<Report> {
  const expected = expectedFirstLoss(createProblem(SIZES[options.size]));
  const browser = await launchChrome(options.chrome);
  try {
    const pages = await servePages();
    try {
      const page = await openPage(browser, pages.url, log);
      const adapter = await page.evaluate(() => window.bench.adapter());
      log(`adapter: ${adapter}`);
      const ceiling = await page.evaluate(() => window.bench.ceiling());
      await page.close();
      const runs = await contest(browser, pages.url, [...Object.keys(OWN), ...options.peers], options, log);
      const step = lastCommonStep(runs);
      return {
        adapter,
        ceilingGflops: ceiling.gflops,
        ceilingForm: ceiling.form,
        size: options.size,
        expectedFirstLoss: expected,
        results: judgeLastLosses(runs.map((run) => resultOf(run, options.size, step, expected))),
      };
    } finally {
      await pages.close();
    }
  } finally {
    await browser.close();
  }
}

/** The command line: prints a table, writes `--json`. The exit status is 1 where a system failed or was wrong. */
export async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  const report = await bench(options, (text) => process.stderr.write(`${text}\n`));
  process.stdout.write(`${formatReport(report)}\n`);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.results.some((result) => result.error !== undefined) ? 1 : 0;
}
