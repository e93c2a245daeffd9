import { expectedSeconds, whyNot } from './costs.js';
import type { Size } from './problem.js';
import type { Cut, Runtime } from './report-types.js';

/** How much is measured of a size. */
export interface Effort {
  /** Measured steps of a system, over all rounds. */
  readonly steps: number;
  /** Seconds that these shall last at least: fast systems take more steps, or the clock would decide. */
  readonly least: number;
  readonly rounds: number;
  /** Seconds of measured steps that a system may take; a slow one gets fewer steps. */
  readonly budget: number;
  /** Seconds for the whole size. */
  readonly limit: number;
  /** Also with the loss read after each step. */
  readonly sync: boolean;
}

/** Steps of each round. */
export interface Rounds {
  readonly natural: readonly number[];
  /** Empty where a round is one step: both forms are the same then. */
  readonly sync: readonly number[];
}

/** Share of the limit that what is known to be needed may fill; the rest is for rounds. */
const FILLED = 0.7;

/** What decides which peers a size can have. */
export interface Circumstances {
  /** Systems that are measured in any case. */
  readonly own: readonly string[];
  /** The caller named the peers, and waits for them. */
  readonly named: boolean;
  readonly name: string;
  readonly size: Size;
  readonly runtime: Runtime;
  readonly software: boolean;
  /** Seconds. */
  readonly limit: number;
}

/**
 * Of `peers` those that can run here and, unless they were named by the caller, whose first two steps fit beside the
 * others': cheapest first, so that as many as possible are measured.
 */
export function choosePeers(
  peers: readonly string[],
  { own, named, name, size, runtime, software, limit }: Circumstances,
): { chosen: string[]; cut: Cut[] } {
  const cut: Cut[] = [];
  const least = (system: string) => {
    const { first, step } = expectedSeconds(system, size, software);
    return first + step;
  };
  let filled = own.reduce((sum, system) => sum + least(system), 0);
  const chosen = [...peers].sort((a, b) => least(a) - least(b)).filter((peer) => {
    const why = whyNot(peer, size, runtime);
    if (why !== undefined) {
      cut.push({ name: peer, what: 'left out', why });
      return false;
    }
    if (!named && filled + least(peer) > FILLED * limit) {
      cut.push({ name: peer, what: 'left out', why: `two steps of ${name} would take it about ${
        duration(least(peer))}, and the size has ${duration(limit)} (--minutes); name it in --peers to wait for it` });
      return false;
    }
    filled += least(peer);
    return true;
  });
  return { chosen, cut };
}

/** Steps in each round, so that all rounds together take at most `seconds`; none where not one step fits. */
export function planRounds(
  stepMs: number, seconds: number, { steps, rounds, sync }: Pick<Effort, 'steps' | 'rounds' | 'sync'>,
): Rounds {
  const affordable = Math.floor((seconds * 1000) / stepMs);
  if (affordable < 1) return { natural: [], sync: [] };
  if (affordable <= rounds || steps <= rounds || !sync) {
    const natural = spread(Math.min(steps, affordable), rounds);
    return { natural, sync: sync && natural[0]! > 1 ? spread(natural.length, rounds) : [] };
  }
  const natural = Math.max(rounds, Math.min(steps, Math.floor((affordable * 2) / 3)));
  return {
    natural: spread(natural, rounds),
    sync: natural > rounds ? spread(Math.min(Math.ceil(steps / 2), affordable - natural), rounds) : [],
  };
}

/** Steps that a system should take: `steps`, or as many more, tenfold at most, as last `least` seconds. */
export function stepsWanted(stepMs: number, { steps, least }: Pick<Effort, 'steps' | 'least'>): number {
  return Math.max(steps, Math.min(10 * steps, Math.floor((least * 1000) / stepMs)));
}

/** `total` over at most `rounds` rounds, at least one each, as evenly as whole numbers allow. */
function spread(total: number, rounds: number): number[] {
  const count = Math.min(rounds, total);
  const upTo = (round: number) => Math.floor((round * total) / count);
  return Array.from({ length: count }, (_, round) => upTo(round + 1) - upTo(round));
}

/**
 * Seconds for systems that want `asked`, a step of which takes `least`: a step each, the fast before the slow while
 * there is time, then what is left in equal shares.
 */
export function allot(systems: readonly { asked: number; least: number }[], seconds: number): number[] {
  let rest = seconds;
  const given = systems.map(() => 0);
  const order = systems.map((_, i) => i).sort((a, b) => systems[a]!.least - systems[b]!.least);
  for (const i of order) {
    const { least } = systems[i]!;
    if (least > rest) continue;
    given[i] = least;
    rest -= least;
  }
  const more = shareOut(systems.map(({ asked }, i) => (given[i] === 0 ? 0 : Math.max(0, asked - given[i]!))), rest);
  return given.map((least, i) => least + more[i]!);
}

/** Shares `seconds` out: each gets what it asks for, or as much as the others who do not. */
export function shareOut(asked: readonly number[], seconds: number): number[] {
  let rest = seconds;
  const shares: number[] = asked.map(() => 0);
  const order = asked.map((_, i) => i).sort((a, b) => asked[a]! - asked[b]!);
  order.forEach((index, done) => {
    shares[index] = Math.max(0, Math.min(asked[index]!, rest / (order.length - done)));
    rest -= shares[index]!;
  });
  return shares;
}

/** `40 s`, `12 min`. */
export function duration(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}
