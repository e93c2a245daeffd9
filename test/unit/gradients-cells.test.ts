import { describe, test } from 'vitest';
import { cells, type CellOptions, PEEPHOLE_GATES } from '../../src/cells/index.js';
import { embedding, input, linear, oneHot } from '../../src/model/description.js';
import { type Bias, recurrent, type RecurrentOptions } from '../../src/model/recurrent.js';
import { checkGradients, type ProblemOptions, randomProblem } from '../support/differences.js';

/** Options of a cell's own that are worth a look beside none. */
const ownOptions: Readonly<Record<string, (kind: string) => readonly CellOptions[]>> = {
  peepholes: (kind) => (kind === 'lstm-peephole'
    ? [...PEEPHOLE_GATES.map((gate) => ({ peepholes: [gate] })), { peepholes: ['input', 'output'] }, { peepholes: [] }]
    : [{ peepholes: [kind === 'lstm-nog' ? 'forget' : 'output'] }]),
  size: () => [{ size: 2 }, { size: 3 }],
  modules: () => [{ modules: 1 }, { modules: 3 }],
  projection: () => [{ projection: 1 }],
};

interface Row {
  readonly units: number;
  readonly options: RecurrentOptions;
  readonly problem: ProblemOptions;
}

/** The rows of a cell: every switch of the layer on and off, with each size, not all with all. */
function rowsOf(name: string): Row[] {
  const { refuses = {}, options: own } = cells[name]!;
  const drop = refuses.recurrentDropout ? {} : { recurrentDropout: 0.4 };
  const zone = refuses.zoneout ? {} : { zoneout: 0.3 };
  const most: Bias = name === 'lstm-1997' ? 'gates' : refuses.bothBiases ? 'input' : 'both';
  const biases: Bias[] = [most, 'input', 'none'];
  const smallest = own.includes('projection') ? 2 : 1; // a projection is narrower than its units
  const rows: Row[] = [
    { units: smallest, options: { bias: biases[0] }, problem: { timeSteps: 3, batch: 3 } },
    { units: 5, options: { bias: biases[0] }, problem: { timeSteps: 5 } },
    { units: 3, options: { layers: 2, bias: biases[1] }, problem: { batch: 3, lengths: [4, 2, 0] } },
    { units: 3, options: { bidirectional: true, bias: biases[2], ...drop }, problem: { step: 3 } },
    {
      units: 3, options: { layers: 2, bidirectional: true, bias: biases[0], dropout: 0.4, ...drop, ...zone },
      problem: { batch: 3, lengths: [3, 4, 1], step: 8 },
    },
    { units: smallest + 1, options: { layers: 2, bias: biases[1], ...zone }, problem: {} },
    { units: 3, options: { layers: 3, bias: biases[0], ...zone }, problem: { step: 2, timeSteps: 3 } },
  ];
  const special = own.flatMap((option) => ownOptions[option]?.(name) ?? []);
  return [
    ...rows,
    ...special.flatMap((options): Row[] => [
      { units: 5, options, problem: {} },
      {
        units: 3, options: { ...options, layers: 2, bidirectional: true, ...drop },
        problem: { lengths: [4, 2], step: 1 },
      },
    ]),
  ];
}

const describeRow = ({ units, options, problem }: Row): string =>
  `${units} units ${JSON.stringify({ ...options, ...problem }).replaceAll('"', '')}`;

Object.keys(cells).forEach((name, n) => {
  describe(`${name}: every gradient equals its finite difference`, () => {
    rowsOf(name).forEach((row, k) => {
      const seed = 5000 + 50 * n + k;
      test(`${describeRow(row)} (seed ${seed})`, async () => {
        const layers = [input(2), recurrent(name, row.units, row.options)];
        await checkGradients(await randomProblem(layers, seed, row.problem));
      });
    });
  });
});

describe('recurrent layers among others', () => {
  test('between linear layers, with rows that end early (seed 2001)', async () => {
    const layers = [input(3), linear(2), recurrent('gru', 3, { bidirectional: true }), linear(3)];
    await checkGradients(await randomProblem(layers, 2001, { lengths: [2, 4] }));
  });

  test('of different cells, one after another (seed 2002)', async () => {
    const layers = [
      input(1), recurrent('lstm-projected', 5, { projection: 2 }), recurrent('lstm-1997', 2, { size: 2 }), linear(2),
      recurrent('grid', 2, { layers: 2 }),
    ];
    await checkGradients(await randomProblem(layers, 2002));
  });

  for (const first of [oneHot(4), embedding(4, 3)]) {
    for (const cell of ['lstm-layer-norm', 'gru', 'lstm-nig', 'clockwork']) {
      test(`after ${first.kind}: ${cell} (seed 2003)`, async () => {
        await checkGradients(await randomProblem([first, recurrent(cell, 3), linear(4)], 2003, { lengths: [3, 4] }));
      });
    }
  }
});
