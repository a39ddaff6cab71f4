import { lstatSync, lutimesSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { microsOf, settableSeconds } from '../../../src/engine/snapshot/times.js';
import { temporaryDirectories } from './temp.js';

const fresh = temporaryDirectories();

test('every microsecond from 1901 to 2106 survives being set and read, on files and on links', () => {
  const folder = fresh();
  const file = join(folder, 'file');
  const link = join(folder, 'link');
  writeFileSync(file, '');
  symlinkSync('nowhere', link);
  const roundTrip = (micros: number) => {
    utimesSync(file, 0, settableSeconds(micros));
    lutimesSync(link, 0, settableSeconds(micros));
    expect(microsOf(statSync(file, { bigint: true }).mtimeNs)).toBe(micros);
    expect(microsOf(lstatSync(link, { bigint: true }).mtimeNs)).toBe(micros);
  };
  // The earliest that ext4 and its kin hold is 1901.
  fc.assert(fc.property(fc.integer({ min: -2_147_483_647_000_000, max: 4_294_967_295_999_999 }), roundTrip), {
    seed: 1,
    numRuns: 2000,
    examples: [[0], [1], [-1], [999_999], [-999_999], [-1_000_001], [1_700_000_000_123_457]],
  });
});

test('later than 2106 a time counts in milliseconds', () => {
  const file = join(fresh(), 'file');
  writeFileSync(file, '');
  for (const seconds of [4_294_967_296, 6_000_000_000, 10_000_000_000]) {
    for (const milliseconds of [0, 1, 333, 999]) {
      const micros = (seconds * 1000 + milliseconds) * 1000;
      utimesSync(file, 0, settableSeconds(micros));
      expect(microsOf(statSync(file, { bigint: true }).mtimeNs)).toBe(micros);
    }
  }
  expect(microsOf(6_000_000_000_123_456_789n)).toBe(6_000_000_000_123_000);
});

test('what is finer than a microsecond is cut off toward zero', () => {
  expect(microsOf(1_999n)).toBe(1);
  expect(microsOf(-1_999n)).toBe(-1);
});
