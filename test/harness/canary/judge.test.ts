/** Decisions over stages: gates before metrics, harm early, gains that pay for losses, what nobody knows. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import type { PairedFigures } from '../../../src/harness/canary/estimate.js';
import { judgeStage, usualRules, type StageFinding } from '../../../src/harness/canary/judge.js';
import { noEvidence } from '../../../src/harness/canary/stage-run.js';
import { planStages } from '../../../src/harness/canary/stages.js';
import type { VolumeFigures } from '../../../src/harness/canary/volume-run.js';

const stages = planStages(200, 1);
const last = stages.length - 1;

type Change = (figures: VolumeFigures, random: Random, number: number) => Partial<VolumeFigures>;

/** Volumes of different sizes; the candidate's figures are the stable ones, changed. */
function volumes(count: number, change: Change): PairedFigures[] {
  const random = new Random(7);
  return Array.from({ length: count }, (_, number) => {
    const size = 1 + random.float() * 9;
    const stable: VolumeFigures = {
      syncMs: [50 * size, 51 * size, 52 * size],
      wireBytes: Math.round(5000 * size),
      storedBytes: Math.round(40_000 * size),
      workMs: 3 * size,
      peakBytes: Math.round(90_000 * size),
      retries: number % 25 === 0 ? 1 : 0,
    };
    return { number, stable, candidate: { ...stable, ...change(stable, random, number) } };
  });
}

function judged(index: number, change: Change): StageFinding {
  const count = stages[index]?.seen ?? 0;
  return judgeStage(stages, index, { ...noEvidence(), pairs: volumes(count, change) }, usualRules, 1);
}

const same: Change = () => ({});
const scaled =
  (share: number): Change =>
  ({ wireBytes }) => ({ wireBytes: wireBytes * (1 + share) });
/** By so much on average, each volume by something else. */
const spread =
  (share: number): Change =>
  ({ workMs }, random) => ({
    workMs: workMs * (1 + share) * Math.exp((random.float() - 0.5) * 0.4),
  });

describe('stages', () => {
  test('shadows, then 1, 10, 50 and 100 % of the volumes, each with volumes that are new', () => {
    expect(stages.map(({ name, exposed, seen }) => [name, exposed, seen])).toEqual([
      ['shadow', 0, 40],
      ['1 %', 2, 42],
      ['10 %', 20, 60],
      ['50 %', 100, 140],
      ['100 %', 200, 200],
    ]);
    const all = stages.flatMap((stage) => stage.volumes);
    expect([...all].sort((a, b) => a - b)).toEqual([...Array(200).keys()]);
    expect(planStages(200, 2)[0]?.volumes).not.toEqual(stages[0]?.volumes);
  });
});

describe('verdicts', () => {
  test('where nothing differs it goes on to the end, and is promoted', () => {
    for (let index = 0; index < last; index++) expect(judged(index, same).decision).toBe('go on');
    const finding = judged(last, same);
    expect(finding).toMatchObject({ decision: 'promoted', score: 0 });
    expect(finding.metrics.every(({ status }) => status === 'pass')).toBe(true);
  });

  test('one finding of a gate rejects, whatever the metrics gain', () => {
    const evidence = { ...noEvidence(), pairs: volumes(40, scaled(-0.5)) };
    const problems = [{ gate: 'exactness', volume: 12, message: 'snapshot 3 is lost' }] as const;
    const finding = judgeStage(stages, 0, { ...evidence, problems }, usualRules, 1);
    expect(finding.decision).toBe('rejected');
    expect(finding.reasons).toEqual(['exactness: volume 12: snapshot 3 is lost']);
  });

  test('harm is found in the shadows', () => {
    const finding = judged(0, scaled(0.3));
    expect(finding.decision).toBe('rejected');
    expect(finding.reasons[0]).toMatch(/^wire bytes: \+2\d.* where \+2 % is tolerated$/);
  });

  test('harm that differs from volume to volume is found, too, at the latest in the end', () => {
    const found = stages.map((_, index) => judged(index, spread(0.12)).decision);
    expect(found).toContain('rejected');
    expect(judged(last, spread(0.12)).decision).toBe('rejected');
  });

  test('a change within 1 % is promoted, also where volumes differ', () => {
    expect(judged(last, scaled(0.009)).decision).toBe('promoted');
    expect(judged(last, spread(0.005)).decision).toBe('promoted');
  });

  test('what is worse without being harm needs gains that make up for it', () => {
    const alone = judged(last, ({ workMs }) => ({ workMs: workMs * 1.06 }));
    expect(alone.decision).toBe('rejected');
    expect(alone.reasons.at(-1)).toMatch(/^and nothing makes up for it/);
    const paid = judged(last, ({ workMs, wireBytes, storedBytes }) => ({
      workMs: workMs * 1.06,
      wireBytes: wireBytes * 0.8,
      storedBytes: storedBytes * 0.8,
    }));
    expect(paid.decision).toBe('promoted');
    expect(paid.score).toBeLessThan(0);
    expect(paid.reasons).toContainEqual(expect.stringMatching(/^CPU: \+.* which the gains make up for$/));
  });

  test('no gain makes up for harm', () => {
    const finding = judged(last, ({ peakBytes }) => ({
      peakBytes: peakBytes * 1.3,
      wireBytes: 100,
      storedBytes: 100,
      workMs: 0.1,
    }));
    expect(finding.decision).toBe('rejected');
    expect(finding.reasons[0]).toMatch(/^memory peak/);
  });

  test('what may be harm, or not, is inconclusive in the end', () => {
    // One volume in forty twenty times as slow in all its work: on average less than 10 %, but who knows.
    const finding = judged(last, ({ workMs }, _random, number) => ({
      workMs: number % 40 === 0 ? workMs * 20 : workMs,
    }));
    expect(finding.decision).toBe('inconclusive');
    expect(finding.reasons[0]).toMatch(/^CPU: between .* may be harm/);
  });

  test('too many values that are no numbers are inconclusive, and told', () => {
    const finding = judged(last, ({ workMs }, _random, number) => ({
      workMs: number % 10 === 0 ? NaN : workMs,
    }));
    expect(finding.decision).toBe('inconclusive');
    expect(finding.reasons[0]).toContain('20 volumes have no usable value');
  });

  test('a tail that is slower, with the same median, is harm', () => {
    const finding = judged(last, ({ syncMs }, _random, number) => ({
      syncMs: number % 8 === 0 ? syncMs.map((ms, push) => (push === 0 ? ms * 3 : ms)) : syncMs,
    }));
    expect(finding.decision).toBe('rejected');
    expect(finding.reasons.join(' ')).toContain('slower pushes');
    const p50 = finding.metrics.find(({ metric }) => metric === 'time to sync p50');
    expect(p50?.change).toBeLessThan(0.02);
  });
});
