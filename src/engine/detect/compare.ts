/**
 * Detection by comparison: both snapshots at hand, each target region is compared in place with the same offsets of the opposite
 * base entry. Costs one read of each and one hash of the target; where the bytes agree, the base's leaf digests are the target's.
 */
import { present } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import type { Layout, Part, Region } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { hashCuts, hashLeaves, readTarget, type ScanContext } from '../fingerprint/scan.js';
import { ExtentList, extentKind, type ExtentColumns } from './extents.js';

export interface CompareContext extends ScanContext {
  readonly baseReader: ContentReader;
  readonly baseLayout: Layout;
  /** For each target entry the opposite base entry, or -1. */
  readonly pairs: Int32Array;
  readonly blockBytes: number;
}

/** Digests of base leaves that a region's comparison learned: `count` leaves from `first`. */
export interface KnownLeaves {
  readonly first: number;
  readonly count: number;
  readonly digests: Uint8Array;
}

export interface RegionComparison {
  readonly extents: ExtentColumns;
  readonly leafDigests: Uint8Array;
  readonly baseLeaves: readonly KnownLeaves[];
}

/** A part with the base bytes that lie opposite it. */
interface Opposite {
  readonly part: Part;
  /** Offset of the part in both windows. */
  readonly offset: number;
  readonly baseEntry: number;
  readonly baseAddress: number;
  /** Bytes that both have. */
  readonly shared: number;
}

export function compareRegion(context: CompareContext, region: Region): RegionComparison {
  readTarget(context, region.address, region.length);
  const opposites = [...context.layout.parts(region.address, region.length)].map((part) =>
    oppose(context, region, part),
  );
  readBase(context, opposites);
  const leafDigests = hashLeaves(context, 'target', region);
  const extents = new ExtentList();
  const baseLeaves: KnownLeaves[] = [];
  for (const opposite of opposites) {
    const equal = comparePart(context, opposite, extents);
    if (opposite.shared > 0) baseLeaves.push(learnBaseLeaves(context, region, opposite, equal, leafDigests));
  }
  return { extents: extents.finish(), leafDigests, baseLeaves };
}

function oppose(context: CompareContext, region: Region, part: Part): Opposite {
  const offset = part.address - region.address;
  const baseEntry = present(context.pairs[part.entry], 'pair');
  if (baseEntry < 0) return { part, offset, baseEntry, baseAddress: -1, shared: 0 };
  const within = part.address - context.layout.startOf(part.entry);
  const baseAddress = context.baseLayout.startOf(baseEntry) + within;
  const shared = Math.max(0, Math.min(part.length, context.baseLayout.endOf(baseEntry) - baseAddress));
  return { part, offset, baseEntry, baseAddress, shared };
}

/** Reads the opposite bytes to the same offsets of the base window; neighbours that lie end to end in both become one read. */
function readBase(context: CompareContext, opposites: readonly Opposite[]): void {
  const window = context.workspace.window('base');
  let from = { address: 0, offset: 0, length: 0 };
  const flush = (): void => {
    if (from.length === 0) return;
    const { address, offset, length } = from;
    context.meter.time('read', () => context.baseReader.read(address, window.u8(offset, length)));
    context.meter.count('bytesRead', length);
  };
  for (const { offset, baseAddress, shared } of opposites) {
    if (shared === 0) continue;
    if (baseAddress === from.address + from.length && offset === from.offset + from.length) {
      from.length += shared;
      continue;
    }
    flush();
    from = { address: baseAddress, offset, length: shared };
  }
  flush();
}

/** Pushes the part's extents; returns whether all shared bytes are equal. */
function comparePart(context: CompareContext, opposite: Opposite, extents: ExtentList): boolean {
  const { part, offset, baseAddress, shared } = opposite;
  const { workspace, meter, blockBytes } = context;
  let runCount = 1;
  if (shared > 0) {
    const runs = workspace.window('cuts');
    const target = workspace.window('target').pointer + offset;
    const base = workspace.window('base').pointer + offset;
    const { functions } = workspace.kernels;
    runCount = meter.time('detect', () =>
      functions.compareRuns(base, target, shared, blockBytes, runs.pointer),
    );
    meter.count('bytesCompared', shared);
    meter.count('blocksCompared', Math.ceil(shared / blockBytes));
    let at = 0;
    for (const [index, length] of runs.u32(runCount).slice().entries()) {
      if (index % 2 === 0) extents.push(extentKind.copy, length, baseAddress + at);
      else pushChanged(context, extents, offset + at, length, baseAddress + at);
      at += length;
    }
  }
  pushChanged(context, extents, offset + shared, part.length - shared, -1);
  return runCount === 1;
}

/** Pushes bytes that differ from the base: zeros as such, the rest as data. */
function pushChanged(
  context: CompareContext,
  extents: ExtentList,
  offset: number,
  length: number,
  hint: number,
): void {
  if (length === 0) return;
  const { workspace, meter, blockBytes } = context;
  const runs = workspace.window('cuts');
  const data = workspace.window('target').pointer + offset;
  const { functions } = workspace.kernels;
  const count = meter.time('detect', () => functions.zeroRuns(data, length, blockBytes, runs.pointer));
  let at = 0;
  for (const [index, run] of runs.u32(count).entries()) {
    if (index % 2 === 1) extents.push(extentKind.zero, run, 0);
    else extents.push(extentKind.data, run, hint < 0 ? -1 : hint + at);
    at += run;
  }
}

/**
 * Digests of the base leaves that lie wholly opposite this part: the target's where bytes and lengths agree, else hashed from the base
 * window. A part begins on a leaf border of its entry, so both leaf grids agree. Leaves that no part gives are hashed afterwards.
 */
function learnBaseLeaves(
  context: CompareContext,
  region: Region,
  opposite: Opposite,
  equal: boolean,
  leafDigests: Uint8Array,
): KnownLeaves {
  const { layout, baseLayout } = context;
  const { part, baseEntry, baseAddress, shared, offset } = opposite;
  const first = baseLayout.leafAt(baseAddress);
  const endsHere = baseAddress + shared === baseLayout.endOf(baseEntry);
  const count = endsHere ? Math.ceil(shared / leafBytes) : Math.floor(shared / leafBytes);
  // Only the last leaf can be of different length in base and target.
  const sameLengths = shared === part.length || count * leafBytes <= shared;
  const alike = equal ? (sameLengths ? count : count - 1) : 0;
  const width = context.fingerprint.digestBytes;
  const digests = new Uint8Array(count * width);
  const from = (layout.leafAt(part.address) - region.firstLeaf) * width;
  digests.set(leafDigests.subarray(from, from + alike * width));
  const rest = baseLayout.leafCuts(first + alike, count - alike);
  digests.set(hashCuts(context, 'base', rest, offset + alike * leafBytes), alike * width);
  return { first, count, digests };
}
