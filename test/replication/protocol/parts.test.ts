/** What is too long for one message comes in several, each within its limits, and together the same. */
import { expect, test } from 'vitest';
import { writeBody } from '../../../src/replication/protocol/codec.js';
import { Coverage } from '../../../src/replication/protocol/coverage.js';
import { controlBytesMax, pieceBytesMax, runsMax } from '../../../src/replication/protocol/limits.js';
import { listingParts, needParts, pieces } from '../../../src/replication/protocol/parts.js';
import type { ListedVersion } from '../../../src/replication/protocol/messages.js';
import { need, version } from './samples.js';

test('pieces are views', () => {
  const bytes = new Uint8Array(2 * pieceBytesMax + 1);
  const cut = [...pieces(bytes)];
  expect(cut.map(({ length }) => length)).toEqual([pieceBytesMax, pieceBytesMax, 1]);
  expect(cut.every(({ buffer }) => buffer === bytes.buffer)).toBe(true);
  expect([...pieces(new Uint8Array(0))]).toEqual([]);
});

test.each([0, 1, runsMax, runsMax + 1, 2 * runsMax + 5])('a need of %i runs', (count) => {
  const runs = Array.from({ length: count }, () => [1, 1] as const);
  const parts = needParts({ ...need, runs });
  expect(parts).toHaveLength(Math.max(1, Math.ceil(count / runsMax)));
  expect(parts.flatMap((part) => part.runs)).toEqual(runs);
  expect(parts.at(-1)).toEqual({ ...need, runs: runs.slice((parts.length - 1) * runsMax) });
  const early = { type: 'need', token: '', isLast: false, firstIndex: 0, creditBytes: 0 };
  for (const part of parts.slice(0, -1)) expect(part).toMatchObject(early);
});

test('a listing is cut by rows and by bytes', () => {
  const row: ListedVersion = { version, content: '00ff', totalBytes: 1, isHead: false };
  expect(listingParts([])).toEqual([{ type: 'listing', rows: [], isLast: true }]);
  expect(listingParts(Array<ListedVersion>(600).fill(row)).map(({ rows }) => rows.length)).toEqual([
    256, 256, 88,
  ]);
  const writers = Array.from({ length: 900 }, (_, i) => [`${i}`.padStart(100, 'w'), 1] as const);
  const wide = {
    ...row,
    version: { ...version, vector: { ...Object.fromEntries(writers), ...version.vector } },
  };
  const parts = listingParts(Array<ListedVersion>(10).fill(wide));
  expect(parts.map(({ rows, isLast }) => [rows.length, isLast])).toEqual([
    [4, false],
    [4, false],
    [2, true],
  ]);
  for (const part of parts) expect(writeBody(part, 2).length).toBeLessThanOrEqual(controlBytesMax);
});

test('coverage joins neighbours and refuses what came before', () => {
  const coverage = new Coverage();
  const added = [
    [0, 2],
    [4, 2],
    [2, 2],
    [5, 1],
    [8, 1],
    [6, 2],
    [7, 5],
    [9, 1],
  ].map(([first = 0, count = 0]) => coverage.add(first, count));
  expect(added).toEqual([true, true, true, false, true, true, false, true]);
  expect(coverage.count).toBe(10);
});
