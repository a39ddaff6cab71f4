/** What each kind of tracker is taken to say, on real samples, and what of damaged ones is told. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SnapdeltaError } from '../../../../src/base/errors.js';
import { leafBytes } from '../../../../src/base/limits.js';
import type { TrackedImages } from '../../../../src/engine/detect/tracker/dirty-leaves.js';
import {
  readTracker,
  type Tracker,
  type TrackerOptions,
} from '../../../../src/engine/detect/tracker/tracker.js';
import { filefrag, nbdAllocation, nbdBitmap, qemuChain, qemuDirtyMap, qemuMap } from './samples.js';

const MiB = 1024 * 1024;
const images = (targetBytes: number, baseBytes = targetBytes): TrackedImages => ({ baseBytes, targetBytes });
const bytesOf = (text: string) => new TextEncoder().encode(text);
const read = (text: string, sizes = images(4 * MiB), options: TrackerOptions = {}): Tracker =>
  readTracker(bytesOf(text), sizes, options);
const dirtyLeaves = ({ dirty }: Tracker): number[] =>
  [...dirty.runs()].flatMap(({ firstLeaf, leafCount }) =>
    Array.from({ length: leafCount }, (_, i) => firstLeaf + i),
  );

function failure(work: () => unknown): SnapdeltaError {
  try {
    work();
  } catch (error) {
    if (error instanceof SnapdeltaError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('qemu-img map', () => {
  test('depth 0 is what changed: written, zeroed and discarded ranges alike', () => {
    const tracker = read(qemuMap);
    expect(tracker.format).toBe('qemu-map');
    expect(tracker.markedBytes).toBe(4 * 65_536);
    expect(dirtyLeaves(tracker)).toEqual([2, 16, 32, 48]);
  });

  test('of three layers, which one is the base must be said', () => {
    const error = failure(() => read(qemuChain, images(3 * MiB)));
    expect(error.kind).toBe('usage');
    expect(error.message).toContain('line 1: the map reaches to depth 2');
    expect(dirtyLeaves(read(qemuChain, images(3 * MiB), { baseDepth: 1 }))).toEqual([4]);
    const lowest = read(qemuChain, images(3 * MiB, 2 * MiB), { baseDepth: 2 });
    expect(dirtyLeaves(lowest)).toEqual([2, 4, ...Array.from({ length: 16 }, (_, i) => 32 + i)]);
  });

  test('without a backing file everything counts as changed', () => {
    expect(dirtyLeaves(read(qemuMap.replaceAll('"depth": 1', '"depth": 0')))).toHaveLength(64);
  });

  test('through x-dirty-bitmap it is read as the bitmap, when asked for', () => {
    expect(dirtyLeaves(read(qemuDirtyMap, images(4 * MiB), { format: 'qemu-dirty' }))).toEqual([16, 17, 48]);
    expect(dirtyLeaves(read(qemuDirtyMap))).toHaveLength(64);
  });

  test('an image that does not end on a sector is listed up to the next', () => {
    const text = '[{ "start": 0, "length": 1024, "depth": 1}]';
    expect(dirtyLeaves(read(text, images(700)))).toEqual([]);
    expect(failure(() => read(text, images(500))).message).toMatch(
      /^line 1: .* beyond the image of 500 bytes/,
    );
  });

  test.each([
    [
      'a gap',
      qemuMap.replace('"start": 196608', '"start": 196609'),
      /^line 3: .* leaves out .* from 196608 on/,
    ],
    ['an overlap', qemuMap.replace('"start": 196608', '"start": 196607'), /^line 3: .* overlaps/],
    [
      'a map of a larger image',
      qemuMap.replace(
        '983040, "depth": 1, "present": true, "zero": true, "data": false, "offset": 3211264',
        '9830400, "depth": 1',
      ),
      /^line 9: .* beyond the image/,
    ],
    ['a map cut short', qemuMap.replace(/,\n\{ "start": 3211264.*/, ']'), /^the map ends at 3211264/],
    ['a cut file', qemuMap.slice(0, 500), /^line 5: /],
    [
      'a negative start',
      qemuMap.replace('"start": 0', '"start": -5'),
      /^line 1: "start" is -5, not a whole number/,
    ],
    ['no depth', qemuMap.replace('"depth": 0, ', ''), /^line 2: "depth" is missing/],
    [
      'a key twice',
      qemuMap.replace('"depth": 0', '"depth": 1, "depth": 0'),
      /^line 2: the key "depth" stands twice/,
    ],
    ['nesting', qemuMap.replace('"depth": 0', '"depth": [0]'), /^line 2: a number, text, .* expected/],
    ['an empty range', qemuMap.replace('"length": 65536', '"length": 0'), /^line 2: a range of no bytes/],
  ])('%s is refused with its line', (_, text, message) => {
    const error = failure(() => read(text));
    expect(error.message).toMatch(message);
    expect(error.kind).toBe('data');
  });
});

describe('nbdinfo --map', () => {
  test('type 1 of a dirty bitmap is what changed', () => {
    const tracker = read(nbdBitmap);
    expect(tracker).toMatchObject({ format: 'nbd', markedBytes: 196_608 });
    expect(dirtyLeaves(tracker)).toEqual([16, 17, 48]);
  });

  test('an allocation map is refused: it says nothing about changes', () => {
    const error = failure(() => read(nbdAllocation));
    expect(error.message).toMatch(/^line 2: a range of type 3, "hole,zero"/);
    expect(error.hint).toContain('qemu:dirty-bitmap');
  });

  test('a type whose description is another is refused', () => {
    expect(
      failure(() => read(nbdBitmap.replace('1, "description": "dirty"', '0, "description": "dirty"')))
        .message,
    ).toMatch(/^line 3:/);
  });
});

describe('filefrag -v', () => {
  const sizes = images(4_200_000, 4 * MiB);

  test('extents that both files share at the same place are clean; other places and holes are not', () => {
    const tracker = read(filefrag, sizes);
    expect(tracker).toMatchObject({ format: 'filefrag', markedBytes: 3 * 4096 + 16 * 4096 });
    // Blocks 40 to 42, the hole at blocks 256 to 271, and the growth from 4 MiB on.
    expect(dirtyLeaves(tracker)).toEqual([2, 16, 64]);
  });

  test('without the flag `shared` an equal place says nothing: the file system may overwrite in place', () => {
    expect(read(filefrag.replaceAll('shared', 'merged'), sizes).markedBytes).toBe(4 * MiB);
  });

  test.each([
    'delalloc',
    'unknown_loc',
    'encoded',
    'inline',
    'encrypted',
    'not_aligned',
    'tail',
    '0x00800000',
  ])('an extent marked %s is dirty', (flag) => {
    const marked = filefrag.replace('40:             shared', `40:             shared,${flag}`);
    expect(dirtyLeaves(read(marked, sizes))).toEqual([0, 1, 2, 16, 64]);
  });

  test('unwritten in one and written in the other is dirty, unwritten in both is clean', () => {
    const one = filefrag.replace('40:             shared', '40:             unwritten,shared');
    expect(dirtyLeaves(read(one, sizes))).toEqual([0, 1, 2, 16, 64]);
    const both = filefrag.replaceAll('shared', 'unwritten,shared');
    expect(dirtyLeaves(read(both, sizes))).toEqual([2, 16, 64]);
  });

  test('a hole in both is clean', () => {
    const holes = filefrag
      .replace('0..    1023:       3328..      4351:   1024', '0..     255:       3328..      3583:    256')
      .replace(
        '272..    1023:       3600..      4351:    752',
        '272..     272:       3600..      3600:      1',
      );
    expect(dirtyLeaves(read(holes, sizes))).toEqual([2, 17, 64]);
  });

  test('a listing of one file is refused: it tells where bytes lie, not whether they changed', () => {
    const [, one = ''] = filefrag.split(/(?=File size of base)|(?=File size of target)/);
    const error = failure(() => read(one, sizes));
    expect(error.message).toBe('the listing is of 1 file, not of two');
    expect(error.hint).toContain('filefrag -s -v BASE TARGET');
  });

  test.each([
    [
      'files in the other order',
      images(4 * MiB, 4_200_000),
      (text: string) => text,
      /^line 2: a file of 4194304 bytes, the base has 4200000/,
    ],
    [
      'hexadecimal numbers',
      sizes,
      (text: string) => text.replace('3328..      4351', 'd00..      10ff'),
      /^line 4: .* is no line of filefrag -v/,
    ],
    [
      'an extent that is not as long as it says',
      sizes,
      (text: string) => text.replace(' 213: ', ' 214: '),
      /^line 10: /,
    ],
    ['a missing extent', sizes, (text: string) => text.replace(/ {3}1: .*\n/, ''), /^line 9: /],
    ['a listing cut off', sizes, (text: string) => text.slice(0, 700), /^line \d+: /],
    [
      'units larger than a leaf',
      sizes,
      (text: string) => text.replace('blocks of 4096', 'blocks of 1048576'),
      /^line 2: blocks of 1048576 bytes/,
    ],
  ])('%s: refused with the line', (_, pair, change, message) => {
    const error = failure(() => read(change(filefrag), pair));
    expect(error.message).toMatch(message);
    expect(error.kind).toBe('data');
  });
});

describe('raw bitmaps', () => {
  const bitmap = (length: number, ...bits: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(length);
    for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    return bytes;
  };

  test('bits count from the least significant of each byte', () => {
    const tracker = readTracker(bitmap(8, 0, 9, 63), images(4 * MiB), { blockBytes: leafBytes });
    expect(tracker).toMatchObject({ format: 'bitmap', markedBytes: 3 * leafBytes });
    expect(dirtyLeaves(tracker)).toEqual([0, 9, 63]);
  });

  test('blocks smaller and larger than a leaf', () => {
    expect(dirtyLeaves(readTracker(bitmap(128, 1023), images(4 * MiB), { blockBytes: 4096 }))).toEqual([63]);
    expect(dirtyLeaves(readTracker(bitmap(1, 3), images(4 * MiB), { blockBytes: MiB }))).toEqual(
      Array.from({ length: 16 }, (_, i) => 48 + i),
    );
  });

  test('the last block may be short', () => {
    const tracker = readTracker(bitmap(1, 4), images(300_000), { blockBytes: leafBytes });
    expect(dirtyLeaves(tracker)).toEqual([4]);
    expect(tracker.markedBytes).toBe(300_000 - 4 * leafBytes);
  });

  test('a bitmap of the smaller base leaves growth to its definition', () => {
    const tracker = readTracker(bitmap(1, 0), images(4 * MiB, 100_000), { blockBytes: leafBytes });
    expect(tracker.markedBytes).toBe(leafBytes);
    expect(dirtyLeaves(tracker)).toEqual(Array.from({ length: 64 }, (_, i) => i));
  });

  test('a wrong size is refused, with the sizes that would fit', () => {
    const error = failure(() => readTracker(bitmap(128), images(4 * MiB), { blockBytes: leafBytes }));
    expect(error.message).toBe(
      'the bitmap has 128 bytes; an image of 4194304 bytes in blocks of 64 KiB has one of 8',
    );
    expect(error.hint).toBe('of powers of two would fit: --tracker-block 4KiB');
    expect(failure(() => readTracker(bitmap(77), images(4 * MiB), { blockBytes: 512 })).hint).toContain(
      'another image',
    );
  });

  test('a block size is asked for', () => {
    const error = failure(() => readTracker(bitmap(8), images(4 * MiB)));
    expect(error.kind).toBe('usage');
    expect(error.hint).toContain('--tracker-block 64KiB');
  });

  test('a bit beyond the image is refused with its byte', () => {
    const error = failure(() => readTracker(bitmap(1, 5), images(300_000), { blockBytes: leafBytes }));
    expect(error.message).toBe('byte 0 of the bitmap marks a block beyond the image: bit 5 of 5');
  });

  test('options of other formats are refused', () => {
    expect(failure(() => read(qemuMap, images(4 * MiB), { blockBytes: 4096 })).message).toContain(
      '--tracker-block',
    );
    expect(failure(() => read(nbdBitmap, images(4 * MiB), { baseDepth: 1 })).message).toContain(
      '--tracker-depth',
    );
  });
});

describe('hostile input', () => {
  const samples = [qemuMap, qemuChain, nbdBitmap, nbdAllocation, filefrag].map(bytesOf);
  const sizes = fc.record({
    baseBytes: fc.integer({ min: 0, max: 5 * MiB }),
    targetBytes: fc.integer({ min: 0, max: 5 * MiB }),
  });
  const edit = fc.record({ at: fc.nat(), bytes: fc.uint8Array({ maxLength: 6 }), drop: fc.nat({ max: 40 }) });
  const format = fc.constantFrom(undefined, 'bitmap', 'qemu-map', 'qemu-dirty', 'nbd', 'filefrag' as const);

  test('is read or refused, and never marks outside the target', () => {
    let refused = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 4 })),
        ),
        fc.oneof(fc.constant(images(4 * MiB)), fc.constant(images(4_200_000, 4 * MiB)), sizes),
        format,
        (input, pair, chosen) => {
          const bytes = input instanceof Uint8Array ? input : input[1].reduce(mutated, input[0]);
          const options =
            chosen === undefined ? {} : { format: chosen as NonNullable<TrackerOptions['format']> };
          try {
            const tracker = readTracker(
              bytes,
              pair,
              chosen === 'bitmap' ? { ...options, blockBytes: 4096 } : options,
            );
            const leaves = dirtyLeaves(tracker);
            expect(leaves.length).toBe(tracker.dirty.dirtyCount);
            expect(leaves.every((leaf) => leaf < Math.ceil(pair.targetBytes / leafBytes))).toBe(true);
          } catch (error) {
            if (!(error instanceof SnapdeltaError) || error.kind === 'bug') throw error;
            refused++;
          }
        },
      ),
      { numRuns: 3000, seed: 5 },
    );
    expect(refused).toBeGreaterThan(1000);
  });

  function mutated(
    bytes: Uint8Array,
    { at, bytes: put, drop }: { at: number; bytes: Uint8Array; drop: number },
  ): Uint8Array {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    return Uint8Array.from([...bytes.subarray(0, place), ...put, ...bytes.subarray(place + drop)]);
  }
});
