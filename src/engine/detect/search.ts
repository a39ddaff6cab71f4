/**
 * Detection by signature: each target region is searched for base blocks at every offset. A region is searched from its first byte, and
 * a match may reach over its end; `Joiner` puts regions together in order and clips what a match before the border already covers.
 */
import { present } from '../../base/errors.js';
import type { Window } from '../../kernels/arena.js';
import { hashLeaves, readTarget, type ScanContext } from '../fingerprint/scan.js';
import type { Part, Region } from '../snapshot/layout.js';
import type { SnapshotShape } from '../snapshot/snapshot.js';
import { sameDigest } from './digest-index.js';
import { ExtentList, extentKind, type ExtentColumns } from './extents.js';
import { strongBytes, type Signature } from './signature.js';

export interface SearchContext extends ScanContext {
  readonly base: SnapshotShape;
  readonly pairs: Int32Array;
  readonly signature: Signature;
  readonly table: SearchTable;
}

/** The signature in linear memory, indexed for the search kernel. One per worker. */
export interface SearchTable {
  readonly sums: Window;
  readonly digests: Window;
  readonly heads: Window;
  readonly next: Window;
  readonly tableBits: number;
}

/** Matches of one region in ascending order: target address, base address, length. */
export interface RegionMatches {
  readonly region: Region;
  readonly targetAddresses: Float64Array;
  readonly baseAddresses: Float64Array;
  readonly lengths: Float64Array;
  readonly leafDigests: Uint8Array;
}

export function loadSearchTable(context: Omit<SearchContext, 'table'>): SearchTable {
  const { signature, workspace, meter } = context;
  const { arena } = workspace;
  const count = signature.sums.length;
  const tableBits = Math.min(22, Math.max(8, 33 - Math.clz32(Math.max(1, count))));
  const table = {
    sums: arena.reserve(Math.max(4, count * 4)),
    digests: arena.reserve(Math.max(16, count * strongBytes)),
    heads: arena.reserve(4 << tableBits),
    next: arena.reserve(Math.max(4, count * 4)),
    tableBits,
  };
  table.sums.u32(count).set(signature.sums);
  table.digests.u8(0, count * strongBytes).set(signature.digests);
  const { functions } = workspace.kernels;
  meter.time('detect', () =>
    functions.rollingIndex(table.sums.pointer, count, table.heads.pointer, tableBits, table.next.pointer),
  );
  return table;
}

export function searchRegion(context: SearchContext, region: Region): RegionMatches {
  const { layout, signature } = context;
  const parts = [...layout.parts(region.address, region.length)];
  const last = present(parts[parts.length - 1], 'a region has parts');
  const reach = Math.min(signature.blockBytes - 1, layout.endOf(last.entry) - (last.address + last.length));
  readTarget(context, region.address, region.length + reach);
  const leafDigests = hashLeaves(context, 'target', region);
  const targetAddresses: number[] = [];
  const baseAddresses: number[] = [];
  const lengths: number[] = [];
  const add = (target: number, base: number, length: number): void => {
    targetAddresses.push(target);
    baseAddresses.push(base);
    lengths.push(length);
  };
  for (const part of parts) {
    const extra = part === last ? reach : 0;
    searchPart(context, region, part, extra, add);
    matchTail(context, region, part, add);
  }
  context.meter.count('bytesSearched', region.length);
  return {
    region,
    targetAddresses: Float64Array.from(targetAddresses),
    baseAddresses: Float64Array.from(baseAddresses),
    lengths: Float64Array.from(lengths),
    leafDigests,
  };
}

type AddMatch = (target: number, base: number, length: number) => void;

function searchPart(context: SearchContext, region: Region, part: Part, extra: number, add: AddMatch): void {
  const { workspace, signature, table, meter } = context;
  const length = part.length + extra;
  if (length < signature.blockBytes || signature.sums.length === 0) return;
  const data = workspace.window('target').pointer + (part.address - region.address);
  const pairs = workspace.window('pairs');
  const probes = workspace.window('counts');
  const { functions } = workspace.kernels;
  const count = meter.time('detect', () =>
    functions.rollingSearch(
      data,
      length,
      part.length,
      signature.blockBytes,
      table.sums.pointer,
      table.digests.pointer,
      signature.sums.length,
      table.heads.pointer,
      table.tableBits,
      table.next.pointer,
      pairs.pointer,
      probes.pointer,
    ),
  );
  meter.count('probes', present(probes.u32(1)[0], 'probe count'));
  const found = pairs.u32(count * 2);
  for (let i = 0; i < count; i++) {
    const block = present(found[i * 2 + 1], 'block');
    add(
      part.address + present(found[i * 2], 'offset'),
      present(signature.addresses[block], 'address'),
      signature.blockBytes,
    );
  }
}

/** Recognises the opposite entry's tail at the end of this entry. */
function matchTail(context: SearchContext, region: Region, part: Part, add: AddMatch): void {
  const { base, pairs, signature, workspace, layout } = context;
  const pair = present(pairs[part.entry], 'pair');
  const end = part.address + part.length;
  if (pair < 0 || end !== layout.endOf(part.entry)) return;
  const baseEnd = base.layout.endOf(pair);
  const tail = (baseEnd - base.layout.startOf(pair)) % signature.blockBytes;
  if (tail === 0 || tail > part.length) return;
  const cuts = workspace.loadCuts(Uint32Array.of(tail));
  const out = workspace.window('digests');
  const data = workspace.window('target').pointer + (end - tail - region.address);
  workspace.kernels.functions.xxh3(data, cuts.pointer, 1, out.pointer);
  context.meter.count('probes', 1);
  if (sameDigest(out.u8(0, strongBytes), 0, signature.tails, pair * strongBytes, strongBytes)) {
    add(end - tail, baseEnd - tail, tail);
  }
}

/** Puts the matches of successive regions together into extents. */
export class Joiner {
  readonly #extents = new ExtentList();
  readonly #target: SnapshotShape;
  readonly #base: SnapshotShape;
  readonly #pairs: Int32Array;
  #at = 0;
  /** Base address opposite target address #at, by the last match or the opposite entry; -1 when unknown. */
  #opposite = -1;
  /** Base address minus target address of the present entry's opposite; undefined where it has none. */
  #inPlace: number | undefined;
  #entryEnd = 0;

  constructor(target: SnapshotShape, base: SnapshotShape, pairs: Int32Array) {
    this.#target = target;
    this.#base = base;
    this.#pairs = pairs;
  }

  /** Takes the next region, in order. */
  accept(matches: RegionMatches): void {
    for (let i = 0; i < matches.lengths.length; i++) {
      const start = present(matches.targetAddresses[i], 'match');
      const length = present(matches.lengths[i], 'match');
      const baseAddress = present(matches.baseAddresses[i], 'match');
      const end = start + length;
      if (end <= this.#at) continue;
      this.#fill(start, baseAddress - start);
      const clipped = Math.max(0, this.#at - start);
      this.#extents.push(extentKind.copy, length - clipped, baseAddress + clipped);
      this.#enterEntries(end - 1);
      this.#at = end;
      this.#opposite = baseAddress + length;
    }
    this.#fill(matches.region.address + matches.region.length, undefined);
  }

  finish(): ExtentColumns {
    return this.#extents.finish();
  }

  /**
   * Data up to `end`, entry by entry. What lies opposite follows from the match before; but where that one wandered off (repeated content
   * matches its first copy) and the match after it lies in place again, from that one.
   */
  #fill(end: number, nextDisplacement: number | undefined): void {
    const { layout } = this.#base;
    while (this.#at < end) {
      this.#enterEntries(this.#at);
      const stop = Math.min(end, this.#entryEnd);
      const home = this.#inPlace;
      const opposite = home !== undefined && nextDisplacement === home ? this.#at + home : this.#opposite;
      this.#extents.push(extentKind.data, stop - this.#at, opposite < layout.totalBytes ? opposite : -1);
      if (this.#opposite >= 0) this.#opposite += stop - this.#at;
      this.#at = stop;
    }
  }

  /** At an entry's first byte the opposite entry's start is opposite. */
  #enterEntries(address: number): void {
    if (address < this.#entryEnd || address >= this.#target.layout.totalBytes) return;
    const entry = this.#target.layout.entryAt(address);
    this.#entryEnd = this.#target.layout.endOf(entry);
    const pair = present(this.#pairs[entry], 'pair');
    this.#inPlace =
      pair < 0 ? undefined : this.#base.layout.startOf(pair) - this.#target.layout.startOf(entry);
    this.#opposite = this.#inPlace === undefined ? -1 : address + this.#inPlace;
  }
}
