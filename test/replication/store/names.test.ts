/** Keys and paths: what is read character by character is what patterns would say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDiskPath } from '../../../src/replication/store/disk-path.js';
import { keyPartOf, placeOf } from '../../../src/replication/store/directory-layout.js';
import { isKey, keyBytesMax } from '../../../src/replication/store/key.js';

const shape = /^[a-z0-9._-]+(?:\/[a-z0-9._-]+)*$/;
const dots = /(?:^|\/)\.{1,2}(?:\/|$)/;

const unit = fc.constantFrom(
  'a',
  'z',
  '0',
  '9',
  '.',
  '.',
  '_',
  '-',
  '/',
  '/',
  '/',
  '`',
  '{',
  ':',
  ',',
  '\\',
  '\0',
  'A',
);
const text = fc.array(unit, { maxLength: 8 }).map((units) => units.join(''));

describe('names of objects', () => {
  it('are keys exactly where the pattern of keys matches', () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(isKey(name)).toBe(shape.test(name) && !dots.test(name));
      }),
      { seed: 11, numRuns: 5000 },
    );
  });

  it('have a limit', () => {
    expect(isKey('k'.repeat(keyBytesMax))).toBe(true);
    expect(isKey('k'.repeat(keyBytesMax + 1))).toBe(false);
  });

  it('are paths of a disk exactly where each component is plain', () => {
    const isPlain = (path: string): boolean =>
      path === '' || path.split('/').every((name) => !['', '.', '..'].includes(name) && !/[\0\\]/.test(name));
    fc.assert(
      fc.property(text, (path) => {
        if (isPlain(path)) checkDiskPath(path);
        else expect(() => checkDiskPath(path)).toThrow('relative and plain');
      }),
      { seed: 12, numRuns: 5000 },
    );
  });

  it('have their place in folders of marked names, from which they follow', () => {
    expect(placeOf('config')).toEqual({ folder: 'objects', name: 'config' });
    expect(placeOf('a/b/c')).toEqual({ folder: 'objects/a+/b+', name: 'c' });
    fc.assert(
      fc.property(text.filter(isKey), (key) => {
        const { folder, name } = placeOf(key);
        const parts = folder.split('/').slice(1).map(keyPartOf);
        expect([...parts, name].join('')).toBe(key);
      }),
      { seed: 13, numRuns: 2000 },
    );
  });
});
