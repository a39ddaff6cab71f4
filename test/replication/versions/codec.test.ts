import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BugError, DataError } from '../../../src/base/errors.js';
import { decodeCbor, encodeCbor, type CborValue } from '../../../src/engine/package/cbor.js';
import { readVersion, versionItem } from '../../../src/replication/versions/codec.js';
import { parentsMax, writersMax } from '../../../src/replication/versions/limits.js';
import { play, steps, written } from './histories.js';

const merge = `merge.${'0'.repeat(32)}`;

test('versions survive encoding, and have one encoding', () => {
  fc.assert(
    fc.property(steps, (list) => {
      for (const version of play(list)) {
        const bytes = encodeCbor(versionItem(version));
        const read = readVersion(decodeCbor(bytes, 'the record'), 'the version');
        expect(read).toEqual(version);
        expect(encodeCbor(versionItem(read))).toEqual(bytes);
      }
    }),
    { seed: 2, numRuns: 50 },
  );
});

test('a merge is encoded though its vector does not count it', () => {
  const [a, b] = [written('ann', 1), written('bob', 1)];
  const version = {
    ...written('cy', 1, [a, b]),
    dot: { writer: merge, counter: 1 },
    vector: { ann: 1, bob: 1 },
  };
  expect(readVersion(versionItem(version), 'the version')).toEqual(version);
});

describe('a reader refuses', () => {
  const item = (changes: Readonly<Record<number, CborValue>>): CborValue =>
    ['v', ['ann', 2], new Map([['ann', 2]]), [5, 0], [['ann', 1]]].map((value, i) => changes[i] ?? value);
  const writers = (count: number): CborValue =>
    new Map([['ann', 2], ...Array.from({ length: count }, (_, i): [string, number] => [`w${i}`, 1])]);

  test('nothing of this one', () => {
    expect(readVersion(item({}), 'the version').dot).toEqual({ writer: 'ann', counter: 2 });
    expect(readVersion(item({ 2: writers(writersMax - 1) }), 'the version').volume).toBe('v');
  });

  test.each<[string, Readonly<Record<number, CborValue>>, string]>([
    ['no volume', { 0: '' }, 'volume is empty'],
    ['a long writer', { 1: ['w'.repeat(256), 1] }, 'writer has 256 bytes'],
    ['a counter of 0', { 1: ['ann', 0] }, 'counter is 0'],
    ['a surplus field', { 1: ['ann', 2, 3] }, 'unknown field'],
    ['a vector without the dot', { 2: new Map([['bob', 1]]) }, 'counts 0 for its writer instead of 2'],
    ['a writer that counts 0', { 2: new Map([['ann', 0]]) }, "count of 'ann' that is no whole number from 1"],
    ['a vector that counts a merge', { 2: new Map([[merge, 1]]) }, 'counts a merge'],
    ['too many writers', { 2: writers(writersMax) }, `counts ${writersMax + 1} writers`],
    ['a time before 1970', { 3: [-1, 0] }, 'wallMs is -1'],
    ['a counter beyond its maximum', { 3: [0, 2 ** 32] }, 'counter is 4294967296'],
    ['too many parents', { 4: Array.from({ length: parentsMax + 1 }, () => ['a', 1]) }, 'parents has 65'],
    [
      'parents twice',
      {
        4: [
          ['ann', 1],
          ['ann', 1],
        ],
      },
      'do not ascend',
    ],
    ['itself as a parent', { 4: [['ann', 2]] }, 'does not follow, ann:2'],
    ['a parent that the vector does not count', { 4: [['bob', 1]] }, 'does not follow, bob:1'],
    ['a merge of one', { 1: [merge, 1] }, 'merge of fewer than two'],
  ])('%s', (_name, changes, problem) => {
    expect(() => readVersion(item(changes), 'the version')).toThrow(DataError);
    expect(() => readVersion(item(changes), 'the version')).toThrow(problem);
  });

  test('and a writer writes none such', () => {
    expect(() => versionItem({ ...written('ann', 1), vector: {} })).toThrow(BugError);
  });
});
