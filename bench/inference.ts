import { expectedSeconds } from './costs.js';
import type { Host, Hosts } from './hosts/host.js';
import type { Size } from './problem.js';
import type { Inference } from './report-types.js';
import { median, spreadOf } from './statistics.js';
import { systemEntry } from './system.js';

/** Systems with a natural way to take one time step: jax-js would compile a program of our own making. */
const SYSTEMS = ['latch', 'reference', 'float32', 'tfjs', 'tfjs-wasm', 'tfjs-webgl', 'tfjs-cpu'];
const SLOWEST = 120; // seconds of a training step, past which a peer's inference is not waited for

const ROUNDS = 5;
const ROUND_SECONDS = 0.5;
const MOST_STEPS = 100;
/** Tokens of the text that is timed. */
const TOKENS = 300;

interface Seat { readonly name: string; host: Host; readonly steps: number; readonly times: number[]; error?: string }

/** Whether a training step of a peer is so slow that its inference is left out too. */
const isHopeless = (name: string, size: Size, software: boolean): boolean =>
  expectedSeconds(name, size, software).step > SLOWEST;

/**
 * One time step at B = 1, the systems in turn, then a text from those who write. `names` are those of the run; those
 * without an inference of their own are passed over.
 */
export async function inferenceContest(
  hosts: Hosts, names: readonly string[], { size, software, log }: {
    size: Size; software: boolean; log: (text: string) => void;
  },
): Promise<Inference[]> {
  const wanted = SYSTEMS.filter((name) =>
    (name === 'latch' || names.includes(name)) && !isHopeless(name, size, software));
  const seats: Seat[] = [];
  const failed = new Map<string, string>();
  for (const name of wanted) {
    log(`${name}: first time step`);
    const seat = await seatOf(hosts, name, size, failed);
    if (seat) seats.push(seat);
  }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const seat of seats) {
        if (seat.error !== undefined) continue;
        await attempt(seat, async () => void seat.times.push(await seat.host.call('inferenceRound', [seat.steps], 60)));
      }
    }
    const rows: Inference[] = [];
    for (const seat of seats) {
      log(`${seat.name}: ${TOKENS} tokens`);
      let tokensPerSecond: number | null = null;
      await attempt(seat, async () => void (tokensPerSecond = await seat.host.call('generate', [TOKENS], 120)));
      rows.push({
        ...about(seat.name), msPerTimeStep: median(seat.times), spread: spreadOf(seat.times), tokensPerSecond,
        ...(seat.error === undefined ? {} : { error: seat.error }),
      });
    }
    return [...rows, ...[...failed].map(([name, error]) => (
      { ...about(name), msPerTimeStep: null, spread: null, tokensPerSecond: null, error }))];
  } finally {
    await Promise.all(seats.map(({ host }) => host.close()));
  }
}

const about = (name: string) => ({ name, system: systemEntry(name).system, backend: systemEntry(name).backend });

/** A host with a network that took its first steps; undefined where the system has none, or failed. */
async function seatOf(
  hosts: Hosts, name: string, size: Size, failed: Map<string, string>,
): Promise<Seat | undefined> {
  let host: Host | undefined;
  try {
    host = await hosts.open();
    const first = await host.call('startInference', [name, size], 120);
    if (first !== null) {
      const ms = await host.call('inferenceRound', [2], 60);
      const steps = Math.max(1, Math.min(MOST_STEPS, Math.floor((ROUND_SECONDS * 1000) / ms)));
      return { name, host, steps, times: [] };
    }
  } catch (error) {
    failed.set(name, error instanceof Error ? error.message : String(error));
  }
  await host?.close();
  return undefined;
}

async function attempt(seat: Seat, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    seat.error ??= error instanceof Error ? error.message : String(error);
  }
}
