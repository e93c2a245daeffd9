import { expect, test } from 'vitest';
import { transpose } from '../../src/kernels/transpose.js';
import { CounterRandom } from '../../src/random/counter-random.js';
import { place } from '../../src/schedule/place.js';
import { type Program, ProgramBuilder, type View } from '../../src/schedule/program.js';
import { programMatrix } from '../support/programs.js';

const kernel = transpose({ rows: 4, columns: 4, trials: 1, strideIn: 64, strideOut: 64 });

/** A chain of dispatches over scratch buffers with random sizes and random first and last uses. */
function randomProgram(random: CounterRandom, name: string): Program {
  const builder = new ProgramBuilder(name, 1 + random.integer(3));
  const views: View[] = Array.from({ length: 2 + random.integer(12) },
    (_, i) => builder.scratch(`${i}`, 1 + random.integer(5000)));
  views.push(builder.persistent('parameters', 640, { shared: true }));
  const any = (): View => views[random.integer(views.length)]!;
  for (let n = 2 + random.integer(30); n > 0; n--) builder.dispatch(`${n}`, kernel, { in: any(), out: any() });
  return builder.build();
}

/** Scratch buffers that share a place at a time when both are alive, or lie in one too small. */
function mistakes(programs: readonly Program[]): string[] {
  const { home, bytes } = place(programs);
  return programs.flatMap(({ dispatches, buffers }) => {
    const lives = buffers.filter(({ scratch }) => scratch).flatMap(({ name, floats }) => {
      const used = dispatches.flatMap(({ views }, i) =>
        (Object.values(views).some(({ buffer }) => buffer === name) ? [i] : []));
      return used.length > 0 ? [{ name, floats, first: used[0]!, last: used.at(-1)! }] : [];
    });
    return lives.flatMap((a, i) => [
      ...(4 * a.floats <= bytes.get(home.get(a.name)!)! ? [] : [`${a.name} does not fit`]),
      ...lives.slice(i + 1).filter((b) =>
        home.get(a.name) === home.get(b.name) && a.first <= b.last && b.first <= a.last)
        .map((b) => `${a.name} and ${b.name} overlap`),
    ]);
  });
}

test('no two live scratch buffers share a place, whatever the lifetimes (seeds 0 to 199)', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = new CounterRandom(seed, 0);
    const programs = [randomProgram(random, 'one'), randomProgram(random, 'two')];
    expect(mistakes(programs), `seed ${seed}`).toEqual([]);
  }
});

test('nor do those of the real programs', () => {
  for (const program of programMatrix()) expect(mistakes([program])).toEqual([]);
});

test('buffers that never live together share one place, and programs share all', () => {
  const chain = (name: string): Program => {
    const builder = new ProgramBuilder(name, 1);
    const views = Array.from({ length: 10 }, (_, i) => builder.scratch(`${i}`, 1000));
    for (let i = 0; i + 1 < views.length; i++) builder.dispatch(`${i}`, kernel, { in: views[i]!, out: views[i + 1]! });
    return builder.build();
  };
  const { bytes } = place([chain('one'), chain('two')]);
  expect([...bytes.values()]).toEqual([4096, 4096]);
});

test('a shared place is called after the largest buffer in it, so that an error names what is too large', () => {
  const builder = new ProgramBuilder('train', 1);
  const views = [100, 5000, 200, 300].map((size, i) => builder.scratch(['inputs', 'logits', 'loss', 'norm'][i]!, size));
  for (let i = 0; i + 1 < views.length; i++) builder.dispatch(`${i}`, kernel, { in: views[i]!, out: views[i + 1]! });
  const { home, bytes } = place([builder.build()]);
  expect(home.get('train/logits')).toBe('train/logits');
  expect(home.get('train/norm')).toBe('train/logits');
  expect(bytes.get('train/logits')).toBe(4 * 5056);
});

test('a persistent buffer has its place alone, under its own name, as large as any program asks', () => {
  const builder = new ProgramBuilder('one', 1);
  const parameters = builder.persistent('parameters', 100);
  builder.dispatch('a', kernel, { in: parameters, out: builder.scratch('x', 100) });
  builder.dispatch('b', kernel, { in: builder.scratch('y', 100), out: builder.scratch('z', 100) });
  const { home, bytes } = place([builder.build()]);
  expect(home.get('parameters')).toBe('parameters');
  expect(bytes.get('parameters')).toBe(512);
  expect([...home].filter(([, place]) => place === 'parameters')).toHaveLength(1);
});
