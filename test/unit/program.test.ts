import { describe, expect, test } from 'vitest';
import { cells } from '../../src/cells/index.js';
import { embedding, linear, lstm, oneHot, sequential } from '../../src/model/description.js';
import { adam } from '../../src/model/optimizers.js';
import { recurrent } from '../../src/model/recurrent.js';
import { generationProgram } from '../../src/layers/generation.js';
import type { Driver } from '../../src/kernels/recurrence.js';
import { transpose } from '../../src/kernels/transpose.js';
import { explain, explainTable } from '../../src/schedule/explain.js';
import { place } from '../../src/schedule/place.js';
import { ProgramBuilder, viewFloats } from '../../src/schedule/program.js';
import type { Strategy } from '../../src/schedule/tiles.js';
import { type AdapterKind, adapterKinds, strategies } from '../support/kernel-case.js';
import { evaluation, programMatrix, runShape, training } from '../support/programs.js';

const inputs = { 'an embedding': embedding(65, 16), 'one-hot tokens': oneHot(65) };
const count = (
  driver: Driver, layers: number, timeSteps: number, input: keyof typeof inputs, tiles: AdapterKind,
): number =>
  training(runShape(sequential([inputs[input], lstm(24, { layers, dropout: 0.3 }), linear(65)]), {
    timeSteps, strategy: strategies(driver)[tiles],
  })).dispatches.length;

describe('dispatches of a training step', () => {
  for (const input of Object.keys(inputs) as (keyof typeof inputs)[]) {
    for (const tiles of adapterKinds) {
      for (const layers of [1, 2, 3, 4]) {
        test(`${layers} layers after ${input}, ${tiles} tiles: at most 2T + 8 a layer + 16, or 10 + 16`, () => {
          for (const T of [1, 7, 64]) {
            expect(count('step', layers, T, input, tiles)).toBeLessThanOrEqual(layers * (2 * T + 8) + 16);
            expect(count('sequence', layers, T, input, tiles)).toBeLessThanOrEqual(layers * 10 + 16);
          }
          expect(count('sequence', layers, 64, input, tiles), 'whatever T')
            .toBe(count('sequence', layers, 1, input, tiles));
        });
      }
    }
  }

  // A dispatch a phase and time step in each direction. Once a layer: products of the input (forward, its weight's
  // gradient, its own), a bias gradient, dropout twice; for each recurrent matrix its transpose and its gradient; for
  // each phase whose weights lead to some lanes alone, those of dZ; the sum of own values'
  // gradients; the input's norm, back and its gain's; a projection's rows made whole for dropout.
  const once = (name: string): number => {
    const { phases, own, normed, lanes, projection } = cells[name]!.cell({}, { layer: 1, units: 24 });
    const matrices = phases.flatMap(({ products }) => products).length;
    const parts = phases.filter((phase, p) =>
      phase.products.length > 0 && phase.lanes < lanes && !(p === 1 && projection !== undefined)).length;
    return 6 + 2 * matrices + parts + Number(own !== undefined) + (normed ? 3 : 0) + Number(projection !== undefined);
  };
  for (const name of Object.keys(cells)) {
    const { phases, scan } = cells[name]!.cell({}, { layer: 0, units: 24 });
    test(`${name}: ${2 * phases.length}T + ${once(name)} a further layer with step, ${2 + once(name)} without`, () => {
      const of = (driver: Driver, layers: number, timeSteps: number): number => {
        const model = sequential([embedding(65, 16), recurrent(name, 24, { layers, dropout: 0.3 }), linear(65)]);
        const strategy = { ...strategies('step').software, driver };
        return training(runShape(model, { timeSteps, strategy })).dispatches.length;
      };
      for (const T of [1, 7, 64]) {
        for (const driver of ['step', 'sequence', ...(scan ? ['scan'] as const : [])] as const) {
          const bound = once(name) + (driver === 'step' ? 2 * phases.length * T : 2);
          expect(of(driver, 1, T), `one layer, ${driver}`).toBeLessThanOrEqual(bound + 16);
          expect(of(driver, 5, T) - of(driver, 2, T), `three more, ${driver}`).toBe(3 * bound);
        }
      }
    });
  }

  test('layers that advance as a wavefront: 2(T + L − 1) for all, then 7 a layer + 16', () => {
    const strategy: Strategy = { ...strategies('step').software, driver: 'wavefront' };
    const of = (layers: number, timeSteps: number): number => {
      const model = sequential([embedding(65, 16), lstm(24, { layers }), linear(65)]);
      return training(runShape(model, { timeSteps, strategy })).dispatches.length;
    };
    for (const T of [1, 7, 64]) {
      for (const L of [2, 3, 5]) {
        expect(of(L, T)).toBeLessThanOrEqual(2 * (T + L - 1) + 7 * L + 16);
        expect(of(L + 1, T) - of(L, T), 'a further layer').toBe(2 + 5);
        expect(of(L, T + 1) - of(L, T), 'a further time step').toBe(2);
      }
    }
  });

  test('layers of equal shapes share their pipelines', () => {
    const pipelines = (layers: number): number => {
      const { dispatches } = training(runShape(sequential([embedding(65, 24), lstm(24, { layers }), linear(65)])));
      return new Set(dispatches.map(({ kernel }) => kernel.file + JSON.stringify(kernel.defines))).size;
    };
    // The first reads an embedding, whose gradients are gathered, and those above rows.
    expect(pipelines(3)).toBe(pipelines(2));
  });

  test('trials add none', () => {
    const model = sequential([embedding(65, 16), lstm(24, { layers: 2 }), linear(65)]);
    const [one, ten] = [1, 10].map((trials) => training(runShape(model, { trials })).dispatches.length);
    expect(ten).toBe(one);
  });
});

describe('a sequence driver is cut in time where a dispatch would take long', () => {
  const model = sequential([embedding(65, 16), lstm(24, { layers: 2 }), linear(65)]);
  const dispatches = (timeSteps: number, sequence: Strategy['sequence'], trials = 1) =>
    training(runShape(model, {
      timeSteps, trials, batch: 8, strategy: { ...strategies('sequence', 8).software, sequence },
    })).dispatches.filter(({ kernel }) => kernel.file.includes('/sequence'));
  const whole = dispatches(50, { flops: Infinity, sideBySide: 1 });
  const step = whole[0]!.kernel.cost.flops / 50;

  test('the stretches are about equal, cover all time steps once, and share a pipeline a layer and way', () => {
    const cut = dispatches(50, { flops: 12.5 * step, sideBySide: 1 });
    const labels = [...new Set(cut.map(({ label }) => label))];
    expect(labels).toEqual([...new Set(whole.map(({ label }) => label))]);
    for (const label of labels) {
      const of = cut.filter((dispatch) => dispatch.label === label);
      expect(of.map(({ time }) => time)).toEqual([0, 10, 20, 30, 40]);
      expect(new Set(of.map(({ kernel }) => JSON.stringify(kernel.defines))).size).toBe(1);
      expect(Math.max(...of.map(({ kernel }) => kernel.cost.flops))).toBeLessThanOrEqual(12.5 * step);
      const [all] = whole.filter((dispatch) => dispatch.label === label);
      expect(of.reduce((sum, { kernel }) => sum + kernel.cost.flops, 0)).toBeCloseTo(all!.kernel.cost.flops, 0);
    }
  });

  test('a last stretch that is shorter has less work', () => {
    const forward = dispatches(7, { flops: 3 * step, sideBySide: 1 }).slice(0, 3);
    expect(forward.map(({ time }) => time)).toEqual([0, 3, 6]);
    expect(forward.map(({ kernel }) => Math.round(kernel.cost.flops / step))).toEqual([3, 3, 1]);
  });

  test('one time step at least, however little work a dispatch may have', () => {
    expect(dispatches(5, { flops: 1, sideBySide: 1 })).toHaveLength(4 * 5);
  });

  test('trials are work on a CPU; workgroups side by side take no longer than one', () => {
    const most = (sideBySide: number, trials: number): number =>
      dispatches(50, { flops: 52 * step, sideBySide }, trials).length / 4;
    expect([most(1, 1), most(1, 4), most(64, 4)]).toEqual([1, 4, 1]);
  });
});

test('every binding lies inside its buffer and starts on a multiple of 256 bytes', () => {
  for (const program of programMatrix()) {
    const floats = new Map(program.buffers.map((buffer) => [buffer.name, buffer.floats]));
    const wrong = program.dispatches.flatMap(({ label, views }) => Object.entries(views)
      .filter(([, view]) =>
        view.offset % 64 !== 0 || !(view.offset + viewFloats(view, program.trials) <= floats.get(view.buffer)!))
      .map(([name, view]) => `${label}: ${name} at ${view.offset} of ${view.buffer}`));
    expect(wrong).toEqual([]);
  }
});

test('no dispatch writes a buffer that it also reads elsewhere, once placed', () => {
  for (const program of programMatrix()) {
    const { home } = place([program]);
    const wrong = program.dispatches.flatMap(({ label, kernel, views }) => {
      const bound = Object.entries(views)
        .map(([name, view]) => ({ buffer: home.get(view.buffer), access: kernel.bindings[name] }));
      const written = new Set(bound.filter(({ access }) => access === 'read_write').map(({ buffer }) => buffer));
      return bound.filter(({ buffer, access }) => access === 'read' && written.has(buffer))
        .map(({ buffer }) => `${label}: ${buffer}`);
    });
    expect(wrong).toEqual([]);
  }
});

test('10,000 trials with gradients in parts side by side stay within 65,535 workgroups a dimension', () => {
  for (const units of [24, 256]) {
    const model = sequential([embedding(65, 16), lstm(units, { layers: 2, dropout: 0.3 }), linear(65)]);
    const { hardware } = strategies('step', 64);
    expect(hardware.parts).toMatchObject({ inTurn: false });
    for (const driver of ['step', 'sequence'] as const) {
      const strategy = { ...hardware, driver };
      const run = runShape(model, { timeSteps: 64, batch: 64, trials: 10_000, strategy });
      const step = training(run);
      expect(step.dispatches.map(({ kernel }) => kernel.file), `${units} units`).toContain('sum_parts.wgsl');
      for (const program of [step, evaluation(run), generationProgram(run)]) {
        const wide = program.dispatches.filter(({ kernel }) => Math.max(...kernel.workgroups) > 65_535)
          .map(({ label, kernel }) => `${label}: ${kernel.workgroups.join(' × ')}`);
        expect(wide).toEqual([]);
      }
    }
  }
});

test('the largest published model, M, with Adam and its evaluation takes under 60 MB', () => {
  for (const driver of ['step', 'sequence', 'wavefront'] as const) {
    for (const cut of Object.values(strategies('step'))) {
      const strategy = { ...cut, driver };
      const model = sequential([oneHot(65), lstm(256, { layers: 2 }), linear(65)]);
      const run = runShape(model, { timeSteps: 64, batch: 32, strategy });
      const { bytes } = place([training(run, adam()), evaluation(run)]);
      const total = [...bytes.values()].reduce((a, b) => a + b, 0);
      expect(total).toBeLessThan(60e6);
      expect(total, 'parameters, gradient and two moments at least').toBeGreaterThan(4 * 4 * model.layout.size);
    }
  }
});

describe('a program prints', () => {
  const model = sequential([oneHot(65), lstm(64), linear(65)]);
  const strategy: Strategy = { // its own, so that the table is the same whatever is measured to be fast
    driver: 'step', matmul: { rows: 8, columns: 2 }, recurrence: { rows: 4, quad: true, width: 16 }, columnLanes: 1,
    sequence: { flops: 1e8, sideBySide: 1 }, submitFlops: 1e9,
  };
  const program = training(runShape(model, { timeSteps: 32, batch: 8, strategy }));

  test('as a table', () => {
    expect(`\n${explainTable(program)}\n`).toMatchInlineSnapshot(`
      "
      label                           kernel                    dispatches  workgroups      KB   MFLOP
      ──────────────────────────────  ────────────────────────  ──────────  ──────────  ──────  ──────
      window                          window                             1       4×1×1     4.1   0.000
      1 carry in                      carry                              1       2×2×1     8.2   0.000
      1 lstm 0 input                  embedding                          1     1×256×1   525.3   0.131
      1 lstm 0 step                   recurrence/step                   32       1×2×1  2883.6   8.880
      1 carry out                     carry                              1       2×2×1     8.2   0.000
      2 linear                        matmul                             1       3×2×1   148.7   2.130
      cross entropy                   cross_entropy                      1       4×1×1   135.2   0.100
      2 linear weight gradient        matmul                             1       3×1×1   148.7   2.130
      2 linear bias gradient          column_sum                         1       2×1×1    66.6   0.017
      2 linear input gradient         matmul                             1       1×4×1   148.7   2.130
      1 lstm 0 transpose              transpose                          1       8×8×1   131.1   0.000
      1 lstm 0 step backward          recurrence/step_backward          32       1×2×1  2883.6   8.880
      1 lstm 0 recurrent gradient     matmul                             1       1×4×1   393.2   8.389
      1 lstm 0 bias gradient          column_sum                         1       4×1×1   262.1   0.066
      rows by token                   rows_by_token                      1       2×1×1     2.3   0.000
      1 lstm 0 input weight gradient  embedding_backward                 1      1×65×1   329.7   0.066
      norm                            squared_norm                       1      10×1×1   152.1   0.076
      report                          report                             1       1×1×1     5.8   0.001
      update                          update                             1     149×1×1  1064.4   0.456
      total                                                             81              9301.7  33.451
      "
    `);
  });

  test('with measured times, those of one row added up', () => {
    const times = program.dispatches.map((_, i) => i + 0.25);
    const rows = explain(program, times);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(program.dispatches.length);
    expect(rows.reduce((sum, row) => sum + row.microseconds!, 0)).toBeCloseTo(times.reduce((a, b) => a + b, 0));
    expect(explainTable(program, times).split('\n')[0]).toMatch(/µs$/);
  });

  test('the generation of a token is a program of its own, with the step driver', () => {
    const generation = generationProgram(runShape(model, { strategy: strategies('sequence').software }));
    expect(generation.dispatches.map(({ kernel }) => kernel.file)).toEqual([
      'carry.wgsl', 'embedding.wgsl', 'recurrence/step.wgsl', 'carry.wgsl', 'matmul.wgsl', 'sample.wgsl',
    ]);
  });
});

describe('a program that is built wrongly', () => {
  const kernel = transpose({ rows: 4, columns: 4, trials: 1, strideIn: 64, strideOut: 64 });
  const view = (builder: ProgramBuilder) => builder.scratch('a', 64);

  test('names missing and unknown bindings', () => {
    const builder = new ProgramBuilder('test', 1);
    expect(() => builder.dispatch('turn', kernel, { in: view(builder), to: view(builder) }))
      .toThrow('turn: transpose.wgsl lacks [out] and does not know [to]');
  });

  test('refuses a time index where the kernel has none', () => {
    const builder = new ProgramBuilder('test', 1);
    expect(() => builder.dispatch('turn', kernel, { in: view(builder), out: view(builder) }, 3))
      .toThrow('turn: transpose.wgsl and its time index disagree');
  });

  test('refuses one name for buffers of two sizes', () => {
    const builder = new ProgramBuilder('test', 2);
    builder.persistent('gradient', 64);
    expect(() => builder.persistent('gradient', 128)).toThrow('buffer gradient has 128 floats, now 256 are asked');
  });
});
