import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/base/errors.js';
import { checkEntries } from '../../src/engine/snapshot/entry-rules.js';
import { generatorNamed, generators } from '../../src/workload/registry.js';
import { snapshotInMemory } from '../../src/workload/write.js';
import type { Workload } from '../../src/workload/workload.js';
import { bytesNotFound, changedInPlace, contentOf, digestOf } from './content.js';

const KiB = 1024;
const MiB = 1024 * KiB;

test('the bytes of every generator are those of the golden file', async () => {
  const golden = Object.fromEntries(
    generators.map((workload) => [
      workload.name,
      [...workload.make({ bytes: 300 * KiB, seed: 7, snapshots: 3 })].map((snapshot) => ({
        sha256: digestOf(snapshot),
        ...snapshot.changes(),
      })),
    ]),
  );
  await expect(`${JSON.stringify(golden, null, 2)}\n`).toMatchFileSnapshot('../golden/workloads.json');
});

describe.each(generators.map((workload) => [workload.name, workload] as const))('%s', (name, workload) => {
  test('another seed gives other bytes, the same seed the same', () => {
    const digests = (seed: number) =>
      [...workload.make({ bytes: 64 * KiB, seed, snapshots: 2 })].map(digestOf);
    expect(digests(3)).toEqual(digests(3));
    expect(digests(3)[0]).not.toBe(digests(4)[0]);
  });

  test.each([64 * KiB, 100_003, MiB, 8 * MiB])(
    'has the asked size of %i bytes and follows the rules of entries',
    (bytes) => {
      const [first, ...later] = workload.make({ bytes, seed: 1, snapshots: 3 });
      const size = (snapshot = first) =>
        snapshot?.entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) ?? 0;
      expect(Math.abs(size() - bytes)).toBeLessThan(5000 + bytes / 100);
      for (const snapshot of later) {
        expect(Math.abs(size(snapshot) - bytes)).toBeLessThan(5000 + bytes / 8);
        checkEntries(snapshot.form, snapshot.entries, name);
      }
      expect(later.map((snapshot) => snapshot.index)).toEqual([1, 2]);
    },
  );

  test('a part filled alone is a part of the whole, in any order, while other snapshots are filled', () => {
    const snapshots = [...workload.make({ bytes: 200 * KiB, seed: 5, snapshots: 3 })];
    const wholes = snapshots.map((snapshot) => snapshotInMemory(snapshot));
    const part = fc.record({
      snapshot: fc.nat(2),
      start: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      length: fc.oneof(fc.nat(100), fc.nat(70_000)),
    });
    const isPart = ({ snapshot, start, length }: { snapshot: number; start: number; length: number }) => {
      const [generated, whole] = [snapshots[snapshot], wholes[snapshot]];
      if (generated === undefined || whole === undefined) throw new Error('three snapshots');
      const address = Math.floor(start * whole.layout.totalBytes);
      const entry = whole.layout.entryAt(address);
      const piece = new Uint8Array(Math.min(length, whole.layout.endOf(entry) - address)).fill(0xa5);
      generated.fill(entry, address - whole.layout.startOf(entry), piece);
      const expected = new Uint8Array(piece.length);
      whole.openReader().read(address, expected);
      expect(Buffer.compare(piece, expected)).toBe(0);
    };
    fc.assert(fc.property(part, isPart), { seed: 11, numRuns: 150 });
  });

  test('states exactly what changed', () => {
    const bytes = workload.measure === 'in-place' ? 400_000 : 100_000;
    const snapshots = [...workload.make({ bytes, seed: 2, snapshots: 4 })];
    const contents = snapshots.map(contentOf);
    const stated = snapshots.map(
      (snapshot) => snapshot.changes() ?? { changedBytes: NaN, removedBytes: NaN },
    );
    expect(stated[0]).toEqual({ changedBytes: contents[0]?.length, removedBytes: 0 });
    for (let i = 1; i < snapshots.length; i++) {
      verifyChanges(workload, contents[i - 1] ?? Buffer.of(), contents[i] ?? Buffer.of(), stated[i]);
    }
  });
});

function verifyChanges(
  workload: Workload,
  before: Buffer,
  after: Buffer,
  stated?: { changedBytes: number; removedBytes: number },
) {
  const { changedBytes = NaN, removedBytes = NaN } = stated ?? {};
  if (workload.name !== 'unchanged') expect(changedBytes).toBeGreaterThan(0);
  if (workload.measure === 'in-place') {
    expect(changedBytes).toBe(changedInPlace(before, after));
    expect(removedBytes).toBe(Math.max(0, before.length - after.length));
    return;
  }
  expect(before.length + changedBytes - removedBytes).toBe(after.length);
  // What was not written anew lies in the old bytes, in runs that end at edits: at most 40 pieces shorter than a window of 24.
  expect(bytesNotFound(before, after, 24)).toBeLessThanOrEqual(changedBytes + 40 * 24);
  expect(bytesNotFound(after, before, 24)).toBeLessThanOrEqual(removedBytes + 40 * 24);
  // New prose, code and mail is nowhere in the old bytes; a log repeats its lines' parts.
  if (workload.name !== 'append-log')
    expect(bytesNotFound(before, after, 24)).toBeGreaterThan(changedBytes * 0.75);
}

test('a release of the source tree holds every kind of structural change', () => {
  const [first, second] = generatorNamed('source-tree').make({ bytes: 4 * MiB, seed: 1, snapshots: 2 });
  const [before, after] = [first, second].map(
    (snapshot) => new Map((snapshot?.entries ?? []).map((entry) => [entry.path, entry])),
  );
  const files = (of?: ReadonlyMap<string, { kind: string }>) =>
    [...(of ?? [])].filter(([, entry]) => entry.kind === 'file').length;
  const added = [...(after?.keys() ?? [])].filter((path) => before?.has(path) === false);
  const removed = [...(before?.keys() ?? [])].filter((path) => after?.has(path) === false);
  expect(files(after)).toBe(
    files(before) - Math.round(files(before) * 0.01) + Math.round(files(before) * 0.02),
  );
  expect(added.length).toBeGreaterThan(removed.length);
  expect(removed.length).toBeGreaterThan(Math.round(files(before) * 0.01));
  const kept = [...(after?.values() ?? [])].filter((entry) => before?.has(entry.path) === true);
  expect(kept.some((entry) => entry.mode !== before?.get(entry.path)?.mode)).toBe(true);
  expect(before?.get('current')?.linkTarget).toBe('releases/1.0.0');
  expect(after?.get('current')?.linkTarget).toBe('releases/1.1.0');
});

test('a changed database page differs in about a third of its bytes, as the pages of the recorded series do (0.34 to 0.42)', () => {
  const [before, after] = [
    ...generatorNamed('database-pages').make({ bytes: 2 * MiB, seed: 1, snapshots: 2 }),
  ].map(contentOf);
  let pages = 0;
  let bytes = 0;
  for (let at = 0; at < (before?.length ?? 0); at += 4096) {
    const [old, new_] = [before, after].map((content) => content?.subarray(at, at + 4096) ?? Buffer.of());
    const changed = changedInPlace(old ?? Buffer.of(), new_ ?? Buffer.of());
    if (changed > 0) pages++;
    bytes += changed;
  }
  expect(pages).toBeGreaterThan(40);
  expect(bytes / pages / 4096).toBeGreaterThan(0.2);
  expect(bytes / pages / 4096).toBeLessThan(0.45);
});

test('sixteen gibibytes cost no more memory than their description', () => {
  const [, second] = generatorNamed('sparse').make({ bytes: 16 * 1024 * MiB, seed: 1, snapshots: 2 });
  const piece = new Uint8Array(4096);
  second?.fill(0, 16 * 1024 * MiB - 4096, piece);
  expect(second?.entries[0]?.sizeBytes).toBe(2 ** 34);
});

test('impossible options are refused, unknown names get a suggestion', () => {
  const make = (options: object) => () => [
    ...generatorNamed('sparse').make({ bytes: 64 * KiB, seed: 1, snapshots: 1, ...options }),
  ];
  expect(make({})).not.toThrow();
  expect(make({ bytes: 1000 })).toThrow(/bytes is 1000, but must be a whole number of at least 65536/);
  expect(make({ bytes: 65536.5 })).toThrow(UsageError);
  expect(make({ seed: 0.5 })).toThrow(/seed 0.5/);
  expect(make({ snapshots: 0 })).toThrow(/snapshots is 0/);
  expect(() => generatorNamed('mailbocks')).toThrow(/unknown workload generator 'mailbocks'/);
});
