/** The costs that runs have by default are those of the file. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCalibration, usualCalibration } from '../../../src/simulator/process/calibration.js';

test('usual costs are those of workloads/calibration.json', () => {
  const file = new URL('../../../workloads/calibration.json', import.meta.url);
  expect(readCalibration(JSON.parse(readFileSync(file, 'utf8')))).toEqual(usualCalibration);
});
