/**
 * Where a sample of the target lies in the base: near a place that is likely, by anchors of the base bytes around it (assembly/anchor-search.ts, with a
 * table of these bytes alone), and anywhere, by votes of the sample's anchors in an index of the whole base.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { anchorRecordWords, type AnchorSlots } from './anchor-slots.js';
import type { AnchorChoice } from './base-index.js';

export interface LocateContext {
  readonly workspace: Workspace;
  readonly baseReader: ContentReader;
  readonly meter: Meter;
}

/** A run of target bytes that the base has: addresses of both sides. */
export interface Match {
  readonly address: number;
  readonly length: number;
  readonly baseAddress: number;
}

/** Part of the target's window: where it lies there, and at which address. */
export interface Sample {
  readonly offset: number;
  readonly address: number;
  readonly length: number;
}

/** A range of base addresses. */
export interface BaseRange {
  readonly start: number;
  readonly end: number;
}

/** Dense, since windows are small: anchors of random bytes every 64. */
const spacingBits = 6;
/** Below this the kernel does not report; what is short is left to the sub-block delta. */
const matchBytesMin = 64;
/** Votes within so many bytes of each other are for one place. */
const clusterBytes = 4096;
const clustersMax = 3;

/** Verified matches of a sample in a range of the base, in order; `diagonal` (base minus target address) is tried first. */
export function matchesNear(
  { workspace, baseReader, meter }: LocateContext,
  sample: Sample,
  range: BaseRange,
  diagonal: number,
): Match[] {
  const length = range.end - range.start;
  const base = workspace.window('differences');
  meter.time('read', () => baseReader.read(range.start, base.u8(0, length)));
  meter.count('bytesRead', length);
  meter.count('bytesSearched', sample.length);
  const triples = workspace.window('pairs');
  const count = meter.time('detect', () => {
    const table = workspace.window('table');
    const records = workspace.window('records');
    const tableBits = Math.max(8, 33 - Math.clz32(length >>> spacingBits));
    table.u8(0, 9 * 2 ** tableBits).fill(0xff);
    const { functions } = workspace.kernels;
    const capacity = Math.min(records.length / 12, (length >>> spacingBits) * 4 + 64);
    const anchors = functions.anchorCollect(
      base.pointer,
      length,
      length,
      spacingBits,
      0,
      records.pointer,
      capacity,
    );
    functions.anchorInsert(records.pointer, anchors, 0, 0, table.pointer, tableBits);
    return functions.anchorSearch(
      base.pointer,
      length,
      0,
      0,
      workspace.window('target').pointer + sample.offset,
      sample.length,
      sample.address + diagonal - range.start,
      spacingBits,
      0,
      table.pointer,
      tableBits,
      matchBytesMin,
      triples.pointer,
      Math.floor(sample.length / matchBytesMin),
      workspace.window('counts').pointer,
    );
  });
  const words = triples.u32(count * 3);
  return Array.from({ length: count }, (_, i) => ({
    address: sample.address + present(words[i * 3], 'match'),
    length: present(words[i * 3 + 1], 'match'),
    baseAddress: range.start + present(words[i * 3 + 2], 'match'),
  }));
}

/** What a sample's anchors say. */
export interface Votes {
  /** Anchors of the sample that the base has. */
  readonly found: number;
  /** How many of them lie on one diagonal, without those that the sample has several times: a phrase that it repeats is common everywhere. */
  readonly most: number;
  readonly diagonals: readonly number[];
}

/** Diagonals on which most of a sample's anchors lie in the base, the most voted first. Unverified. */
export function votedDiagonals(
  { workspace, meter }: LocateContext,
  sample: Sample,
  slots: AnchorSlots,
  choice: AnchorChoice,
): Votes {
  return meter.time('detect', () => {
    const records = workspace.window('records');
    const { functions } = workspace.kernels;
    const count = functions.anchorCollect(
      workspace.window('target').pointer + sample.offset,
      sample.length,
      sample.length,
      choice.spacingBits,
      choice.sampleBits,
      records.pointer,
      (sample.length >>> choice.spacingBits) * 4 + 16,
    );
    const words = records.u32(count * anchorRecordWords);
    const addresses = new Float64Array(count);
    slots.find(words, count, addresses);
    const diagonals: number[] = [];
    const places = new Map<number, number | undefined>();
    for (let i = 0; i < count; i++) {
      const address = addresses[i] ?? -1;
      if (address < 0) continue;
      const diagonal = address - sample.address - (words[i * anchorRecordWords] ?? 0);
      diagonals.push(diagonal);
      places.set(address, places.has(address) ? undefined : diagonal);
    }
    meter.count('probes', count);
    const single = [...places.values()].filter((diagonal) => diagonal !== undefined);
    return {
      found: diagonals.length,
      most: clusters(single)[0]?.votes ?? 0,
      diagonals: clusters(diagonals)
        .slice(0, clustersMax)
        .map(({ diagonal }) => diagonal),
    };
  });
}

/** The fullest clusters of numbers and their middles, the fullest first; of equals the lowest. */
function clusters(numbers: number[]): { readonly votes: number; readonly diagonal: number }[] {
  const ascending = numbers.sort((a, b) => a - b);
  const found: { votes: number; diagonal: number }[] = [];
  for (let first = 0; first < ascending.length;) {
    const start = present(ascending[first], 'vote');
    let end = first + 1;
    while (end < ascending.length && present(ascending[end], 'vote') - start <= clusterBytes) end++;
    found.push({ votes: end - first, diagonal: present(ascending[(first + end) >>> 1], 'vote') });
    first = end;
  }
  return found.sort((a, b) => b.votes - a.votes || a.diagonal - b.diagonal);
}
