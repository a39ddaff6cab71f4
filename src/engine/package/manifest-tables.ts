/**
 * The tables of a manifest as byte strings: content digests of files, block lengths, origins and their runs
 * (docs/formats/manifest-v1.md). Reading checks each table against the entries and against the number of digests
 * that are really there, before anything is allocated for it.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, present } from '../../base/errors.js';
import { cutRuleCount, cutRuns, pieceCount } from '../chunk/mixed.js';
import { longestBlockBytes, shortestBlockBytes, type Cutting } from '../chunk/spec.js';
import type { OriginRun } from '../fingerprint/manifest.js';
import { shown } from '../snapshot/entry-rules.js';
import type { Layout } from '../snapshot/layout.js';
import type { SnapshotShape } from '../snapshot/snapshot.js';
import type { CborValue } from './cbor.js';

const what = 'the manifest';

/** The digests of file entries alone, end to end. */
export function fileDigests(shape: SnapshotShape, digests: Uint8Array, width: number): Uint8Array {
  const out = new ByteWriter(digests.length);
  shape.entries.forEach((entry, index) => {
    if (entry.kind === 'file') out.bytes(digests.subarray(index * width, (index + 1) * width));
  });
  return out.finish();
}

/** Back to one digest for each entry, zeros for those without bytes. */
export function spreadDigests(shape: SnapshotShape, packed: Uint8Array, width: number): Uint8Array {
  const files = shape.entries.filter((entry) => entry.kind === 'file').length;
  if (packed.length !== files * width) {
    throw new DataError(`${what}: entryDigests has ${packed.length} bytes instead of ${files * width}`);
  }
  const digests = new Uint8Array(shape.entries.length * width);
  let at = 0;
  shape.entries.forEach((entry, index) => {
    if (entry.kind !== 'file') return;
    digests.set(packed.subarray(at, at + width), index * width);
    at += width;
  });
  return digests;
}

/** Lengths of the blocks that content-defined chunkers cut; those of fixed blocks go without saying. */
export function blockLengths(layout: Layout, cutting: Cutting, ends: Float64Array): Uint8Array {
  const out = new ByteWriter(ends.length * 3);
  let block = 0;
  for (const { part, chunker } of cutRuns(layout, cutting)) {
    const runEnd = part.address + part.length;
    for (let at = part.address; at < runEnd; block++) {
      const end = present(ends[block], 'block end');
      if (chunker.name !== 'fixed') out.varint(end - at);
      at = end;
    }
  }
  return out.finish();
}

/** Throws DataError unless each piece has a rule. */
export function checkRules({ layout }: SnapshotShape, rules: Uint8Array): void {
  const pieces = pieceCount(layout);
  if (rules.length !== pieces) {
    throw new DataError(`${what}: chunker has ${rules.length} rules for ${pieces} pieces`);
  }
  const unknown = rules.find((rule) => rule >= cutRuleCount);
  if (unknown !== undefined) throw new DataError(`${what}: chunker has the unknown rule ${unknown}`);
}

/** End address of each block. `count` is that of the digests; nothing is allocated for more blocks than have one. */
export function readEnds(
  { entries, layout }: SnapshotShape,
  cutting: Cutting,
  lengths: Uint8Array,
  count: number,
): Float64Array {
  if (!Number.isInteger(count)) throw new DataError(`${what}: blockDigests is not a whole number of digests`);
  if (cutting.name === 'fixed' && lengths.length > 0)
    throw new DataError(`${what}: blockLengths of fixed blocks`);
  const reader = new ByteReader(lengths);
  const ends = new Float64Array(count);
  let block = 0;
  for (const { part, chunker } of cutRuns(layout, cutting)) {
    const shortest = shortestBlockBytes(chunker);
    const longest = longestBlockBytes(chunker);
    const end = part.address + part.length;
    for (let at = part.address; at < end;) {
      const rest = end - at;
      const length =
        chunker.name === 'fixed' ? Math.min(chunker.blockBytes, rest) : reader.varint(`${what}: a block`);
      const isShort = length < shortest && length < rest;
      if (length === 0 || length > rest || isShort || length > longest) {
        const { path } = present(entries[part.entry], 'entry');
        throw new DataError(
          `${what}: the blocks of ${shown(path)} do not cover it, or have impossible sizes`,
        );
      }
      if (block === count) throw new DataError(`${what}: ${count} block digests for more blocks`);
      at += length;
      ends[block++] = at;
    }
  }
  reader.end(`${what}: blockLengths`);
  if (block !== count) throw new DataError(`${what}: ${count} block digests for ${block} blocks`);
  return ends;
}

export function readOrigins(values: readonly CborValue[], content: Uint8Array, width: number): Uint8Array[] {
  const seen = new Set<string>();
  const origins = values.map((value) => {
    if (!(value instanceof Uint8Array) || value.length !== width) {
      throw new DataError(`${what}: origins has an element that is no digest`);
    }
    seen.add(Buffer.from(value).toString('latin1'));
    return value;
  });
  const last = origins.at(-1);
  if (last === undefined || Buffer.compare(last, content) !== 0 || seen.size !== origins.length) {
    throw new DataError(`${what}: origins are not distinct snapshots that end with this one`);
  }
  return origins;
}

/** Pairs of varints. */
export function writeRuns(runs: readonly OriginRun[]): Uint8Array {
  const out = new ByteWriter(runs.length * 4 + 8);
  for (const { origin, blocks } of runs) out.varint(origin).varint(blocks);
  return out.finish();
}

export function readRuns(bytes: Uint8Array, originCount: number, blockCount: number): OriginRun[] {
  const reader = new ByteReader(bytes);
  const runs: OriginRun[] = [];
  let left = blockCount;
  while (reader.remaining > 0) {
    const origin = reader.varint(`${what}: originRuns`);
    const blocks = reader.varint(`${what}: originRuns`);
    const previous = runs.at(-1)?.origin;
    if (origin >= originCount || origin === previous || blocks === 0 || blocks > left) {
      throw new DataError(
        `${what}: originRuns has a run of ${blocks} blocks of origin ${origin} that cannot be`,
      );
    }
    left -= blocks;
    runs.push({ origin, blocks });
  }
  if (left !== 0) throw new DataError(`${what}: originRuns leaves ${left} blocks without an origin`);
  return runs;
}
