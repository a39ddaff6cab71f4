import { describe, expect, it } from 'vitest';
import { NondeterminismError } from '../../../src/base/errors.js';
import type { Outcome } from '../../../src/harness/measurement/job.js';
import { rowSchema } from '../../../src/harness/measurement/row.js';
import { Tally } from '../../../src/harness/measurement/tally.js';

function outcome(changes: Partial<Outcome> = {}, diffWallMs = 1): Outcome {
  return {
    workload: 'pages',
    exact: { packageBytes: 10, exchangeBytes: 0, exchangeTrips: 0, segments: 1 },
    operationBytes: { copy: 5, add: 0, literal: 5, repeat: 0, zero: 0 },
    packings: [],
    level: 3,
    packageSha256: 'a'.repeat(64),
    counts: { diff: { blocks: 3, bytesRead: 7 }, apply: {} },
    sample: {
      diffWallMs,
      diffCpuMs: 1,
      diffPeakBytes: 1,
      applyWallMs: 1,
      applyCpuMs: 1,
      applyPeakBytes: 1,
    },
    stageMs: { diff: { read: diffWallMs / 2 }, apply: {} },
    ...changes,
  };
}

describe('tallies', () => {
  it('line samples of rounds up', () => {
    const tally = new Tally();
    tally.add('fixed', 1, outcome({}, 4));
    tally.add('fixed', 1, outcome({ stageMs: { diff: { read: 3, hash: 1 }, apply: {} } }, 6));
    tally.add('compare', 1, outcome());
    const rows = tally.rows();
    expect(rows.map(({ configuration }) => configuration)).toEqual(['fixed', 'compare']);
    expect(rows[0]?.samples.diffWallMs).toEqual([4, 6]);
    expect(rows[0]?.stageMs.diff).toEqual({ read: [2, 3], hash: [0, 1] });
    for (const row of rows) expect(rowSchema.parse(row)).toEqual(row);
  });

  it('do not mind the order of counts', () => {
    const tally = new Tally();
    tally.add('fixed', 1, outcome());
    tally.add('fixed', 1, outcome({ counts: { apply: {}, diff: { bytesRead: 7, blocks: 3 } } }));
    expect(tally.rows()).toHaveLength(1);
  });

  it.each([
    ['packageSha256', { packageSha256: 'b'.repeat(64) }],
    ['exact', { exact: { packageBytes: 11, exchangeBytes: 0, exchangeTrips: 0, segments: 1 } }],
    ['counts', { counts: { diff: { blocks: 4, bytesRead: 7 }, apply: {} } }],
    ['operationBytes', { operationBytes: { copy: 6, add: 0, literal: 4, repeat: 0, zero: 0 } }],
  ])('refuse rounds that differ in %s', (field, change) => {
    const tally = new Tally();
    tally.add('fixed', 1, outcome());
    expect(() => tally.add('fixed', 1, outcome(change))).toThrow(NondeterminismError);
    expect(() => tally.add('fixed', 1, outcome(change))).toThrow(
      `fixed on pages: two runs differ in ${field}`,
    );
  });
});
