import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRivals } from '../../src/kernels/rivals.js';
import { applyEdits, concat, content, edits } from '../support/pairs.js';
import { triplesOf, type Triple } from './anchors.js';
import { GuardedMemory, noise, propertySeed } from './guarded.js';

const rivals = createRivals();
const windowBytes = 64;
/** Large enough that no two windows of these tests share a slot, unless they are equal. */
const tableBits = 20;

function search(base: Uint8Array, target: Uint8Array, stepBytes: number, misalignment = 0): Triple[] {
  const memory = new GuardedMemory(rivals);
  const table = memory.reserve(4 << tableBits);
  const out = memory.reserve(Math.floor(target.length / windowBytes) * 12);
  const basePointer = memory.put(base, misalignment);
  rivals.functions.rollingGearIndex(basePointer, base.length, stepBytes, table, tableBits);
  const count = rivals.functions.rollingGearSearch(
    basePointer,
    base.length,
    memory.put(target, misalignment * 3),
    target.length,
    stepBytes,
    table,
    tableBits,
    out,
  );
  memory.expectIntact();
  return triplesOf(memory.words(out, count * 3));
}

/** The same by comparing bytes at every position. */
function plainSearch(base: Uint8Array, target: Uint8Array, stepBytes: number): Triple[] {
  const keyOf = (bytes: Uint8Array, at: number): string =>
    Buffer.from(bytes.subarray(at, at + windowBytes)).toString('latin1');
  const windows = new Map<string, number>();
  for (let at = 0; at + windowBytes <= base.length; at += stepBytes) {
    const key = keyOf(base, at);
    if (!windows.has(key)) windows.set(key, at);
  }
  const found: Triple[] = [];
  let floor = 0;
  for (let at = 0; at + windowBytes <= target.length;) {
    const from = windows.get(keyOf(target, at));
    if (from === undefined) {
      at++;
      continue;
    }
    let [start, end] = [at, at + windowBytes];
    const diagonal = from - at;
    while (start > floor && start + diagonal > 0 && target[start - 1] === base[start - 1 + diagonal]) start--;
    while (end < target.length && end + diagonal < base.length && target[end] === base[end + diagonal]) end++;
    found.push([start, end - start, start + diagonal]);
    floor = end;
    at = end;
  }
  return found;
}

it('finds moved data at any offset', () => {
  const base = noise(20_000, 1);
  const target = concat(noise(333, 2), base.subarray(9000, 9700), noise(50, 3), base.subarray(100, 400));
  expect(search(base, target, 128, 7)).toEqual([
    [333, 700, 9000],
    [1083, 300, 100],
  ]);
  for (const length of [0, 1, 63]) expect(search(base, base.subarray(0, length), 64)).toEqual([]);
  expect(search(base.subarray(0, 63), base, 64)).toEqual([]);
});

it('finds what comparing bytes finds', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(40_000),
      edits,
      fc.constantFrom(1, 64, 100, 256),
      (seed, length, list, stepBytes) => {
        const base = content(seed, length);
        const target = applyEdits(base, list);
        expect(search(base, target, stepBytes, seed % 16)).toEqual(plainSearch(base, target, stepBytes));
      },
    ),
    { seed: propertySeed, numRuns: 60 },
  );
});
