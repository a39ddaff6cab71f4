/** Real directories: units, stages, and what a judge says of few and of many steps. */
import { describe, expect, test } from 'vitest';
import {
  planDirectoryStages,
  stepSyncMs,
  unitNameOf,
  unitsOf,
  type SnapshotFolder,
} from '../../../src/harness/canary/directories.js';
import { directoryStages, type UnitComparison } from '../../../src/harness/canary/directory-run.js';
import type { PairedFigures } from '../../../src/harness/canary/estimate.js';
import { judgeStage, usualRules, type StageFinding } from '../../../src/harness/canary/judge.js';
import { directoryBasis } from '../../../src/harness/canary/metrics.js';
import { noEvidence } from '../../../src/harness/canary/stage-run.js';
import type { VolumeFigures } from '../../../src/harness/canary/volume-run.js';

function folders(count: number, snapshots: number): SnapshotFolder[] {
  return Array.from({ length: count }, (_, folder) => ({
    path: `/d${folder}`,
    snapshots: Array.from({ length: snapshots }, (__, at) => `/d${folder}/v${at}`),
  }));
}

const usual: VolumeFigures = {
  syncMs: [500],
  wireBytes: 40_000,
  storedBytes: 40_000,
  workMs: 120,
  applyMs: 80,
  peakBytes: 60_000_000,
  retries: 0,
};

function judged(count: number, change: (number: number) => Partial<VolumeFigures>): StageFinding {
  const pairs = Array.from({ length: count }, (_, number): PairedFigures => ({
    number,
    stable: usual,
    candidate: { ...usual, ...change(number) },
  }));
  const stages = [{ name: 'shadow', exposed: 0, volumes: [], seen: count }] as const;
  return judgeStage(stages, 0, { ...noEvidence(), pairs }, usualRules, 1, directoryBasis('step'));
}

describe('units', () => {
  test('of few directories every step is one, in order, and all of them are one shadow', () => {
    const plan = { folders: folders(2, 3) };
    expect(unitNameOf(plan)).toBe('step');
    expect(
      unitsOf(plan).map(({ number, name, steps }) => [
        number,
        name,
        steps[0]?.basePath,
        steps[0]?.targetPath,
      ]),
    ).toEqual([
      [0, '/d0 #1', '/d0/v0', '/d0/v1'],
      [1, '/d0 #2', '/d0/v1', '/d0/v2'],
      [2, '/d1 #1', '/d1/v0', '/d1/v1'],
      [3, '/d1 #2', '/d1/v1', '/d1/v2'],
    ]);
    expect(planDirectoryStages(plan, 1)).toEqual([
      { name: 'shadow', exposed: 0, volumes: [0, 1, 2, 3], seen: 4 },
    ]);
  });

  test('of twenty directories each is one with all its steps, in stages that expose none', () => {
    const plan = { folders: folders(20, 4) };
    expect(unitNameOf(plan)).toBe('directory');
    expect(unitsOf(plan).map(({ steps }) => steps.length)).toEqual(Array(20).fill(3));
    const stages = planDirectoryStages(plan, 1);
    expect(stages.map(({ name, exposed, seen }) => [name, exposed, seen])).toEqual([
      ['shadow', 0, 4],
      ['1 %', 0, 5],
      ['10 %', 0, 6],
      ['50 %', 0, 14],
      ['100 %', 0, 20],
    ]);
    expect(planDirectoryStages(plan, 2)).not.toEqual(stages);
  });

  test('a step over a link is CPU, one round trip and the package', () => {
    const link = { name: 'x', megabitsPerSecond: 8, roundTripMs: 30, loss: 0 };
    expect(stepSyncMs(link, { diffMs: 100, bytes: 5000, applyMs: 40 })).toBe(100 + 30 + 5 + 40);
  });
});

describe('verdicts', () => {
  test('few steps promote nothing, and say how many are missing', () => {
    const finding = judged(3, () => ({}));
    expect(finding.decision).toBe('inconclusive');
    expect(finding.reasons).toEqual([
      '3 steps alone tell nothing of others: 7 more are needed before anything can be promoted',
    ]);
    expect(judged(9, () => ({})).decision).toBe('inconclusive');
    expect(judged(10, () => ({})).decision).toBe('promoted');
  });

  test('what is exact and harm on every step that there is is rejected, however few', () => {
    expect(judged(1, () => ({ wireBytes: 45_000 }))).toMatchObject({ decision: 'rejected' });
    expect(judged(1, () => ({ wireBytes: 41_000 })).decision).toBe('inconclusive');
    // Measured: of one step it may be chance.
    expect(judged(1, () => ({ workMs: 500 })).decision).toBe('inconclusive');
  });

  test.each<[string, Partial<VolumeFigures>]>([
    ['package bytes', { wireBytes: 46_000 }],
    ['time to sync p50', { syncMs: [600] }],
    ['slower steps', { syncMs: [700] }],
    ['diff CPU', { workMs: 140 }],
    ['apply CPU', { applyMs: 100 }],
    ['memory peak', { peakBytes: 70_000_000 }],
  ])('%s that is harm in many steps ends it', (metric, change) => {
    const finding = judged(12, () => change);
    expect(finding.decision).toBe('rejected');
    expect(finding.reasons.join('\n')).toContain(metric);
  });

  test('a gain counts by the groups that there are', () => {
    const finding = judged(12, () => ({ wireBytes: 20_000 }));
    expect(finding.decision).toBe('promoted');
    // Retries have no metric here: of 0.9 of the weights, bytes have 0.3.
    expect(finding.score).toBeCloseTo(((20_000 + 1024) / (40_000 + 1024)) ** (0.3 / 0.9) - 1, 10);
  });

  test('figures that are no numbers are left out and told', () => {
    const finding = judged(20, (number) => (number < 4 ? { workMs: NaN } : {}));
    expect(finding.decision).toBe('inconclusive');
    expect(finding.reasons[0]).toContain('diff CPU');
    expect(finding.reasons[0]).toContain('4 steps have no usable value');
  });
});

test('a stage ends with the first finding, and counts only the gates that a unit met', async () => {
  const units = unitsOf({ folders: folders(1, 4) });
  const seen: [number, boolean][] = [];
  const run = directoryStages(units, ({ number }, isFirst): Promise<UnitComparison> => {
    seen.push([number, isFirst]);
    const isBad = number === 1;
    return Promise.resolve({
      pair: isBad ? undefined : { number, stable: usual, candidate: usual },
      problems: isBad ? [{ gate: 'exactness', volume: number, message: 'other bytes' }] : [],
      checked: isFirst ? ['exactness', 'rollback'] : ['exactness'],
    });
  });
  const [stage] = planDirectoryStages({ folders: folders(1, 4) }, 1);
  if (stage === undefined) throw new Error('no stage');
  const evidence = await run(stage, noEvidence(), () => undefined);
  expect(seen).toEqual([
    [0, true],
    [1, false],
  ]);
  expect(evidence.pairs).toHaveLength(1);
  expect(evidence.problems).toHaveLength(1);
  expect(evidence.checked).toMatchObject({ exactness: 2, rollback: 1, compatibility: 0 });
});
