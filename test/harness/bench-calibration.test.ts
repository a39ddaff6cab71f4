/** `bench calibration`: a calibration file that the simulator reads, and the line that makes two times a cost. */
import { expect, test } from 'vitest';
import { benchCalibration, lineThrough } from '../../src/harness/bench-calibration.js';
import { calibrationTable } from '../../src/harness/report/calibration-table.js';
import { environmentSchema } from '../../src/harness/measurement/environment.js';
import { readCalibration, usualCalibration } from '../../src/simulator/process/calibration.js';

test('gives what the simulator reads, for every kind of work', async () => {
  const progress: number[] = [];
  const file = await benchCalibration({ rounds: 2, onProgress: ({ done }) => progress.push(done) });
  const read: unknown = JSON.parse(JSON.stringify(file));
  expect(readCalibration(read)).toEqual(file.work);
  expect(Object.keys(file.work)).toEqual(Object.keys(usualCalibration));
  expect(environmentSchema.parse(file.environment)).toEqual(file.environment);
  expect(calibrationTable(file.work).rows.length).toBe(6);
  expect(progress).toEqual([0, 1]);
});

test('can be cancelled', async () => {
  await expect(benchCalibration({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    kind: 'cancelled',
  });
});

test('a cost is the line through two times, with two digits', () => {
  expect(lineThrough([1000, 0.5], [101_000, 1.5])).toEqual({ bytesPerSecond: 1e8, startMicros: 490 });
  expect(lineThrough([1000, 0.001], [101_000, 3.456])).toEqual({ bytesPerSecond: 2.9e7, startMicros: 0 });
  // Noise that makes the larger one faster: no negative rate.
  expect(lineThrough([1000, 2], [101_000, 1]).bytesPerSecond).toBeGreaterThan(0);
});
