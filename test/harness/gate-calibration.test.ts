/** Calibration of a gate from rounds that are made up. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/prng.js';
import { calibrateGate, recordingOf } from '../../src/harness/gate-calibration.js';
import { gateCalibrationSchema } from '../../src/harness/report/gate/calibration.js';
import type { JudgedSeries } from '../../src/harness/verdict/trial.js';
import { syntheticResults } from './synthetic.js';

const { environment } = syntheticResults();
const threshold = { relative: 0.02, absolute: 0, limit: null };

/** Rounds whose ratios deviate by about `deviation`, in either direction alike. */
function series(metric: string, deviation: number, rounds = 100): JudgedSeries {
  const random = new Random(metric.length);
  const value = (): number => 10 * Math.exp((deviation * (random.float() + random.float() - 1)) / 0.58);
  const values = (): number[] => Array.from({ length: rounds }, value);
  return { metric, unit: 'ms', direction: 'less', threshold, baseline: values(), candidate: values() };
}

describe('a calibration', () => {
  const recording = { environment, series: [series('quiet', 0.01), series('loud one', 0.2)] };
  const calibration = calibrateGate(recording);

  it('says how often it errs, and what it finds', () => {
    expect(gateCalibrationSchema.parse(calibration)).toEqual(calibration);
    const [still, slowed] = calibration.trials;
    expect(still).toMatchObject({ slowdown: 0, decisions: 1000 });
    expect(still?.counts.regressed).toBeLessThanOrEqual(10);
    // The loud metric is seldom decided, and until then the verdict is inconclusive.
    expect(still?.counts.inconclusive).toBeGreaterThan(500);
    // Half of the slowdowns are of the quiet metric.
    expect(slowed).toMatchObject({ slowdown: 0.05, decisions: 200 });
    expect(slowed?.counts.regressed).toBeGreaterThanOrEqual(98);
    expect(slowed?.counts.regressed).toBeLessThan(140);
  });

  it('says of each metric what it can see', () => {
    const [quiet, loud] = calibration.metrics;
    expect(quiet?.deviation).toBeCloseTo(0.015, 2);
    expect(quiet?.smallestChange).toBeGreaterThan(0.02);
    expect(quiet?.smallestChange).toBeLessThanOrEqual(0.05);
    expect(loud?.deviation).toBeGreaterThan(0.15);
    expect(loud?.smallestChange ?? 1).toBeGreaterThanOrEqual(0.15);
  });

  it('is the same again from the rounds that it holds', () => {
    expect(calibrateGate(recordingOf(calibration))).toEqual(calibration);
  });

  it('needs rounds', () => {
    expect(() => calibrateGate({ environment, series: [series('short', 0.01, 19)] })).toThrow(
      '19 rounds are too few',
    );
    expect(() => calibrateGate({ environment, series: [] })).toThrow('0 rounds are too few');
  });
});
