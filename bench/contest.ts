import { expectedSeconds } from './costs.js';
import type { Host, Hosts } from './hosts/host.js';
import type { Round, Started } from './measure.js';
import { allot, duration, type Effort, planRounds, type Rounds, stepsWanted } from './plan.js';
import type { Size } from './problem.js';

/** A system's run as it went; `error` where it broke off. */
export interface Run {
  readonly name: string;
  started?: Started;
  natural: Round[];
  sync: Round[];
  /** Steps of each round, as planned. */
  plan: Rounds;
  losses: Record<number, number>;
  /** What its page complained of. */
  complaints: readonly string[];
  error?: string;
  /** Why it was not even started. */
  skipped?: string;
}

export interface Task {
  readonly size: Size;
  readonly software: boolean;
  readonly effort: Effort;
  readonly log: (text: string) => void;
}

interface Seat {
  readonly name: string;
  readonly run: Run;
  host: Host | undefined;
}

/** Past this a round is worth a line of its own. */
const SLOW_MS = 3000;

/** Seconds beside the measured steps: to read losses, to close. */
const RESERVE = 10;

/**
 * Starts each system in a page of its own, one after another, then lets them take turns, round by round. Systems a step
 * of which is expected to take more than the whole budget come after all others and take two steps, the second of which
 * is their time: to take turns would mean nothing then.
 */
export async function contest(hosts: Hosts, names: readonly string[], task: Task): Promise<Run[]> {
  const expected = (name: string) => expectedSeconds(name, task.size, task.software);
  const least = (name: string) => expected(name).first + expected(name).step;
  const { limit, budget } = task.effort;
  const end = performance.now() + limit * 1000;
  const order = [...names].sort((a, b) => least(a) - least(b)); // where time runs out, it runs out for the slow
  const slow = order.filter((name) => expected(name).step > budget);
  const kept = Math.min(limit / 2, 1.2 * slow.reduce((sum, name) => sum + least(name), 0));
  const runs = await measure(hosts, order.filter((name) => !slow.includes(name)), task, end - kept * 1000);
  for (const name of slow) runs.push(...await measure(hosts, [name], { ...task, slow: true }, end));
  return names.map((name) => runs.find((run) => run.name === name)!);
}

/** `end` is on the clock of `performance.now()`. */
async function measure(
  hosts: Hosts, names: readonly string[], task: Task & { slow?: boolean }, end: number,
): Promise<Run[]> {
  const remaining = () => (end - performance.now()) / 1000;
  const seats: Seat[] = [];
  try {
    for (const name of names) seats.push(await startSystem(hosts, name, task, remaining()));
    if (!task.slow) {
      plan(seats, task.effort, remaining() - RESERVE);
      await catchUp(seats, task.log);
      await takeTurns(seats, task);
    }
    for (const seat of seats) {
      await attempt(seat, async (host) => {
        seat.run.losses = await host.call('losses', [], 10);
        await host.call('stop', [], 20);
      });
      seat.run.complaints = [...(seat.host?.complaints ?? seat.run.complaints)];
    }
  } finally {
    await Promise.all(seats.map(({ host }) => host?.close()));
  }
  return seats.map(({ run }) => run);
}

async function startSystem(
  hosts: Hosts, name: string, task: Task & { slow?: boolean }, remaining: number,
): Promise<Seat> {
  const run: Run =
    { name, natural: [], sync: [], plan: { natural: [], sync: [] }, losses: {}, complaints: [] };
  const seat: Seat = { name, run, host: undefined };
  const { first } = expectedSeconds(name, task.size, task.software);
  if (remaining < Math.max(RESERVE, first)) {
    run.skipped = `about ${duration(first)} for its first step were no longer there (--minutes)`;
    return seat;
  }
  task.log(`${name}: first step`);
  try {
    seat.host = await hosts.open();
  } catch (error) {
    run.error = messageOf(error);
    return seat;
  }
  await attempt(seat, async (host) => {
    // Ten times what is expected means that it hangs; but others shall have their turn too. The least is for adapters
    // that compile to machine code: a minute, on a machine that does something else besides.
    const seconds = Math.min(Math.max(150, 10 * first), Math.max(RESERVE, remaining - RESERVE));
    // Past this long a first step there is no time for a second.
    const longest = task.slow ? remaining / 2.1 : Math.min(1.5 * task.effort.budget, remaining / 2);
    run.started = await host.call('start', [name, task.size, longest * 1000], seconds);
  });
  return seat;
}

const isRunning = ({ run }: Seat): boolean => run.error === undefined && run.skipped === undefined;

/** Milliseconds of a step, as far as is known before the rounds. */
const stepMs = ({ started }: Run): number => started?.warmStepMs ?? started?.firstStepMs ?? Infinity;

function plan(seats: readonly Seat[], effort: Effort, seconds: number): void {
  const running = seats.filter(isRunning);
  const forms = effort.sync ? 1.5 : 1;
  const wanted = running.map(({ run }) => stepsWanted(stepMs(run), effort));
  const systems = running.map(({ run }, i) => {
    const least = (1.05 * stepMs(run)) / 1000; // its next step may take a little longer
    return { least, asked: Math.min(effort.budget, forms * wanted[i]! * least) };
  });
  allot(systems, seconds).forEach((share, i) => {
    running[i]!.run.plan = planRounds(stepMs(running[i]!.run), share, { ...effort, steps: wanted[i]! });
  });
}

/**
 * Losses are compared at one step number: where the slowest system will end. Systems that can afford more steps go
 * there before their measured rounds, as a longer warm-up.
 */
async function catchUp(seats: readonly Seat[], log: Task['log']): Promise<void> {
  const done = ({ run }: Seat) => (run.started?.warmStepMs == null ? 1 : 2);
  const total = (steps: readonly number[]) => steps.reduce((sum, n) => sum + n, 0);
  const end = (seat: Seat) => done(seat) + total(seat.run.plan.natural) + total(seat.run.plan.sync);
  const running = seats.filter(isRunning);
  const common = Math.min(...running.map(end));
  for (const seat of running) {
    const steps = common - done(seat);
    if (end(seat) === common || steps < 1) continue;
    log(`${seat.name}: warm-up to step ${common}`);
    await attempt(seat, (host) => host.call('round', [steps, 'natural'], patience(seat.run, steps)));
  }
}

async function takeTurns(seats: readonly Seat[], { effort: { rounds }, log }: Task): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const running = seats.filter((seat) => isRunning(seat) && seat.run.plan.natural[round] !== undefined);
    if (running.length > 0) log(`round ${round + 1} of ${rounds}: ${running.map(({ name }) => name).join(', ')}`);
    for (const seat of running) {
      for (const form of ['natural', 'sync'] as const) {
        const steps = seat.run.plan[form][round];
        if (steps === undefined) continue;
        if (steps * stepMs(seat.run) > SLOW_MS) {
          log(`${seat.name}: ${steps} ${steps === 1 ? 'step' : 'steps'}${form === 'sync' ? ', each read' : ''}`);
        }
        await attempt(seat, async (host) => {
          seat.run[form].push(await host.call('round', [steps, form], patience(seat.run, steps)));
        });
      }
    }
  }
}

/** Seconds after which steps that are under way will not come. */
const patience = (run: Run, steps: number): number => Math.max(60, (6 * steps * stepMs(run)) / 1000);

/** A system that fails is closed at once, so that it takes nothing from the others. */
async function attempt(seat: Seat, work: (host: Host) => Promise<unknown>): Promise<void> {
  const { host, run } = seat;
  if (!host || run.error !== undefined) return;
  try {
    await work(host);
  } catch (error) {
    run.error = messageOf(error);
    run.complaints = [...host.complaints];
    seat.host = undefined;
    await host.close();
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
