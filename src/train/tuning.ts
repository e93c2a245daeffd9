import { DeviceLostError, type Device, GpuError } from '../gpu/device.js';
import type { Driver } from '../kernels/recurrence.js';
import { type Candidate, candidates } from '../schedule/candidates.js';
import type { Program } from '../schedule/program.js';
import { chooseStrategy, type Strategy, type Workload } from '../schedule/tiles.js';
import { compare, type Contender, StrategyBench } from './measure-strategy.js';

/** What a strategy was chosen against. */
export interface Tried {
  readonly name: string;
  /** A training step's median time. */
  readonly milliseconds?: number;
  /** That of the best before it, sampled in turn with it. */
  readonly against?: number;
  /** Why it was not measured, or may not be used. */
  readonly reason?: string;
}

/** A measured choice: made once, then read from memory or from the browser's storage. */
export interface Tuning {
  readonly strategy: Strategy;
  /** The table's choice, then all that was tried, in order; each candidate changes the best of the groups before. */
  readonly tried: readonly Tried[];
  /** Names of those that were better, which make up the strategy; none where the table was right. */
  readonly chosen: readonly string[];
  /** Time steps of the training step that was measured: fewer than the run's where those would take long. */
  readonly timeSteps: number;
  /** What measuring took. */
  readonly took: number;
}

export interface SearchOptions {
  /** Asked for by the caller: no other is tried. */
  readonly driver?: Driver | undefined;
  /** No candidate is begun after so long. */
  readonly milliseconds?: number | undefined;
  /** By default those of `src/schedule/candidates.ts`. */
  readonly groups?: readonly (readonly Candidate[])[];
}

/** A second pays for itself within a run; a software adapter takes about half a second to compile a candidate. */
const GPU_MS = 1000;
const SOFTWARE_MS = 10_000;

/** A candidate has to be better by this much: noise is no reason to leave the table. */
const MARGIN = 0.95;

/** Orders of sums change a loss by rounding alone; what changes it more is wrong, whatever its speed. */
const LOSS_TOLERANCE = 1e-3;

/**
 * Measures the table's choice and its candidates on training steps of one network.
 * @throws GpuError where the table's choice itself cannot run; DeviceLostError
 */
export async function searchStrategy(
  device: Device, workload: Workload, { driver, milliseconds, groups }: SearchOptions = {},
): Promise<Tuning> {
  const { software } = device.adapter;
  const begun = performance.now();
  const deadline = begun + (milliseconds ?? (software ? SOFTWARE_MS : GPU_MS));
  const table = chooseStrategy(device.adapter, workload, driver);
  const bench = new StrategyBench(device, workload, table);
  const first = await bench.prepare(table);
  const { loss } = first;
  let best = first;
  try {
    const names = new Map([[shadersOf(bench.program(table)), 'the table\'s choice']]);
    const { a: time } = await compare(first, undefined, deadline);
    const tried: Tried[] = [{ name: `the table's choice, driver ${table.driver}`, milliseconds: time }];
    const chosen: string[] = [];
    const all = groups ?? candidates(table, workload, device.adapter, { fixed: driver !== undefined });
    const left = deadline - performance.now();
    for (const [index, group] of all.entries()) {
      const base = best.strategy;
      const until = deadline - (left * (all.length - 1 - index)) / all.length; // so that no group takes all the time
      let won: string | undefined;
      for (const { name, change } of group) {
        const strategy = { ...base, ...change };
        const shaders = shadersOf(bench.program(strategy));
        const same = names.get(shaders);
        names.set(shaders, same ?? name);
        if (same !== undefined) tried.push({ name, reason: `for these shapes the same as ${same}` });
        else if (performance.now() >= until) tried.push({ name, reason: 'the time for measuring was up' });
        else {
          const { winner, ...outcome } = await contest(bench, best, strategy, { loss, deadline });
          tried.push({ name, ...outcome });
          if (winner === best) continue;
          best = winner;
          won = name;
        }
      }
      if (won !== undefined) chosen.push(won);
    }
    device.check(); // a device that failed on the way gave reasons that are none
    return {
      strategy: best.strategy, tried, chosen, timeSteps: bench.timeSteps, took: Math.round(performance.now() - begun),
    };
  } finally {
    best.destroy();
  }
}

/** One strategy against the best so far; whichever loses is destroyed. */
async function contest(
  bench: StrategyBench, best: Contender, strategy: Strategy, { loss, deadline }: { loss: number; deadline: number },
): Promise<{ winner: Contender } & Omit<Tried, 'name'>> {
  let loser: Contender | undefined;
  try {
    const candidate = loser = await bench.prepare(strategy);
    const { a: against, b: milliseconds } = await compare(best, candidate, deadline);
    const right = Math.abs(candidate.loss - loss) <= LOSS_TOLERANCE * Math.max(1, Math.abs(loss));
    if (!right) {
      const reason = `its loss is ${candidate.loss}, that of the table's choice ${loss}`;
      return { winner: best, milliseconds, against, reason };
    }
    if (milliseconds >= MARGIN * against) return { winner: best, milliseconds, against };
    loser = best;
    return { winner: candidate, milliseconds, against };
  } catch (error) {
    if (error instanceof DeviceLostError || !(error instanceof GpuError || error instanceof RangeError)) throw error;
    return { winner: best, reason: error.message };
  } finally {
    loser?.destroy();
  }
}

/** What a program runs, whatever it is called: equal ones take equal times. */
const shadersOf = ({ dispatches }: Program): string =>
  JSON.stringify(dispatches.map(({ kernel: { file, defines, workgroups } }) => [file, defines, workgroups]));
