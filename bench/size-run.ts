import type { Driver } from '../src/index.js';
import { bundleBytes } from './bundle.js';
import { contest, type Run } from './contest.js';
import { expectedFirstLoss } from './expected.js';
import type { Hosts } from './hosts/host.js';
import { inferenceContest } from './inference.js';
import { type Options, STEPS } from './options.js';
import { choosePeers, type Effort } from './plan.js';
import { createProblem, flopsPerStep, type Size, SIZES } from './problem.js';
import type { Cut, Conditions, Report, Result } from './report-types.js';
import { judgeLastLosses, lastCommonStep, rowOf, shortened } from './rows.js';
import { isCurvePoint, sizeOf } from './sizes.js';
import { DEFAULT_PEERS, OWN, systemEntry, TORCH, TRIALS } from './system.js';
import { type Torch, torchResults } from './torch.js';

/** What all sizes of a run share. */
export interface Surroundings {
  readonly hosts: Hosts;
  readonly conditions: Omit<Conditions, 'date'>;
  readonly software: boolean;
  readonly options: Options;
  /** PyTorch, where it is asked for. */
  readonly torch?: Torch;
  /** The driver that Latch takes by itself. */
  readonly chosenDriver: (size: Size) => Driver;
  readonly log: (text: string) => void;
}

/** GFLOP of a step past which the oracle, which is in plain loops, would take longer than the reference. */
const ORACLE_LIMIT = 12;

/** A point of a curve: a few steps, and peers that need not be waited for. */
const CURVE_EFFORT = { steps: 15, least: 1, rounds: 3, budget: 5, limit: 60, sync: false };
/** Seconds of rounds that the clock and other work on the machine matter little to. */
const LEAST = 2;
/** Of a size's time, seconds for inference. */
const INFERENCE = 40;
const NO_CURVE: readonly string[] = ['tfjs', 'tfjs-cpu'];

/** Measures one size: every system's training step, and inference. */
export async function runSize(name: string, around: Surroundings): Promise<Report> {
  const { hosts, conditions, software, options, log } = around;
  const size = sizeOf(name);
  const begun = Date.now();
  const date = new Date(begun).toISOString();
  const effort = effortOf(name, options);
  const driver = around.chosenDriver(size);
  const own = ownSystems(name, driver);
  const { chosen, cut } = peersOf(name, size, around, own, effort.limit);
  const pages = [...own, ...chosen];
  const bundles = await bundlesOf(pages);
  const oracle = flopsPerStep(size) / 1e9 > ORACLE_LIMIT ? null : expectedFirstLoss(createProblem(size));
  const runs = await contest(hosts, pages, { size, software, effort, log });
  const expected = oracle ?? runs.find((run) => run.name === 'reference')?.started?.firstLoss ?? null;
  const context = {
    sizeName: name, size, ceiling: conditions.ceiling, chosen: driver, expected, bundles,
    commonStep: lastCommonStep(runs),
  };
  const reference = runs.find((run) => run.name === 'reference')?.losses ?? {};
  const rows = runs.filter(({ skipped }) => skipped === undefined).map((run) => rowOf(run, context));
  const torch = around.torch ? await torchRows(name, around.torch, reference, { cut, log }) : [];
  const inference = options.inference && Object.hasOwn(SIZES, name)
    ? await inferenceContest(hosts, pages, { size, software, log }) : [];
  return {
    ...conditions, date, size: name, shape: size, seconds: (Date.now() - begun) / 1000, expectedFirstLoss: expected,
    results: judgeLastLosses([...rows, ...torch], reference), cut: [...cut, ...shortened(runs, effort.steps)],
    inference,
  };
}

/** Latch with each driver; its own choice is one of them, or measured besides. */
function ownSystems(name: string, driver: Driver): string[] {
  const systems = Object.keys(OWN).filter((system) => system !== 'latch' || !Object.hasOwn(OWN, `latch-${driver}`));
  return name === TRIALS.size ? [...systems, TRIALS.name] : systems;
}

function effortOf(name: string, { steps, rounds, budget, minutes }: Options): Effort {
  if (isCurvePoint(name)) return CURVE_EFFORT;
  const least = steps === undefined ? LEAST : 0;
  const limit = Math.max(0.8 * minutes * 60, minutes * 60 - INFERENCE);
  return { steps: steps ?? STEPS, least, rounds, budget, limit, sync: true };
}

function peersOf(
  name: string, size: Size, { options, hosts, software }: Surroundings, own: readonly string[], limit: number,
): { chosen: string[]; cut: Cut[] } {
  const fit = isCurvePoint(name) ? DEFAULT_PEERS.filter((peer) => !NO_CURVE.includes(peer)) : DEFAULT_PEERS;
  const named = options.peers !== undefined;
  return choosePeers((options.peers ?? fit).filter((peer) => peer !== TORCH),
    { own, named, name, size, runtime: hosts.runtime, software, limit });
}

/** PyTorch's rows, where it is there; their last loss is at the last step that the reference has read too. */
async function torchRows(
  name: string, torch: Torch, reference: Run['losses'], { cut, log }: { cut: Cut[]; log: (text: string) => void },
): Promise<Result[]> {
  const leftOut = (what: string, why: string): Result[] => {
    cut.push({ name: TORCH, what, why });
    return [];
  };
  if ('missing' in torch) return leftOut('left out', torch.missing);
  try {
    const results = await torchResults(name, torch.version, log);
    return results.map(({ losses, ...row }) => {
      const step = Math.max(...Object.keys(losses).map(Number).filter((n) => reference[n] !== undefined));
      const loss = losses[step];
      return loss === undefined ? row : { ...row, loss: [row.loss[0], loss], lossStep: step };
    });
  } catch (error) {
    return leftOut('broke off', error instanceof Error ? error.message : String(error));
  }
}

/** By `system backend`. One after another: the bundler takes all cores. */
async function bundlesOf(names: readonly string[]): Promise<Map<string, number | null>> {
  const bundles = new Map<string, number | null>();
  for (const name of names) {
    const { system, backend } = systemEntry(name);
    bundles.set(`${system} ${backend}`, await bundleBytes(system, backend));
  }
  return bundles;
}
