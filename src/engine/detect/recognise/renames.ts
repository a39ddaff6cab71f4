/**
 * Renamed and edited files of trees: which file that is gone did a new file come from? pairEntries() knows names and sizes, and loses a file of which both
 * changed. Here contents are asked: the first 16 KiB of each such file are reduced to a sketch, and the files whose sketches share most are a pair.
 *
 * A sketch is the 32 smallest of the values that a gear hash takes over 32 bytes, at places that the bytes choose themselves: so
 * inserts and deletes in front do not disturb it, and the share of common values estimates the share of common text (A. Broder, "On the
 * resemblance and containment of documents", 1997). Deterministic; nothing is believed: a wrong pair costs bytes.
 */
import { mix } from '../../../base/prng.js';
import { present } from '../../../base/errors.js';
import type { LookedInto } from './looked-into.js';

const sampleBytes = 16 * 1024;
const sketchValues = 32;
/** One place in 16 is looked at: a file of 512 bytes has a full sketch. */
const chosenMask = 15;
/** Values that two sketches must share: chance gives none, a common licence text in front of each file some. */
const sharedMin = 8;
/** Bounds the reads of a side to 64 MiB. */
const filesMax = 4096;
/** Values that more files than this have say nothing about one of them. */
const holdersMax = 8;

/** `pairs` with the pairs that contents suggest in place of those by name and size. Files of the same path stay paired. */
export function pairByContent(base: LookedInto, target: LookedInto, pairs: Int32Array): Int32Array {
  const gone = filesMissingIn(base, target);
  const fresh = filesMissingIn(target, base);
  if (gone.length === 0 || fresh.length === 0) return pairs;
  const holders = new Map<number, number[]>();
  for (const entry of gone) {
    for (const value of sketchOf(base, entry)) {
      const list = holders.get(value);
      if (list === undefined) holders.set(value, [entry]);
      else if (list.length <= holdersMax) list.push(entry);
    }
  }
  const votes = fresh.flatMap((entry) => votesOf(entry, sketchOf(target, entry), holders));
  votes.sort((a, b) => b.shared - a.shared || a.entry - b.entry || a.from - b.from);
  return merged(pairs, votes);
}

interface Vote {
  readonly entry: number;
  readonly from: number;
  readonly shared: number;
}

/** Files with bytes whose path the other side does not have as a file. */
function filesMissingIn(side: LookedInto, other: LookedInto): number[] {
  const paths = new Set(other.shape.entries.filter(({ kind }) => kind === 'file').map(({ path }) => path));
  const missing: number[] = [];
  side.shape.entries.forEach(({ kind, path, sizeBytes }, index) => {
    if (kind === 'file' && sizeBytes > 0 && !paths.has(path) && missing.length < filesMax)
      missing.push(index);
  });
  return missing;
}

function votesOf(
  entry: number,
  sketch: Uint32Array,
  holders: ReadonlyMap<number, readonly number[]>,
): Vote[] {
  const counts = new Map<number, number>();
  for (const value of sketch) {
    const list = holders.get(value) ?? [];
    if (list.length > holdersMax) continue;
    for (const from of list) counts.set(from, (counts.get(from) ?? 0) + 1);
  }
  return [...counts].flatMap(([from, shared]) => (shared >= sharedMin ? [{ entry, from, shared }] : []));
}

/** The strongest votes first, each file once; then what names and sizes gave, where both files are still free. */
function merged(pairs: Int32Array, votes: readonly Vote[]): Int32Array {
  const voted = new Map<number, number>();
  const taken = new Set<number>();
  for (const { entry, from } of votes) {
    if (voted.has(entry) || taken.has(from)) continue;
    voted.set(entry, from);
    taken.add(from);
  }
  return pairs.map((pair, entry) => voted.get(entry) ?? (taken.has(pair) ? -1 : pair));
}

const gear = Uint32Array.from({ length: 256 }, (_, byte) => mix(byte + 1));

function sketchOf({ shape, reader }: LookedInto, entry: number): Uint32Array {
  const start = shape.layout.startOf(entry);
  const bytes = new Uint8Array(Math.min(sampleBytes, shape.layout.endOf(entry) - start));
  reader.read(start, bytes);
  const values = new Set<number>();
  let hash = 0;
  for (let i = 0; i < bytes.length; i++) {
    // Each step shifts the oldest of 32 bytes out.
    hash = ((hash << 1) + present(gear[present(bytes[i], 'byte')], 'gear')) | 0;
    if (i >= 31 && ((hash >>> 28) & chosenMask) === 0) values.add(mix(hash) >>> 0);
  }
  return Uint32Array.from(values).sort().slice(0, sketchValues);
}
