import { HELD } from '../kernels/held.js';
import { DRIVERS } from '../kernels/recurrence.js';
import { checkInteger, checkNumber, checkOneOf } from '../model/check.js';
import { fieldsOf } from '../model/parse.js';
import type { Strategy } from '../schedule/tiles.js';

/** A strategy from JSON of unknown origin. @throws RangeError that says what is wrong with it */
export function parseStrategy(json: unknown): Strategy {
  const { driver, matmul, recurrence, parts, columnLanes, sequence, submitFlops } = fieldsOf('strategy', json);
  const { rows, columns, subgroup } = fieldsOf('strategy matmul', matmul);
  const { rows: blockRows, quad, width, subgroup: threads, chunks, held } = fieldsOf('strategy recurrence', recurrence);
  return {
    driver: checkOneOf('strategy driver', driver, DRIVERS),
    matmul: {
      rows: checkInteger('matmul rows', rows, 1, 64), columns: checkInteger('matmul columns', columns, 1, 8),
      ...(subgroup === undefined ? {} : { subgroup: checkInteger('matmul subgroup', subgroup, 1, 128) }),
    },
    recurrence: {
      rows: checkInteger('recurrence rows', blockRows, 1, 32), quad: quad === true,
      width: checkInteger('recurrence width', width, 1, 256),
      ...(threads === undefined ? {} : { subgroup: checkInteger('recurrence subgroup', threads, 1, 128) }),
      ...(held === undefined ? {} : { held: checkOneOf('recurrence held', held, HELD) }),
      ...(chunks === undefined ? {} : { chunks: checkInteger('recurrence chunks', chunks, 1, 64) }),
    },
    ...(parts === undefined ? {} : { parts: parseParts(parts) }),
    columnLanes: columnLanes === 16 ? 16 : 1,
    sequence: parseSequence(sequence),
    submitFlops: checkNumber('submitFlops', submitFlops, { min: 1 }),
  };
}

function parseParts(parts: unknown): NonNullable<Strategy['parts']> {
  const { rows, inTurn } = fieldsOf('strategy parts', parts);
  return { rows: checkInteger('rows of a part', rows, 4, 1 << 24), inTurn: inTurn === true };
}

/** Absent in files from before; it changes no result. */
function parseSequence(sequence: unknown = { flops: 1e8, sideBySide: 1 }): Strategy['sequence'] {
  const { flops, sideBySide } = fieldsOf('strategy sequence', sequence);
  return {
    flops: checkNumber('sequence flops', flops, { min: 1 }),
    sideBySide: checkInteger('sequence sideBySide', sideBySide, 1, 65_535),
  };
}
