import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import type { TraceEvent } from '../../../src/workload/trace/event.js';
import { traceWorkload, type TraceCut } from '../../../src/workload/trace/replay.js';
import { changedInPlace, contentOf, digestOf } from '../content.js';

const bytes = 64 * 1024;
const sectors = bytes / 512;

function replay(
  events: readonly TraceEvent[],
  cut: TraceCut,
  options: { compressibility?: number; changedShare?: number } = {},
) {
  const { compressibility = 0.4, changedShare = 1 } = options;
  return traceWorkload({ name: 'test', summary: 'a test', events, cut, compressibility, changedShare });
}

function write(offset: number, length: number, timeMicros = 0): TraceEvent {
  return { timeMicros, op: 'write', offset, length };
}

/** The sectors that differ between neighbouring snapshots. */
function changedSectors(before: Buffer, after: Buffer): number[] {
  return Array.from({ length: sectors }, (_, i) => i).filter(
    (i) => !before.subarray(i * 512, i * 512 + 512).equals(after.subarray(i * 512, i * 512 + 512)),
  );
}

test('exactly the written sectors change, folded onto the image', () => {
  const request = fc.record({ offset: fc.nat(4 * bytes), length: fc.integer({ min: 1, max: 5000 }) });
  const agrees = (requests: { offset: number; length: number }[]) => {
    const workload = replay(
      requests.map(({ offset, length }) => write(offset, length)),
      { writes: 3 },
    );
    const contents = [...workload.make({ bytes, seed: 1, snapshots: 100 })].map(contentOf);
    expect(contents).toHaveLength(1 + Math.ceil(requests.length / 3));
    contents.slice(1).forEach((content, i) => {
      const touched = new Set<number>();
      for (const { offset, length } of requests.slice(i * 3, i * 3 + 3)) {
        for (let at = offset - (offset % 512); at < offset + length; at += 512)
          touched.add((at / 512) % sectors);
      }
      expect(changedSectors(contents[i] ?? Buffer.of(), content)).toEqual([...touched].sort((a, b) => a - b));
    });
  };
  fc.assert(fc.property(fc.array(request, { minLength: 1, maxLength: 10 }), agrees), {
    seed: 3,
    numRuns: 60,
  });
});

test('a write changes the chosen share of the bytes, and the statement is exact', () => {
  const events = Array.from({ length: 4 }, (_, i) => write(i * 16_384, 16_384));
  const [first, second] = [
    ...replay(events, { writes: 4 }, { changedShare: 0.1, compressibility: 0 }).make({
      bytes,
      seed: 9,
      snapshots: 2,
    }),
  ];
  if (first === undefined || second === undefined) throw new Error('two snapshots');
  const changed = changedInPlace(contentOf(first), contentOf(second));
  expect(second.changes()).toEqual({ changedBytes: changed, removedBytes: 0 });
  expect(changed / bytes).toBeGreaterThan(0.07);
  expect(changed / bytes).toBeLessThan(0.13);
});

test('a trim leaves zeros until the next write; reads and syncs change nothing', () => {
  const trim: TraceEvent = { timeMicros: 0, op: 'trim', offset: 1024, length: 1024 };
  const idle: TraceEvent[] = [
    { timeMicros: 0, op: 'read', offset: 0, length: 512 },
    { timeMicros: 0, op: 'sync', offset: 0, length: 0 },
  ];
  const workload = replay([trim, ...idle, write(1024, 512), ...idle], { writes: 1 });
  const [, trimmed, rewritten, ...more] = [...workload.make({ bytes, seed: 1, snapshots: 9 })].map(contentOf);
  expect(more).toEqual([]);
  expect(trimmed?.subarray(1024, 2048).every((byte) => byte === 0)).toBe(true);
  expect(trimmed?.subarray(2048, 2560).every((byte) => byte === 0)).toBe(false);
  expect(rewritten?.subarray(1024, 1536).every((byte) => byte === 0)).toBe(false);
  expect(rewritten?.subarray(1536, 2048).every((byte) => byte === 0)).toBe(true);
});

test('cut by seconds: an idle interval is a snapshot like the one before it', () => {
  const events = [write(0, 512, 500), write(512, 512, 900_000), write(0, 512, 3_100_000)];
  const digests = [...replay(events, { seconds: 1 }).make({ bytes, seed: 1, snapshots: 9 })].map(
    (snapshot) => snapshot.changes()?.changedBytes === 0,
  );
  expect(digests).toEqual([false, false, true, true, false]);
});

test('no more snapshots than asked for; a second run gives the same', () => {
  const workload = replay([write(0, 512), write(512, 512), write(1024, 512)], { writes: 1 });
  const make = () => [...workload.make({ bytes, seed: 1, snapshots: 3 })].map(digestOf);
  expect(make()).toHaveLength(3);
  expect(make()).toEqual(make());
  expect(new Set(make()).size).toBe(3);
});

test.each([0, 0.4, 0.9])('content of compressibility %f deflates to about the rest', (compressibility) => {
  const [first] = replay([], { writes: 1 }, { compressibility }).make({
    bytes: 2 ** 20,
    seed: 1,
    snapshots: 1,
  });
  if (first === undefined) throw new Error('a snapshot');
  const content = contentOf(first);
  expect(Math.abs(deflateSync(content).length / content.length - (1 - compressibility))).toBeLessThan(0.04);
});

describe('known contents', () => {
  const known = (offset: number, contentId: number, length = 4096): TraceEvent => ({
    ...write(offset, length),
    contentId,
  });
  const at = (content: Buffer | undefined, offset: number) =>
    content?.subarray(offset, offset + 4096) ?? Buffer.of();

  test('are equal bytes wherever and however often they are written, and no others', () => {
    const events = [
      known(0, 5),
      known(8192 + 512, 5),
      known(20_480, 6),
      known(0, 6),
      known(0, 5),
      write(0, 512),
    ];
    const workload = replay(events, { writes: 1 }, { changedShare: 0.1, compressibility: 0 });
    const snapshots = [...workload.make({ bytes, seed: 1, snapshots: 9 })];
    const [, one, two, three, four, five, six] = snapshots.map(contentOf);
    expect(at(two, 8704)).toEqual(at(one, 0));
    expect(at(three, 20_480)).not.toEqual(at(one, 0));
    expect(at(four, 0)).toEqual(at(three, 20_480));
    expect(five).toEqual(three);
    expect(at(six, 0).subarray(0, 512)).not.toEqual(at(one, 0).subarray(0, 512));
    expect(at(six, 512).subarray(0, 3584)).toEqual(at(one, 512).subarray(0, 3584));
    expect(
      new Set(
        Array.from({ length: 8 }, (_, i) =>
          at(one, i * 512)
            .subarray(0, 512)
            .toString('hex'),
        ),
      ).size,
    ).toBe(8);
  });

  test('written again where they lie change nothing, and the statement is exact', () => {
    const snapshots = [
      ...replay([known(0, 5), known(0, 5), known(0, 6)], { writes: 1 }).make({
        bytes,
        seed: 1,
        snapshots: 9,
      }),
    ];
    const contents = snapshots.map(contentOf);
    snapshots.slice(1).forEach((snapshot, index) => {
      const changed = changedInPlace(contents[index] ?? Buffer.of(), contents[index + 1] ?? Buffer.of());
      expect(snapshot.changes()).toEqual({ changedBytes: changed, removedBytes: 0 });
    });
    expect(snapshots[2]?.changes()?.changedBytes).toBe(0);
    expect(snapshots[3]?.changes()?.changedBytes).toBeGreaterThan(1000);
  });

  test('are gone after a trim; a trim larger than the image empties it', () => {
    const trim: TraceEvent = { timeMicros: 0, op: 'trim', offset: 512, length: 2 ** 45 };
    const [, , trimmed, again] = [
      ...replay([known(0, 5), trim, write(0, 512)], { writes: 1 }).make({ bytes, seed: 1, snapshots: 9 }),
    ].map(contentOf);
    expect(trimmed?.every((byte) => byte === 0)).toBe(true);
    expect(again?.subarray(0, 512).some((byte) => byte !== 0)).toBe(true);
  });
});

test('impossible parameters are refused', () => {
  expect(() => replay([], { writes: 0 })).toThrow(UsageError);
  expect(() => replay([], { writes: 1.5 })).toThrow(UsageError);
  expect(() => replay([], { seconds: -1 })).toThrow(UsageError);
  expect(() => replay([], { writes: 1 }, { compressibility: 1.1 })).toThrow(/compressibility is 1.1/);
  expect(() => replay([], { writes: 1 }, { changedShare: 0 })).toThrow(/changedShare is 0/);
});
