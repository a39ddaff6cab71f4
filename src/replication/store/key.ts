/**
 * What names an object. One grammar for all stores, so that a key that one accepts means the same in each: no key needs escaping in a file system or a URL, none
 * leads out of a folder, and ascending code units are ascending bytes. A key may continue another one ('a' and 'a/b' are two objects).
 */
import { UsageError, assert } from '../../base/errors.js';
import { areComponents, slash } from './components.js';

/** Longest key: the shortest name limit of usual file systems, so that even a store that keeps keys in one name could. */
export const keyBytesMax = 255;

export function isKey(text: string): boolean {
  return text.length <= keyBytesMax && areComponents(text, isKeyCharacter);
}

/** a-z 0-9 . _ - */
function isKeyCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x2d && code <= 0x39 && code !== slash) || code === 0x5f;
}

/** Throws UsageError. */
export function checkKey(key: string): void {
  if (isKey(key)) return;
  throw new UsageError(`${JSON.stringify(key.slice(0, 300))} cannot name an object`, {
    hint: `use 1 to ${keyBytesMax} of a-z 0-9 . _ - in components separated by '/', none of them '.' or '..'`,
  });
}

/** A prefix is what some key begins with. Throws UsageError. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '' && !isKey(prefix)) checkKey(`${prefix}a`);
}

/** A part of an object, in bytes. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** Throws BugError: ranges are computed, never typed. */
export function checkRange({ offset, length }: Range): void {
  assert(
    Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length >= 0,
    `a range of an object has whole, non-negative bounds, not ${offset} and ${length}`,
  );
}
