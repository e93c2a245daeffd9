import { describe, expect, it } from 'vitest';
import { expectedSeconds, whyNot } from '../../bench/costs.js';
import { within } from '../../bench/hosts/host.js';
import { allot, choosePeers, planRounds, shareOut, stepsWanted } from '../../bench/plan.js';
import { SIZES } from '../../bench/problem.js';
import { ALL_SIZES, expandSizes, sizeOf } from '../../bench/sizes.js';
import { DEFAULT_PEERS, OWN, TORCH } from '../../bench/system.js';

const total = (steps: readonly number[]) => steps.reduce((sum, n) => sum + n, 0);

describe('sizes', () => {
  it('go by name, and in groups', () => {
    expect(expandSizes('XS, deepbench')).toEqual(['XS', 'deepbench-256x16', 'deepbench-256x32', 'deepbench-256x64',
      'deepbench-512x16', 'deepbench-512x32', 'deepbench-512x64', 'deepbench-512x128']);
    expect(sizeOf('deepbench-256x64')).toEqual({ vocabulary: 65, hidden: 256, layers: 1, timeSteps: 150, batch: 64 });
    expect(sizeOf('L')).toEqual({ vocabulary: 65, hidden: 512, layers: 2, timeSteps: 128, batch: 64 });
  });

  it('are each measured once, and so is the point that all curves share', () => {
    expect(expandSizes('S,S,XS')).toEqual(['S', 'XS']);
    const shapes = expandSizes('curves').map((name) => JSON.stringify(sizeOf(name)));
    expect(new Set(shapes).size).toBe(shapes.length);
    const points = Object.keys(ALL_SIZES).filter((name) => name.startsWith('curve-'));
    expect(points.length - shapes.length).toBe(2);
  });

  it('that do not exist are refused with those that do', () => {
    expect(() => expandSizes('S,toString')).toThrow('No size "toString"; allowed, separated by commas: XS, S, M, L, ');
    expect(() => expandSizes(' , ')).toThrow('No size is named; for example S');
  });
});

describe('rounds', () => {
  const effort = { steps: 30, rounds: 5, sync: true };

  it('are as many as asked for where time allows', () => {
    const { natural, sync } = planRounds(10, 40, effort);
    expect(natural).toEqual([6, 6, 6, 6, 6]);
    expect(sync).toEqual([3, 3, 3, 3, 3]);
  });

  it('keep to their seconds, both forms together', () => {
    for (const seconds of [1, 3, 7, 20]) {
      for (const stepMs of [50, 300, 900, 2500]) {
        const { natural, sync } = planRounds(stepMs, seconds, effort);
        expect(total(natural) + total(sync), `${stepMs} ms, ${seconds} s`).toBeLessThanOrEqual(seconds * 1000 / stepMs);
        expect(natural.every((n) => n >= 1) && sync.every((n) => n >= 1)).toBe(true);
        expect(natural.length).toBeLessThanOrEqual(effort.rounds);
      }
    }
  });

  it('of one step each need no sync form: they are read anyway', () => {
    expect(planRounds(9000, 30, effort)).toEqual({ natural: [1, 1, 1], sync: [] });
  });

  it('are none where a step takes longer than there is time', () => {
    expect(planRounds(60_000, 40, effort)).toEqual({ natural: [], sync: [] });
  });

  it('of fast systems are longer, tenfold at most', () => {
    const least = { steps: 30, least: 2 };
    expect([0.1, 20, 40, 500].map((ms) => stepsWanted(ms, least))).toEqual([300, 100, 50, 30]);
    expect(stepsWanted(0.1, { steps: 1, least: 0 })).toBe(1);
  });

  it('share what time is left: what the fast do not need, the slow get', () => {
    expect(shareOut([1, 100, 50], 61)).toEqual([1, 30, 30]);
    expect(shareOut([1, 2, 3], 100)).toEqual([1, 2, 3]);
    expect(shareOut([5, 5], -3)).toEqual([0, 0]);
  });

  it('are one at least for each system, before a fast one gets a second', () => {
    const slow = { asked: 40, least: 66 };
    const fast = { asked: 40, least: 1 };
    expect(allot([slow, fast, fast], 100)).toEqual([66, 17, 17]);
    expect(allot([slow, fast, fast], 50)).toEqual([0, 25, 25]);
  });
});

describe('peers', () => {
  const own = Object.keys(OWN).filter((name) => name !== 'latch');
  const peers = DEFAULT_PEERS.filter((name) => name !== TORCH);
  const at = (name: keyof typeof SIZES, more: { software?: boolean; named?: boolean; limit?: number } = {}) =>
    choosePeers(peers, {
      own, name, size: SIZES[name], named: false, runtime: 'chrome', software: true, limit: 600, ...more });

  it('are all measured at XS, S and M on a software adapter within ten minutes', () => {
    for (const size of ['XS', 'S', 'M'] as const) {
      const { chosen, cut } = at(size);
      expect([...chosen].sort(), size).toEqual([...peers].sort());
      expect(cut, size).toEqual([]);
    }
  });

  it('that would take longer than the limit are cut, the slow ones first, with the reason', () => {
    const { chosen, cut } = at('M', { limit: 180 });
    expect(chosen).toContain('jax-wasm');
    expect(chosen).not.toContain('tfjs');
    expect(cut.find(({ name }) => name === 'tfjs')?.why)
      .toMatch(/^two steps of M would take it about \d+ min, and the size has 3 min \(--minutes\); name it/);
  });

  it('that are named are waited for, but not where they cannot run', () => {
    expect(at('M', { limit: 60, named: true }).chosen).toHaveLength(peers.length);
    expect(at('L', { limit: 60, named: true }).cut.map(({ name }) => name)).toEqual(['jax-wasm']);
    expect(whyNot('tfjs-webgl', SIZES.S, 'node')).toBe('it runs in chrome alone');
  });

  it('are all fast enough on a GPU, but for those that compute on the CPU', () => {
    expect(at('L', { software: false }).chosen).toEqual(expect.arrayContaining(['tfjs', 'tfjs-webgl', 'jax']));
  });

  it('are expected to take what they took: within twofold of runs on SwiftShader', () => {
    const measured = { tfjs: [1.379, 8.6, 51.1], jax: [0.206, 1.73, 8.98], 'tfjs-wasm': [0.057, 0.83, 9.07] };
    for (const [name, seconds] of Object.entries(measured)) {
      (['XS', 'S', 'M'] as const).forEach((size, i) => {
        const ratio = expectedSeconds(name, SIZES[size], true).step / seconds[i]!;
        expect(Math.max(ratio, 1 / ratio), `${name} at ${size}`).toBeLessThan(2);
      });
    }
  });
});

describe('a call of a host', () => {
  const never = new Promise<never>(() => undefined);

  it('ends with its answer, with its time, or with the host, whatever comes first', async () => {
    await expect(within(Promise.resolve(7), 60, never)).resolves.toBe(7);
    await expect(within(never, 0.01, never)).rejects.toThrow('it did not answer within 0 s');
    await expect(within(never, 60, Promise.reject(new Error('the page crashed')))).rejects.toThrow('the page crashed');
  });
});
