/** Tar archives, made by tar itself where it is at hand: members, their alignment, and headers that lie. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { alignMembers } from '../../../../src/engine/detect/recognise/align-members.js';
import { tarMembers, type TarMember } from '../../../../src/engine/detect/recognise/tar.js';
import { memorySnapshot } from '../../../../src/engine/snapshot/memory.js';
import { content } from '../../../support/pairs.js';
import { tarOf } from './archives.js';

function members(bytes: Uint8Array, start = 0, end = bytes.length): TarMember[] {
  return tarMembers(memorySnapshot('image', [{ path: '', bytes }]).openReader(), start, end);
}

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-tar-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('members', () => {
  test.each(['ustar', 'gnu', 'pax'])('are those that tar --format=%s lists', (format) => {
    const long = `deep/${'directory-of-some-length/'.repeat(6)}file-with-a-long-name.txt`;
    for (const [path, length] of [
      ['a.txt', 0],
      ['b.bin', 513],
      [long, 70_000],
      ['z.txt', 512],
    ] as const) {
      mkdirSync(join(folder, 'tree', path, '..'), { recursive: true });
      writeFileSync(join(folder, 'tree', path), content(length, length));
    }
    const made = spawnSync(
      'tar',
      [`--format=${format}`, '--sort=name', '-cf', 'made.tar', '-C', 'tree', '.'],
      { cwd: folder },
    );
    expect(made.status, String(made.stderr)).toBe(0);
    const found = members(readFileSync(join(folder, 'made.tar')));
    const listed = spawnSync('tar', ['-tf', 'made.tar'], { cwd: folder, encoding: 'utf8' })
      .stdout.trimEnd()
      .split('\n');
    expect(found.map(({ name }) => name)).toEqual(listed);
    found.forEach(({ address, length }, i) =>
      expect(found[i + 1]?.address ?? address + length).toBe(address + length),
    );
  });

  test('inside a larger range, up to the first header that is none', () => {
    const archive = tarOf([
      ['one', content(1, 1000)],
      ['two', content(2, 2000)],
    ]);
    const bytes = new Uint8Array(archive.length + 1000);
    bytes.set(archive, 512);
    expect(members(bytes, 512).map(({ name, address }) => [name, address])).toEqual([
      ['one', 512],
      ['two', 512 + 1536],
    ]);
    bytes[512 + 1536] = 0xff;
    expect(members(bytes, 512).map(({ name }) => name)).toEqual(['one']);
    expect(members(content(3, 10_000))).toEqual([]);
  });

  const withField = (archive: Uint8Array, at: number, field: readonly number[]): Uint8Array => {
    const bytes = Buffer.from(archive);
    bytes.set(field, at);
    bytes.write('        ', 148, 'latin1');
    const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return bytes;
  };

  test.each([
    ['a size in base 256 beyond all numbers', 124, [0x80, ...Array<number>(11).fill(0xff)]],
    ['a negative size', 124, Array<number>(12).fill(0xff)],
    ['a size beyond the file', 124, [...Buffer.from('77777777777\0')]],
    ['a size that is no number', 124, [...Buffer.from('0000009zz00\0')]],
  ])('%s ends the walk', (_, at, field) => {
    const archive = tarOf([
      ['one', content(1, 1000)],
      ['two', content(2, 2000)],
    ]);
    expect(members(withField(archive, at, field))).toEqual([]);
  });

  test.each(['L', 'x'])(
    'a long name (%s) that reaches far is passed over, and its member keeps its own',
    (type) => {
      const archive = tarOf([
        ['name', content(1, 20_000)],
        ['two', content(2, 2000)],
      ]);
      const found = members(withField(archive, 156, [type.charCodeAt(0)]));
      expect(found.map(({ name, address }) => [name, address])).toEqual([['two', 0]]);
    },
  );

  test('headers that say nothing are read up to a bound', () => {
    const block = withField(tarOf([['g', new Uint8Array(0)]]).slice(0, 512), 156, [0x67]);
    let reads = 0;
    let bytes = 0;
    const reader = {
      read(_address: number, into: Uint8Array) {
        reads++;
        bytes += into.length;
        for (let at = 0; at < into.length; at += 512) into.set(block.subarray(0, into.length - at), at);
      },
      close: () => undefined,
    };
    expect(tarMembers(reader, 0, 2 ** 45)).toEqual([]);
    expect(bytes).toBeLessThanOrEqual(100_000 * 512 + 32 * 1024);
    expect(reads).toBeLessThanOrEqual(1600);
  });

  test('hostile bytes give members inside the range, or none', () => {
    const archive = tarOf([
      ['one', content(1, 1000)],
      ['two', content(2, 2000)],
      ['three', new Uint8Array(0)],
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat({ max: archive.length - 1 }), byte: fc.nat({ max: 255 }) }), {
          maxLength: 5,
        }),
        fc.nat({ max: archive.length }),
        (edits, end) => {
          const bytes = archive.slice();
          for (const { at, byte } of edits) bytes[at] = byte;
          let next = 0;
          for (const { address, length } of members(bytes, 0, end)) {
            expect(address).toBe(next);
            next = address + length;
            expect(next).toBeLessThanOrEqual(end);
          }
        },
      ),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('alignment', () => {
  const align = (
    before: readonly (readonly [string, Uint8Array])[],
    after: readonly (readonly [string, Uint8Array])[],
  ) => {
    const [base, target] = [tarOf(before), tarOf(after)];
    return alignMembers(
      { members: members(base), start: 0, end: base.length },
      { members: members(target), start: 0, end: target.length },
    );
  };
  const file = (name: string, length: number): readonly [string, Uint8Array] => [
    name,
    content(length, length),
  ];

  test('members of one name lie opposite each other, wherever they moved; neighbours that moved together are one run', () => {
    const runs = align(
      [file('a', 100), file('b', 100), file('c', 5000)],
      [file('c', 5000), file('a', 100), file('b', 100)],
    );
    expect(runs).toEqual([
      { address: 0, length: 5632, baseAddress: 2048 },
      { address: 5632, length: 3072, baseAddress: 0 },
    ]);
  });

  test('a grown member goes on opposite what follows it, and what comes behind is aligned again', () => {
    const runs = align([file('a', 100), file('b', 3000)], [file('a', 2000), file('b', 3000)]);
    expect(runs.slice(0, 2)).toEqual([
      { address: 0, length: 2560, baseAddress: 0 },
      { address: 2560, length: 4608, baseAddress: 1024 },
    ]);
  });

  test('a member of another name and the same size is taken for a rename', () => {
    const [first, second] = align(
      [file('x', 100), file('old/name', 4000)],
      [file('new/other', 4000), file('x', 100)],
    );
    expect(first).toEqual({ address: 0, length: 4608, baseAddress: 1024 });
    expect(second?.baseAddress).toBe(0);
  });

  test('runs ascend, do not overlap, and stay inside both archives', () => {
    const entry = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e/f'), fc.nat({ max: 3000 }));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), fc.array(entry, { maxLength: 8 }), (before, after) => {
        const files = (list: [string, number][]) => list.map(([name, length]) => file(name, length));
        let at = 0;
        const end = tarOf(files(after)).length;
        const baseEnd = tarOf(files(before)).length;
        for (const { address, length, baseAddress } of align(files(before), files(after))) {
          expect(address).toBeGreaterThanOrEqual(at);
          expect(length).toBeGreaterThan(0);
          at = address + length;
          expect(baseAddress).toBeGreaterThanOrEqual(0);
          expect(baseAddress + length).toBeLessThanOrEqual(baseEnd);
        }
        expect(at).toBeLessThanOrEqual(end);
      }),
      { numRuns: 100, seed: 8 },
    );
  });
});
