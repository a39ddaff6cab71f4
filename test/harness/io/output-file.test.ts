import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import { makeFolder } from '../../../src/engine/snapshot/make-folder.js';
import { replaceFile, requireWritable } from '../../../src/harness/io/output-file.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-output-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]): string => join(folder, ...names);
writeFileSync(at('file'), 'kept');
mkdirSync(at('directory'));

describe('a file that shall be written', () => {
  test('has its folders made, and nothing left in them', () => {
    requireWritable(at('a', 'b', 'c.json'), undefined);
    expect(readdirSync(at('a', 'b'))).toEqual([]);
  });

  test('stays as it is where it is there', () => {
    requireWritable(at('file'));
    expect(readFileSync(at('file'), 'utf8')).toBe('kept');
  });

  test.each<[what: string, path: string, why: RegExp]>([
    ['below a file', at('file', 'x.json'), /cannot create .*file: a file of this name exists already/],
    [
      'far below a file',
      at('file', 'x', 'y', 'z.json'),
      /cannot create .*file\/x\/y: a part of its path is not/,
    ],
    ['a directory', at('directory'), /cannot write .*directory: it is a directory or a device/],
    ['a name too long', at('n'.repeat(255)), /cannot write .*nnn: its name is too long/],
  ])('is refused: %s', (_what, path, why) => {
    expect(() => requireWritable(path)).toThrow(WorldError);
    expect(() => requireWritable(path)).toThrow(why);
    expect(() => replaceFile(path, 'x')).toThrow(WorldError);
  });

  // Without the folders being made one by one this test never ends.
  test.runIf(existsSync('/proc/self'))('is refused where no folder can be made', () => {
    expect(() => requireWritable('/proc/snapdelta/x/y.json')).toThrow(
      'cannot create /proc/snapdelta: its file system takes no new folders',
    );
  });
});

test('a file is replaced whole, and nothing lies beside it', () => {
  replaceFile(at('new', 'x'), 'one');
  replaceFile(at('new', 'x'), 'two');
  expect(readFileSync(at('new', 'x'), 'utf8')).toBe('two');
  expect(readdirSync(at('new'))).toEqual(['x']);
});

test('a folder that is there is no failure', () => {
  makeFolder(at('directory'));
  expect(readdirSync(at('directory'))).toEqual([]);
});
