/** Packages that are not right are refused, each with its reason. */
import { describe, expect, test } from 'vitest';
import { DataError, UsageError } from '../../../src/base/errors.js';
import { leafBytes, snapshotBytesMax } from '../../../src/base/limits.js';
import { apply } from '../../../src/engine/apply/apply.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { content } from '../../support/pairs.js';
import { diffOf, encode, handMade, options, zeros } from './packages.js';
import { altered, baseBytes, failureOf, good, streamsWith, zerosOf } from './refusal.js';

describe('a package', () => {
  test('that ends anywhere is refused', async () => {
    const pieces = encode(good);
    for (let count = 0; count < pieces.length; count++) {
      expect(await failureOf(good.base, pieces.slice(0, count))).toBeInstanceOf(DataError);
    }
    const whole = Buffer.concat(pieces);
    for (const length of [1, 11, 50, whole.length - 1]) {
      expect(await failureOf(good.base, [whole.subarray(0, length)])).toBeInstanceOf(DataError);
    }
  });

  test('with a changed bit anywhere is refused', async () => {
    const whole = Buffer.concat(encode(good));
    for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(await failureOf(good.base, [damaged]), `byte ${at}`).toBeInstanceOf(DataError);
    }
  });

  test.each<[string, () => Uint8Array[], RegExp]>([
    [
      'segments before those they depend on',
      () => encode({ ...good, segments: good.segments.toReversed() }),
      /segment 2 comes before segment 0/,
    ],
    [
      'an undeclared dependency',
      () => altered(2, { dependencies: [1] }),
      /segment 2 repeats target bytes of a segment that it does not depend on/,
    ],
    [
      'too few literals',
      () => altered(1, { streams: streamsWith(1, 'literals', content(2, 100)) }),
      /segment 1 needs more literals than its 100 bytes/,
    ],
    [
      'literals to spare',
      () => altered(2, { streams: streamsWith(2, 'literals', content(2, 9)) }),
      /segment 2 has 7 bytes of literals that nothing uses/,
    ],
    [
      'differences to spare',
      () => altered(1, { streams: streamsWith(1, 'differences', Uint8Array.of(1)) }),
      /differences/,
    ],
    [
      'operations beyond the base',
      () =>
        altered(0, {
          streams: streamsWith(0, 'addresses', Uint8Array.of(0xff, 0xff, 0xff, 0x7f)),
        }),
      /outside the base/,
    ],
    [
      'a header that names another target',
      () =>
        encode({
          ...good,
          header: { ...good.header, target: { ...good.header.target, content: new Uint8Array(16) } },
        }),
      /the package is wrong/,
    ],
    [
      'a header that names other metadata',
      () =>
        encode({
          ...good,
          header: { ...good.header, target: { ...good.header.target, metadata: new Uint8Array(16) } },
        }),
      /modes and times are not what the header states/,
    ],
  ])('with %s is refused', async (_name, make, message) => {
    const failure = await failureOf(good.base, make());
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(message);
  });

  test('whose segments do not end on leaf borders is refused', async () => {
    const whole = handMade(baseBytes, [{ script: [zeros(300)] }]);
    const [only] = whole.segments;
    if (only === undefined) throw new Error('a segment');
    const segments = [
      { ...only, targetBytes: 100, streams: zerosOf(100) },
      { ...only, index: 1, targetAddress: 100, targetBytes: 200, streams: zerosOf(200) },
    ];
    const failure = await failureOf(whole.base, encode({ ...whole, segments }));
    expect(failure.message).toMatch(/segment 0 does not begin and end on leaf borders/);
  });

  test('that claims more than any target may have is refused before anything is allocated', async () => {
    const totalBytes = snapshotBytesMax + leafBytes;
    const header = { ...good.header, target: { ...good.header.target, totalBytes } };
    const entry = good.structure.changed[0]?.entry;
    if (entry === undefined) throw new Error('an entry');
    const structure = { removed: [], changed: [{ entry: { ...entry, sizeBytes: totalBytes } }] };
    const pieces = encode({ ...good, header, structure, segments: [] }, undefined, 'unfinished');
    expect((await failureOf(good.base, pieces)).message).toMatch(/more than 2 TiB|more than 2\.00 TiB/);
  });

  test('that removes what a tree does not have is refused', async () => {
    const make = (name: string) =>
      memorySnapshot('tree', [
        { path: '.', kind: 'directory' },
        { path: name, bytes: Buffer.from('x') },
      ]);
    const pieces = await diffOf(make('a'), make('c'));
    const failure = await failureOf(make('b'), pieces, { metadata: 'ignore' });
    expect(failure.message).toMatch(/the base has no "a", which the package removes/);
  });
});

test('what was made of a memory target that failed is let go', async () => {
  const writer = memoryTarget();
  await expect(apply(good.base, encode(good).slice(0, 3), writer, options())).rejects.toThrow(DataError);
  expect(() => writer.snapshot()).toThrow(UsageError);
});
