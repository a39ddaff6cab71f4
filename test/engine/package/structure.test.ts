import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';
import { decodeCbor, encodeCbor, type CborValue } from '../../../src/engine/package/cbor.js';
import type { PackageHeader, Structure } from '../../../src/engine/package/model.js';
import { decodeStructure, encodeStructure } from '../../../src/engine/package/structure.js';
import { treeEntries } from './arbitraries.js';
import { asMap, withField, withoutField } from './forge.js';
import { imageModel } from './samples.js';

const image = imageModel([96]);
const tree: PackageHeader = {
  ...image.header,
  form: 'tree',
  base: { ...image.header.base, entryCount: 100 },
  target: { ...image.header.target, entryCount: 100, totalBytes: 1e9 },
};

const file = (path: string, change: Partial<Entry> = {}): Entry => ({
  path,
  kind: 'file',
  mode: 0o644,
  mtimeMicros: 5,
  sizeBytes: 3,
  ...change,
});
const directory = (path: string): Entry => file(path, { kind: 'directory', sizeBytes: 0 });
const symlink = (path: string, linkTarget = 'x'): Entry =>
  file(path, { kind: 'symlink', sizeBytes: 0, linkTarget });
const listing = (...entries: Entry[]): Structure => ({
  removed: [],
  changed: entries.map((entry) => ({ entry })),
});

describe('structure', () => {
  test('round-trips any tree', () => {
    const bounded = treeEntries.filter(
      (entries) => entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) <= 1e9,
    );
    fc.assert(
      fc.property(bounded, (entries) => {
        const structure = listing(...entries);
        expect(decodeStructure(encodeStructure(structure, tree), tree, false)).toEqual(structure);
      }),
      { seed: 31, numRuns: 200 },
    );
  });

  test('round-trips removals and renames', () => {
    const structure: Structure = {
      removed: ['a', 'a-b', 'a/b', 'z'],
      changed: [
        { entry: directory('.') },
        { entry: file('b'), renamedFrom: 'z' },
        { entry: symlink('c', '../../etc') },
        { entry: file('d', { mtimeMicros: -(2 ** 52) - 1 }), renamedFrom: 'a/b' },
      ],
    };
    expect(decodeStructure(encodeStructure(structure, tree), tree, false)).toEqual(structure);
  });

  test('an unchanged tree costs little, and a row its path and 20 bytes', () => {
    const empty = encodeStructure(listing(), tree).length;
    expect(empty).toBeLessThan(110);
    const paths = Array.from(
      { length: 100 },
      (_, index) => `directory/name-${String(index).padStart(4, '0')}`,
    );
    const entries = paths.map((path) => file(path, { mtimeMicros: 1.7e15, sizeBytes: 100_000 }));
    const rowBytes =
      (encodeStructure(listing(...entries), tree).length - empty) / 100 - paths.join('').length / 100;
    expect(rowBytes).toBeLessThanOrEqual(20);
  });

  const traps: readonly (readonly [string, Structure, string])[] = [
    ['an absolute path', listing(file('/etc/passwd')), 'absolute'],
    ['a path that climbs', listing(file('../x')), "component '..'"],
    ['a path that climbs later', listing(file('a/../../x')), "component '..'"],
    ['a dot inside', listing(file('a/./b')), "component '.'"],
    ['an empty component', listing(file('a//b')), 'empty component'],
    ['a trailing slash', listing(file('a/')), 'empty component'],
    ['an empty path', listing(file('')), 'is empty'],
    ['a NUL', listing(file('a\0b')), 'NUL'],
    ['a path twice', listing(file('a'), file('a')), 'twice or out of order'],
    ['paths out of order', listing(file('b'), file('a')), 'twice or out of order'],
    ['UTF-16 order', listing(file('😀'), file('\uffee')), 'twice or out of order'],
    ['the root late', listing(file('!'), directory('.')), 'twice or out of order'],
    ['a root that is a file', listing(file('.')), 'is the root and a file'],
    ['a root that is a symlink', listing(symlink('.')), 'is the root and a symlink'],
    ['a path below a file', listing(file('a'), file('a/b')), 'below a file or symlink'],
    ['a path below a symlink', listing(symlink('a', '/etc'), file('a/passwd')), 'below a file or symlink'],
    [
      'a path far below a symlink',
      listing(symlink('a'), file('a-b'), file('a/b/c')),
      'below a file or symlink',
    ],
    [
      'a path between two barriers',
      listing(symlink('a'), file('a-'), file('a-b'), file('a/b')),
      'below a file or symlink',
    ],
    ['a removed root', { removed: ['.'], changed: [] }, 'cannot be removed'],
    ['a removed path that climbs', { removed: ['../x'], changed: [] }, "component '..'"],
    ['a path removed twice', { removed: ['a', 'a'], changed: [] }, 'removed twice'],
    [
      'a path removed and listed',
      { removed: ['a'], changed: [{ entry: file('a') }] },
      'both removed and listed',
    ],
    [
      'a rename from nowhere',
      { removed: [], changed: [{ entry: file('a'), renamedFrom: 'b' }] },
      'is renamed and not removed',
    ],
    [
      'a rename to two places',
      { removed: ['z'], changed: ['a', 'b'].map((path) => ({ entry: file(path), renamedFrom: 'z' })) },
      'is renamed twice',
    ],
    ['a link to nowhere', listing(symlink('a', '')), 'impossible link target'],
    ['a link target with NUL', listing(symlink('a', 'x\0')), 'impossible link target'],
    ['a link target of 4097 bytes', listing(symlink('a', 'x'.repeat(4097))), 'impossible link target'],
    ['a path of 4097 bytes', listing(file('x'.repeat(4097))), 'longer than 4096'],
    ['more bytes than the target', listing(file('a', { sizeBytes: 2e9 })), 'lists 2000000000 bytes'],
    [
      'more rows than the target',
      listing(...Array.from({ length: 101 }, (_, i) => file(`x${1000 + i}`))),
      'lists 101 entries',
    ],
    [
      'more removals than the base',
      { removed: Array.from({ length: 101 }, (_, i) => `x${1000 + i}`), changed: [] },
      'removes 101 entries',
    ],
  ];

  test.each(traps)('refuses %s, writing and reading', (_, structure, message) => {
    expect(() => encodeStructure(structure, tree)).toThrow(DataError);
    expect(() => encodeStructure(structure, tree)).toThrow(message);
    const read = (): unknown => decodeStructure(bareStructure(structure), tree, false);
    expect(read).toThrow(DataError);
    if (!/4097/.test(_)) expect(read).toThrow(message);
  });

  test('what only looks like a trap is read', () => {
    const structure = listing(
      directory('.'),
      file('...'),
      file('a'),
      file('a-b'),
      file('a.b'),
      file('ab'),
      file('b\\..\\c'),
      file('c:'),
    );
    expect(decodeStructure(encodeStructure(structure, tree), tree, false)).toEqual(structure);
  });

  test.each([
    ['no rows', listing(), 'not that of an image'],
    ['two rows', listing(file('', { sizeBytes: 96 }), directory('a')), 'not that of an image'],
    ['a path', listing(file('a', { sizeBytes: 96 })), 'not that of an image'],
    ['a directory', listing(directory('')), 'not that of an image'],
    ['another size', listing(file('', { sizeBytes: 95 })), 'gives the image 95 bytes'],
    [
      'a removal',
      { removed: ['a'], changed: [{ entry: file('', { sizeBytes: 96 }) }] },
      'not that of an image',
    ],
    [
      'a rename',
      { removed: [], changed: [{ entry: file('', { sizeBytes: 96 }), renamedFrom: 'a' }] },
      'not that of an image',
    ],
  ] as const)('refuses an image with %s', (_, structure, message) => {
    const header: PackageHeader = { ...image.header, target: { ...image.header.target, entryCount: 2 } };
    expect(() => decodeStructure(bareStructure(structure), header, false)).toThrow(message);
  });
});

describe('columns', () => {
  const good = decodeCbor(
    encodeStructure(listing(directory('.'), file('a'), symlink('b')), tree),
    'structure',
  );
  const column = (name: string, bytes: readonly number[]): CborValue =>
    withField(good, 'changed', withField(asMap(good).get('changed') ?? null, name, Uint8Array.from(bytes)));

  test.each([
    ['another kind', column('kinds', [1, 0, 3]), 'unknown kind 3'],
    ['too few kinds', column('kinds', [1, 0]), 'kinds has 2 bytes instead of 3'],
    ['a path cut short', column('paths', [1, 0x2e, 1, 0x61, 2, 0x62]), 'needs 2 bytes'],
    ['a surplus path', column('paths', [1, 0x2e, 1, 0x61, 1, 0x62, 0]), 'surplus'],
    ['a padded varint', column('paths', [0x81, 0, 0x2e, 1, 0x61, 1, 0x62]), 'padded varint'],
    ['a path that is not UTF-8', column('paths', [1, 0x2e, 1, 0xff, 1, 0x62]), 'not valid UTF-8'],
    ['a mode of five digits', column('modes', [0, 0x80, 0x20, 0]), 'has the mode 4096'],
    ['a missing mode', column('modes', [0, 0]), 'a mode'],
    ['a time beyond 2^53', column('times', [...new Array<number>(23).fill(0), 0x7f]), 'lies beyond 2^53'],
    ['a missing time', column('times', new Array<number>(16).fill(0)), 'times has 16 bytes instead of 24'],
    [
      'a size beyond 2^53',
      column('sizes', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
      'above 2^53',
    ],
    ['a size for a directory', column('sizes', [1, 1]), 'surplus'],
    ['a link for a file', column('links', [1, 0x78, 1, 0x78]), 'surplus'],
    [
      'a rename of a row that is not there',
      withField(good, 'renamed', Uint8Array.of(3, 1, 0x7a)),
      'renames row 3 of 3',
    ],
    ['a rename cut short', withField(good, 'renamed', Uint8Array.of(1, 1)), 'needs 1 bytes'],
    ['no removals', withoutField(good, 'removed'), 'removed is missing'],
    ['a field too many', withField(good, 'extra', 1), "unknown field 'extra'"],
    [
      'a row count that lies',
      withField(
        good,
        'removed',
        new Map<string, CborValue>([
          ['count', 4e6],
          ['paths', new Uint8Array(0)],
        ]),
      ),
      'a path',
    ],
    [
      'a count beyond the limit',
      withField(
        good,
        'removed',
        new Map<string, CborValue>([
          ['count', 4e6 + 1],
          ['paths', new Uint8Array(0)],
        ]),
      ),
      'count is 4000001',
    ],
    ['a list', [good], 'not a map'],
  ])('refuse %s', (_, value, message) => {
    const read = (): unknown => decodeStructure(encodeCbor(value), tree, false);
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });

  test('a newer minor version may add a field', () => {
    const bytes = encodeCbor(withField(good, 'extra', 1));
    expect(decodeStructure(bytes, tree, true)).toEqual(decodeStructure(encodeCbor(good), tree, false));
  });
});

/** Encodes without any check, as a hostile writer would. */
function bareStructure({ removed, changed }: Structure): Uint8Array {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  const text = (value: string): number[] => [...varint(Buffer.byteLength(value)), ...Buffer.from(value)];
  const kinds = { file: 0, directory: 1, symlink: 2 };
  const rows = changed.map(({ entry }) => entry);
  let previous = -1;
  const renamed = changed.flatMap(({ renamedFrom }, row) => {
    if (renamedFrom === undefined) return [];
    const gap = row - previous - 1;
    previous = row;
    return [...varint(gap), ...text(renamedFrom)];
  });
  const bytes = (values: number[]): Uint8Array => Uint8Array.from(values);
  return encodeCbor({
    removed: new Map<string, CborValue>([
      ['count', removed.length],
      ['paths', bytes(removed.flatMap(text))],
    ]),
    changed: new Map<string, CborValue>([
      ['count', rows.length],
      ['paths', bytes(rows.flatMap((entry) => text(entry.path)))],
      ['kinds', bytes(rows.map((entry) => kinds[entry.kind]))],
      ['modes', bytes(rows.flatMap((entry) => varint(entry.mode)))],
      ['times', bytes(rows.flatMap((entry) => [entry.mtimeMicros, 0, 0, 0, 0, 0, 0, 0]))],
      ['sizes', bytes(rows.flatMap((entry) => (entry.kind === 'file' ? varint(entry.sizeBytes) : [])))],
      [
        'links',
        bytes(rows.flatMap((entry) => (entry.kind === 'symlink' ? text(entry.linkTarget ?? '') : []))),
      ],
    ]),
    renamed: bytes(renamed),
  });
}
