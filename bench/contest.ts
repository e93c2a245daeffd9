import type { Browser, Page } from 'puppeteer';
import type { Round, Started } from './measure.js';
import type { Options } from './options.js';
import { systemEntry } from './system.js';

/** A system's run as it went; `error` where it broke off. */
export interface Run {
  readonly name: string;
  readonly backend: string;
  started?: Started;
  rounds: Round[];
  losses: Record<number, number>;
  error?: string;
}

interface Seat {
  readonly name: string;
  readonly run: Run;
  readonly page: Page;
  /** Steps of each round. */
  plan: number[];
}

type Log = (text: string) => void;

/** A page whose uncaught errors and WebGPU complaints are kept: a peer may train on garbage and only log it. */
export async function openPage(browser: Browser, url: string, onError: (text: string) => void): Promise<Page> {
  const page = await browser.newPage();
  page.on('pageerror', (error) => onError(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') onError(message.text());
  });
  await page.goto(url);
  await page.waitForFunction('window.bench !== undefined');
  return page;
}

/** Steps in each round, so that all rounds together keep to the budget; at least one step in one round. */
export function planRounds(stepMs: number, { steps, rounds, budget }: Pick<Options, 'steps' | 'rounds' | 'budget'>) {
  const affordable = Math.max(1, Math.min(steps, Math.floor((budget * 1000) / stepMs)));
  const count = Math.min(rounds, affordable);
  const upTo = (round: number) => Math.floor((round * affordable) / count);
  return Array.from({ length: count }, (_, round) => upTo(round + 1) - upTo(round));
}

/** Starts each system in a page of its own, one after another, then lets them take turns, round by round. */
export async function contest(
  browser: Browser, url: string, names: readonly string[], options: Options, log: Log,
): Promise<Run[]> {
  const seats: Seat[] = [];
  for (const name of names) seats.push(await startSystem(browser, url, name, options, log));
  await catchUp(seats, log);
  for (let round = 0; round < options.rounds; round++) {
    for (const seat of seats) {
      const steps = seat.plan[round];
      if (steps === undefined || seat.run.error !== undefined) continue;
      log(`${seat.name}: round ${round + 1} of ${seat.plan.length}, steps ${steps}`);
      await attempt(seat.run, async () => {
        await seat.page.bringToFront();
        seat.run.rounds.push(await seat.page.evaluate((n) => window.bench.round(n), steps));
      });
    }
  }
  for (const { run, page } of seats) {
    await attempt(run, async () => {
      run.losses = await page.evaluate(() => window.bench.losses());
      if (run.error === undefined) await page.evaluate(() => window.bench.stop());
    });
    await page.close();
  }
  return seats.map(({ run }) => run);
}

async function startSystem(browser: Browser, url: string, name: string, options: Options, log: Log): Promise<Seat> {
  const { name: system, backend } = systemEntry(name);
  const run: Run = { name: system, backend, rounds: [], losses: {} };
  const page = await openPage(browser, url, (text) => log(`${name}: ${text}`));
  const seat: Seat = { name, run, page, plan: [] };
  await attempt(run, async () => {
    log(`${name}: first step`);
    const budgetMs = options.budget * 1000;
    const start = await page.evaluate((n, size, ms) => window.bench.start(n, size, ms), name, options.size, budgetMs);
    run.started = start;
    seat.plan = planRounds(start.warmStepMs ?? start.firstStepMs, options);
  });
  return seat;
}

/**
 * Losses are compared at one step number: where the slowest system will end. Systems that can afford more steps go
 * there before their measured rounds, as a longer warm-up.
 */
async function catchUp(seats: readonly Seat[], log: Log): Promise<void> {
  const done = ({ run }: Seat) => (run.started?.warmStepMs == null ? 1 : 2);
  const end = (seat: Seat) => done(seat) + seat.plan.reduce((sum, steps) => sum + steps, 0);
  const running = seats.filter(({ run }) => run.error === undefined);
  const common = Math.min(...running.map(end));
  for (const seat of running) {
    const steps = common - done(seat);
    if (end(seat) === common || steps < 1) continue;
    log(`${seat.name}: warm-up to step ${common}`);
    await attempt(seat.run, async () => {
      await seat.page.evaluate((n) => window.bench.round(n), steps);
    });
  }
}

async function attempt(run: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    run.error ??= error instanceof Error ? error.message : String(error);
  }
}
