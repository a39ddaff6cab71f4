import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { snapshotBytesMax } from '../../../src/base/limits.js';
import { checkEntries, compareUtf8, parentPath } from '../../../src/engine/snapshot/entry-rules.js';
import type { Entry } from '../../../src/engine/snapshot/snapshot.js';

const text = fc.string({ unit: 'binary' });

test('strings compare as their UTF-8 bytes do', () => {
  const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  fc.assert(
    fc.property(text, text, (a, b) => Math.sign(compareUtf8(a, b)) === bytewise(a, b)),
    {
      seed: 2,
      examples: [
        ['\u{1f600}', '\uffff'],
        ['a', 'a\0'],
        ['\ue000', '\ud7ff'],
      ],
    },
  );
});

test('a parent is everything before the last slash', () => {
  expect([parentPath('a'), parentPath('a/b'), parentPath('a/b/c')]).toEqual(['.', 'a', 'a/b']);
});

const directory = (path: string): Entry => ({
  path,
  kind: 'directory',
  mode: 0o755,
  mtimeMicros: 0,
  sizeBytes: 0,
});
const file = (path: string, more: Partial<Entry> = {}): Entry => ({
  ...directory(path),
  kind: 'file',
  ...more,
});
const link = (path: string, linkTarget: string): Entry => ({
  ...directory(path),
  kind: 'symlink',
  linkTarget,
});
const root = directory('.');

test('good trees and images pass', () => {
  checkEntries('image', [file('')], 'x');
  checkEntries('tree', [root], 'x');
  checkEntries(
    'tree',
    [root, directory('a'), file('a-b'), file('a/b'), link('a/c', '/etc/../x'), file('é')],
    'x',
  );
});

test.each<[string, 'tree' | 'image', Entry[], RegExp]>([
  ['no entry', 'image', [], /not an image/],
  ['two entries', 'image', [file(''), file('a')], /not an image/],
  ['an image that is a link', 'image', [link('', 'x')], /not an image/],
  ['no root', 'tree', [file('a')], /root/],
  ['a root that is a file', 'tree', [file('.')], /root/],
  ['a path upwards', 'tree', [root, file('../a')], /component '\.\.'/],
  ['a path upwards in the middle', 'tree', [root, directory('a'), file('a/../b')], /component '\.\.'/],
  ['a dot', 'tree', [root, directory('a'), file('a/./b')], /component '\.'/],
  ['an absolute path', 'tree', [root, file('/etc/passwd')], /absolute/],
  ['a doubled slash', 'tree', [root, directory('a'), file('a//b')], /empty component/],
  ['a closing slash', 'tree', [root, directory('a/')], /empty component/],
  ['an empty path', 'tree', [root, file('')], /is empty/],
  ['a NUL', 'tree', [root, file('a\0b')], /NUL/],
  ['half a surrogate pair', 'tree', [root, file('a\ud800b')], /Unicode/],
  ['a long path', 'tree', [root, file('a'.repeat(4097))], /longer than 4096/],
  ['a path that is long in bytes', 'tree', [root, file('é'.repeat(2049))], /longer than 4096/],
  ['a missing parent', 'tree', [root, file('a/b')], /no directory/],
  ['a file as parent', 'tree', [root, file('a'), file('a/b')], /no directory/],
  ['a link as parent', 'tree', [root, link('a', '/etc'), file('a/passwd')], /no directory/],
  ['disorder', 'tree', [root, file('b'), file('a')], /out of order/],
  ['a doubled path', 'tree', [root, file('a'), link('a', '/etc')], /twice/],
  ['a second root', 'tree', [root, root], /component '\.'/],
  ['a directory with bytes', 'tree', [{ ...root, sizeBytes: 1 }], /with bytes/],
  ['a negative size', 'image', [file('', { sizeBytes: -1 })], /size -1/],
  ['half a byte', 'image', [file('', { sizeBytes: 0.5 })], /size 0\.5/],
  ['a size beyond the limit', 'image', [file('', { sizeBytes: snapshotBytesMax + 1 })], /more than/],
  ['a mode with a file type', 'image', [file('', { mode: 0o100644 })], /mode/],
  ['a time that is no number', 'image', [file('', { mtimeMicros: NaN })], /time NaN/],
  ['a file with a link target', 'image', [file('', { linkTarget: 'x' })], /link target/],
  ['a link without a target', 'tree', [root, { ...directory('a'), kind: 'symlink' }], /nowhere/],
  ['a link to the empty path', 'tree', [root, link('a', '')], /impossible/],
  ['a link with a NUL', 'tree', [root, link('a', 'x\0y')], /impossible/],
])('%s is refused', (_name, form, entries, problem) => {
  const check = () => checkEntries(form, entries, 'the package');
  expect(check).toThrow(DataError);
  expect(check).toThrow(problem);
});
