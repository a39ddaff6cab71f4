/**
 * Fields that several messages have: numbers, text, dots, versions, runs. Each value has one spelling, so that what is read and written again gives
 * the same bytes. Readers throw DataError (`malformed`) or ProtocolError (`limit`); writers assert, since a message that breaks a rule is our bug.
 */
import type { ByteReader, ByteWriter } from '../../base/codec.js';
import { BugError, DataError, assert } from '../../base/errors.js';
import { addressMax, nameBytesMax } from '../../base/limits.js';
import { utf8Length } from '../../base/utf8.js';
import { decodeCbor, encodeCbor } from '../../engine/package/cbor.js';
import { nameProblem } from '../../engine/package/fields.js';
import { readVersion as versionOf, versionItem } from '../versions/codec.js';
import type { Dot, Version } from '../versions/version.js';
import { blocksMax, runsMax, versionBytesMax } from './limits.js';
import { ProtocolError } from './violation.js';

export type Run = readonly [number, number];

/** An integer in [least, most]: above is a matter of limits, below of form. */
export function readNumber(from: ByteReader, field: string, most: number, least = 0): number {
  const value = from.varint(field);
  if (value < least) throw new DataError(`${field} is ${value}, less than ${least}`);
  if (value > most) throw new ProtocolError('limit', `${field} is ${value}, more than ${most}`);
  return value;
}

export function writeNumber(to: ByteWriter, field: string, value: number, most: number, least = 0): void {
  if (!(value >= least && value <= most))
    throw new BugError(`invariant broken: ${field} is ${value}, in ${least} to ${most}`);
  to.varint(value);
}

/** Length in bytes, then UTF-8 without control characters. */
export function readText(from: ByteReader, field: string, most = nameBytesMax, least = 0): string {
  const length = readNumber(from, `${field}: length`, most, least);
  let text: string;
  try {
    text = from.text(length, field);
  } catch (error) {
    throw error instanceof DataError ? error : new DataError(`${field} is not UTF-8`);
  }
  const problem = nameProblem(text);
  if (problem !== undefined) throw new DataError(`${field} ${problem}`);
  return text;
}

export function writeText(to: ByteWriter, field: string, text: string, most = nameBytesMax, least = 0): void {
  const length = utf8Length(text);
  if (length < least || length > most || nameProblem(text) !== undefined)
    throw new BugError(
      `invariant broken: ${field} is text of ${least} to ${most} bytes without control characters`,
    );
  to.text(text);
}

/** Count, then texts of at least one byte, none twice. */
export function readTexts(from: ByteReader, field: string, countMax: number): readonly string[] {
  const texts: string[] = [];
  for (let left = readNumber(from, `${field}: count`, countMax); left > 0; left--) {
    texts.push(readText(from, field, nameBytesMax, 1));
  }
  if (new Set(texts).size < texts.length) throw new DataError(`${field} names something twice`);
  return texts;
}

export function writeTexts(to: ByteWriter, field: string, texts: readonly string[], countMax: number): void {
  assert(new Set(texts).size === texts.length, `${field} names nothing twice`);
  writeNumber(to, `${field}: count`, texts.length, countMax);
  for (const text of texts) writeText(to, field, text, nameBytesMax, 1);
}

/** Position in a closed list of words. */
export function readWord<const Word extends string>(
  from: ByteReader,
  field: string,
  words: readonly Word[],
): Word {
  const code = from.u8(field);
  const word = words[code];
  if (word === undefined) throw new DataError(`${field} is ${code}, less than ${words.length} are known`);
  return word;
}

export function writeWord<const Word extends string>(
  to: ByteWriter,
  field: string,
  word: Word,
  words: readonly Word[],
): void {
  const code = words.indexOf(word);
  if (code < 0) throw new BugError(`invariant broken: ${field} is one of ${words.join(', ')}`);
  to.u8(code);
}

/** Writer, counter. */
export function readDot(from: ByteReader, field: string): Dot {
  const writer = readText(from, `${field}: writer`, nameBytesMax, 1);
  return { writer, counter: readNumber(from, `${field}: counter`, addressMax, 1) };
}

export function writeDot(to: ByteWriter, field: string, dot: Dot): void {
  writeText(to, `${field}: writer`, dot.writer, nameBytesMax, 1);
  writeNumber(to, `${field}: counter`, dot.counter, addressMax, 1);
}

/** A dot, or a zero byte in the place of its writer's length. */
export function readDotOrNone(from: ByteReader, field: string): Dot | null {
  const writer = readText(from, `${field}: writer`);
  return writer === '' ? null : { writer, counter: readNumber(from, `${field}: counter`, addressMax, 1) };
}

export function writeDotOrNone(to: ByteWriter, field: string, dot: Dot | null): void {
  if (dot === null) to.u8(0);
  else writeDot(to, field, dot);
}

/** Length, then the version's CBOR item (versions/codec.ts). */
export function readVersion(from: ByteReader, field: string): Version {
  const bytes = from.bytes(readNumber(from, `${field}: length`, versionBytesMax), field);
  return versionOf(decodeCbor(bytes, field), field);
}

export function writeVersion(to: ByteWriter, field: string, version: Version): void {
  const bytes = encodeCbor(versionItem(version));
  writeNumber(to, `${field}: length`, bytes.length, versionBytesMax);
  to.bytes(bytes);
}

/** Count, then pairs [skipped, needed]: numbers of blocks. At least one is needed in each, and only the first may skip none. */
export function readSkips(from: ByteReader, field: string): readonly Run[] {
  const runs: Run[] = [];
  for (let left = readNumber(from, `${field}: count`, runsMax); left > 0; left--) {
    const skipped = readNumber(from, field, blocksMax, runs.length === 0 ? 0 : 1);
    runs.push([skipped, readNumber(from, field, blocksMax, 1)]);
  }
  return runs;
}

export function writeSkips(to: ByteWriter, field: string, runs: readonly Run[]): void {
  writeNumber(to, `${field}: count`, runs.length, runsMax);
  for (const [i, [skipped, needed]] of runs.entries()) {
    writeNumber(to, field, skipped, blocksMax, i === 0 ? 0 : 1);
    writeNumber(to, field, needed, blocksMax, 1);
  }
}

/** Count, then runs of positions [first, count] in any order: the signed distance from where the run before ended, and the count. */
export function readPositions(from: ByteReader, field: string): readonly Run[] {
  const runs: Run[] = [];
  let end = 0;
  for (let left = readNumber(from, `${field}: count`, runsMax); left > 0; left--) {
    const first = end + from.signedVarint(field);
    const count = readNumber(from, field, blocksMax, 1);
    end = first + count;
    if (first < 0 || end > blocksMax) throw new ProtocolError('limit', `${field} names block ${first}`);
    runs.push([first, count]);
  }
  return runs;
}

export function writePositions(to: ByteWriter, field: string, runs: readonly Run[]): void {
  writeNumber(to, `${field}: count`, runs.length, runsMax);
  let end = 0;
  for (const [first, count] of runs) {
    assert(first >= 0 && first + count <= blocksMax, `${field} names blocks of a manifest`);
    to.signedVarint(first - end);
    writeNumber(to, field, count, blocksMax, 1);
    end = first + count;
  }
}

/** u8 length, then the bytes that the hex digits stand for. */
export function readHex(from: ByteReader, field: string): string {
  return Buffer.from(from.bytes(from.u8(`${field}: length`), field)).toString('hex');
}

export function writeHex(to: ByteWriter, field: string, hex: string): void {
  assert(/^([0-9a-f]{2}){0,255}$/.test(hex), `${field} is an even number of small hex digits`);
  to.u8(hex.length / 2).bytes(Buffer.from(hex, 'hex'));
}
