/** Page sizes from headers written by hand, headers that lie, and what page recognisers are worth. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stoppedClock } from '../../../../src/base/clock.js';
import { Meter } from '../../../../src/base/meter.js';
import { apply } from '../../../../src/engine/apply/apply.js';
import { recognisedPageBytes } from '../../../../src/engine/detect/recognise/pages.js';
import { recogniserNames } from '../../../../src/engine/detect/recognise/recognisers.js';
import { diff } from '../../../../src/engine/diff.js';
import { memorySnapshot } from '../../../../src/engine/snapshot/memory.js';
import { memoryTarget } from '../../../../src/engine/snapshot/target-memory.js';
import { resolveStrategy } from '../../../../src/engine/strategy/settings.js';
import { createWasmKernels } from '../../../../src/kernels/load.js';
import { bytesOf, content } from '../../../support/pairs.js';

const fileBytes = 256 * 1024;

function sqlite(size: number, bytes: Uint8Array = content(1, fileBytes)): Uint8Array {
  const file = Buffer.from(bytes);
  file.write('SQLite format 3\0', 0, 'latin1');
  file.writeUInt16BE(size, 16);
  file.set([1, 1, 0, 64, 32, 32], 18);
  return file;
}

function ext4(log: number): Uint8Array {
  const file = Buffer.from(content(2, fileBytes));
  file.writeUInt16LE(0xef53, 1024 + 56);
  file.writeUInt32LE(log, 1024 + 24);
  return file;
}

function postgresql(lastVersion = 0x2004, lower = 24): Uint8Array {
  const file = Buffer.from(content(3, fileBytes));
  for (let at = 0; at < fileBytes; at += 8192) {
    file.writeUInt16LE(lower, at + 12);
    file.writeUInt16LE(100, at + 14);
    file.writeUInt16LE(8192, at + 16);
    file.writeUInt16LE(at + 8192 < fileBytes ? 0x2004 : lastVersion, at + 18);
  }
  return file;
}

function found(bytes: Uint8Array, recognisers = recogniserNames.slice()): number | undefined {
  const reader = memorySnapshot('image', [{ path: '', bytes }]).openReader();
  return recognisedPageBytes(reader, 0, bytes.length, recognisers);
}

describe('page sizes', () => {
  test.each([
    [512, 512],
    [1024, 1024],
    [32_768, 32_768],
    [1, 65_536],
    [0, undefined],
    [2, undefined],
    [256, undefined],
    [1000, undefined],
    [65_535, undefined],
  ])('SQLite that says %i has %s', (size, expected) => {
    expect(found(sqlite(size))).toBe(expected);
  });

  test.each([
    [0, 1024],
    [2, 4096],
    [6, 65_536],
    [7, undefined],
    [0xffffffff, undefined],
    [32, undefined],
  ])('ext4 with logarithm %i has %s', (log, expected) => {
    expect(found(ext4(log))).toBe(expected);
  });

  test('PostgreSQL: pages that are sane at several places', () => {
    expect(found(postgresql())).toBe(8192);
    expect(found(postgresql(0x2003))).toBeUndefined();
    expect(found(postgresql(0x2004, 101))).toBeUndefined();
    expect(found(postgresql(0x2004, 23))).toBeUndefined();
    const unwritten = postgresql();
    unwritten.fill(0, fileBytes - 8192);
    expect(found(unwritten)).toBe(8192);
    expect(found(new Uint8Array(fileBytes))).toBeUndefined();
    expect(found(postgresql().subarray(0, fileBytes - 512))).toBeUndefined();
  });

  test('a recogniser that is switched off says nothing; small files are not looked into', () => {
    expect(found(sqlite(1024), ['ext4', 'postgresql', 'tar'])).toBeUndefined();
    expect(found(ext4(0), ['sqlite', 'postgresql'])).toBeUndefined();
    expect(found(postgresql(), ['sqlite', 'ext4'])).toBeUndefined();
    expect(found(sqlite(1024).subarray(0, 60_000))).toBeUndefined();
  });

  test('whatever the headers say: few reads inside the file, and a size that comparison takes, or none', () => {
    const edit = fc.record({ at: fc.nat({ max: 2047 }), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(
        fc.constantFrom(sqlite(1024), ext4(0), postgresql()),
        fc.array(edit, { maxLength: 4 }),
        fc.integer({ min: 65_536, max: fileBytes }),
        (file, edits, end) => {
          const bytes = Uint8Array.from(file);
          for (const { at, byte } of edits) bytes[at] = byte;
          let reads = 0;
          const reader = {
            read(address: number, into: Uint8Array) {
              reads++;
              expect(address + into.length).toBeLessThanOrEqual(end);
              into.set(bytes.subarray(address, address + into.length));
            },
            close: () => undefined,
          };
          const size = recognisedPageBytes(reader, 0, end, recogniserNames);
          expect(reads).toBeLessThanOrEqual(4);
          expect([undefined, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536]).toContain(size);
        },
      ),
      { numRuns: 200, seed: 9 },
    );
  });
});

/** Blocks compared and the package's bytes; it is applied, and the result compared. */
async function packed(before: Uint8Array, after: Uint8Array, recognisers: string) {
  const [base, target] = [before, after].map((bytes) => memorySnapshot('image', [{ path: '', bytes }])) as [
    ReturnType<typeof memorySnapshot>,
    ReturnType<typeof memorySnapshot>,
  ];
  const strategy = resolveStrategy('adaptive', { recognisers });
  const run = diff(base, target, { strategy, workers: 1, clock: stoppedClock });
  const rebuilt = memoryTarget();
  await apply(base, run, rebuilt, { kernels: createWasmKernels(), meter: new Meter(stoppedClock) });
  expect(Buffer.compare(bytesOf(rebuilt.snapshot()), after)).toBe(0);
  return run.summary.reading.counts.blocksCompared;
}

describe('a page size', () => {
  const before = sqlite(1024);
  const after = Uint8Array.from(before);
  after.fill(7, 100_000, 100_010);

  test('is the granularity of comparison, unless it is switched off', async () => {
    expect(await packed(before, after, 'none')).toBe(fileBytes / 4096);
    expect(await packed(before, after, 'tar,renames')).toBe(fileBytes / 4096);
    expect(await packed(before, after, 'sqlite')).toBe(fileBytes / 1024);
  });

  test('that is a lie costs no exactness', async () => {
    for (const lie of [sqlite(1, after), sqlite(512, after), sqlite(0, after)]) {
      expect(await packed(before, lie, 'all')).toBeGreaterThan(0);
    }
  });
});
