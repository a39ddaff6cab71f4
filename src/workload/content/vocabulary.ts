/**
 * Words and their writer. A vocabulary is a flat table of made-up words with English letter frequencies; rank decides frequency.
 *
 * Text built from a few thousand words with skewed frequencies compresses as prose does (deflate leaves 40 %), which text of uniform
 * letters would not.
 */
import { Draws } from './draws.js';

export interface Vocabulary {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Start of each word; one more element holds the end. */
  readonly starts: Uint32Array;
}

/** English letters, each as often in this string as in a hundred letters of prose. */
const letters =
  'eeeeeeeeeeeetttttttttaaaaaaaaooooooooiiiiiiinnnnnnnsssssshhhhhhrrrrrrddddllllcccuuummmwwffggyyppbbvkjxqz';

/** `count` words of `low` to `high` letters. The same arguments give the same words. */
function vocabulary(seed: number, count: number, low: number, high: number): Vocabulary {
  const draws = new Draws(seed, count, high);
  const bytes = new Uint8Array(count * high);
  const starts = new Uint32Array(count + 1);
  let at = 0;
  for (let word = 0; word < count; word++) {
    for (let left = draws.between(low, high); left > 0; left--) {
      bytes[at++] = letters.charCodeAt(draws.below(letters.length));
    }
    starts[word + 1] = at;
  }
  return { count, bytes, starts };
}

/** Writes ASCII text at `at`, cut off at `end`; returns the offset behind it. */
export function writeAscii(into: Uint8Array, at: number, end: number, text: string): number {
  const length = Math.min(text.length, end - at);
  for (let i = 0; i < length; i++) into[at + i] = text.charCodeAt(i);
  return at + length;
}

/** Writes one word of the vocabulary at `at`, cut off at `end`; returns the offset behind it. */
export function writeWord(
  words: Vocabulary,
  word: number,
  into: Uint8Array,
  at: number,
  end: number,
): number {
  const from = words.starts[word] ?? 0;
  const length = Math.min((words.starts[word + 1] ?? from) - from, end - at);
  for (let i = 0; i < length; i++) into[at + i] = words.bytes[from + i] ?? 0;
  return at + length;
}

/** Fills [at, end) with words and single spaces: a note, a field of free text. */
export function writeWords(words: Vocabulary, draws: Draws, into: Uint8Array, at: number, end: number): void {
  let cursor = at;
  while (cursor < end) {
    cursor = writeWord(words, draws.skewed(words.count), into, cursor, end);
    if (cursor < end) into[cursor++] = 0x20;
  }
}

/** The words of every workload: what differs between seeds is which of them are drawn, as it is with languages. */
export const commonWords = vocabulary(1, 4096, 2, 10);
