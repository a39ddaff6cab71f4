import { expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import {
  formatBytes,
  formatDuration,
  parseBitRate,
  parseBytes,
  parseDuration,
} from '../../src/base/units.js';

test.each([
  ['4096', 4096],
  ['64KiB', 65_536],
  ['64 kib', 65_536],
  ['4M', 4_194_304],
  ['1.5GiB', 1_610_612_736],
  ['10kB', 10_000],
])('%j is %d bytes', (text, bytes) => {
  expect(parseBytes(text, 'x')).toBe(bytes);
});

test.each([
  ['40ms', 40],
  ['1.5 s', 1500],
  ['2 min', 120_000],
  ['250us', 0.25],
])('%j is %d milliseconds', (text, ms) => {
  expect(parseDuration(text, 'x')).toBe(ms);
});

test.each([
  ['20 Mbit/s', 20_000_000],
  ['1Gbit/s', 1_000_000_000],
  ['1.5 kbit/s', 1500],
])('%j is %d bits per second', (text, rate) => {
  expect(parseBitRate(text, 'x')).toBe(rate);
});

test.each([
  [parseBytes, '12 parsecs'],
  [parseBytes, '-1'],
  [parseBytes, '0.3'],
  [parseBytes, '1e30 B'],
  [parseDuration, '40'],
  [parseDuration, '40 KiB'],
  [parseBitRate, '20'],
  [parseBitRate, '20 MB'],
])('%o refuses %j and names what it was for', (parse, text) => {
  expect(() => parse(text, 'the-option')).toThrow(UsageError);
  expect(() => parse(text, 'the-option')).toThrow(/the-option.*is not a/);
});

test('sizes and times are written with few digits', () => {
  expect([0, 1023, 4096, 1_572_864, 5 * 2 ** 40].map(formatBytes)).toEqual([
    '0 B',
    '1023 B',
    '4 KiB',
    '1.50 MiB',
    '5 TiB',
  ]);
  expect([0.012, 3.4, 999.6, 65_000, 125_000, 7_260_000].map(formatDuration)).toEqual([
    '12 us',
    '3.40 ms',
    '1.00 s',
    '65 s',
    '2 min 5 s',
    '2 h 1 min',
  ]);
});
