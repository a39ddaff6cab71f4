/**
 * Whether new data comes from base bytes that were copied, too, as a file that was duplicated or rewritten elsewhere does: pages of the new data are
 * compared with thin stripes of these base bytes. A page and a stripe that share a passage have several anchors at one distance of each other,
 * pages that share words alone have not.
 *
 * Cost: a MiB of the target, and 16 KiB of every 512 KiB of the base: some 5 ms for a base of 256 MiB. Law: a function of the ranges and both contents alone.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { anchorRecordWords, anchorTableBytes } from './anchor-slots.js';
import { bytesOf } from './base-ranges.js';

export interface SourceContext {
  readonly workspace: Workspace;
  readonly baseReader: ContentReader;
  readonly targetReader: ContentReader;
  readonly meter: Meter;
}

const pageBytes = 4096;
const pagesMax = 256;
const stripeBytes = 16 * 1024;
/** Bytes of base for each stripe: in a small base they lie closer, so that there are some 256. */
const stripeDistanceMin = 64 * 1024;
const stripeDistanceMax = 512 * 1024;
const stripesWanted = 256;

const spacingBits = 6;
/** Sixteen thousand anchors of 256 pages take half the slots; the table stays in the cache. */
const tableBits = 15;
/** Pages lie so far apart in the table's addresses that no distance between a page and a stripe could be that of another page. */
const pageDistance = 2 * stripeBytes;
/** Anchors at one distance, and how far apart the first and the last of them must lie: a phrase of a log line has fewer, or is shorter. */
const sharedAnchorsMin = 3;
const sharedBytesMin = 256;

/** The share of sought target ranges that `ranges` of the base probably have: 0 to 1. */
export function shareFound(context: SourceContext, sought: Float64Array, ranges: Float64Array): number {
  const baseBytes = bytesOf(ranges);
  const { pages, bytes } = loadPages(context, sought);
  if (bytes === 0 || baseBytes === 0) return 0;
  const distance = Math.min(stripeDistanceMax, Math.max(stripeDistanceMin, baseBytes / stripesWanted));
  const shared = new Uint32Array(pages);
  let seen = 0;
  for (const [address, length] of spaced(ranges, distance, stripeBytes)) {
    seen += length;
    searchStripe(context, address, length, shared);
  }
  const sharedBytes = shared.reduce((sum, length) => sum + length, 0);
  return Math.min(1, ((sharedBytes / bytes) * baseBytes) / seen);
}

/** Fills the table with anchors of pages spread evenly over the ranges. */
function loadPages(
  { workspace, targetReader, meter }: SourceContext,
  sought: Float64Array,
): { readonly pages: number; readonly bytes: number } {
  const table = workspace.window('table');
  const records = workspace.window('records');
  const data = workspace.window('target');
  const { functions } = workspace.kernels;
  table.u8(0, anchorTableBytes(tableBits)).fill(0xff);
  const distance = Math.max(pageBytes, bytesOf(sought) / pagesMax);
  let pages = 0;
  let bytes = 0;
  for (const [address, length] of spaced(sought, distance, pageBytes)) {
    const page = pages++ * pageDistance;
    bytes += length;
    meter.time('read', () => targetReader.read(address, data.u8(0, length)));
    meter.count('bytesRead', length);
    meter.time('detect', () => {
      const count = functions.anchorCollect(
        data.pointer,
        length,
        length,
        spacingBits,
        0,
        records.pointer,
        pageBytes >> 4,
      );
      functions.anchorInsert(records.pointer, count, page, 0, table.pointer, tableBits);
    });
  }
  return { pages, bytes };
}

/** Notes for each page the longest passage that it shares with a stripe. */
function searchStripe(
  { workspace, baseReader, meter }: SourceContext,
  address: number,
  length: number,
  shared: Uint32Array,
): void {
  const data = workspace.window('base');
  const records = workspace.window('records');
  const { functions } = workspace.kernels;
  meter.time('read', () => baseReader.read(address, data.u8(0, length)));
  meter.count('bytesRead', length);
  meter.time('detect', () => {
    const count = functions.anchorCollect(
      data.pointer,
      length,
      length,
      spacingBits,
      0,
      records.pointer,
      stripeBytes >> 4,
    );
    meter.count('probes', count);
    const table = workspace.window('table').pointer;
    const hits = functions.anchorLookup(records.pointer, count, table, tableBits, records.pointer);
    notePassages(records.u32(hits * anchorRecordWords), shared);
  });
}

/** Hits {offset in the stripe, place in the table} whose difference is the same lie on one passage, which reaches at least from the first to the last. */
function notePassages(hits: Uint32Array, shared: Uint32Array): void {
  const passages = new Map<number, { readonly first: number; anchors: number }>();
  for (let i = 0; i < hits.length; i += anchorRecordWords) {
    const at = present(hits[i], 'hit');
    const place = present(hits[i + 1], 'hit');
    const passage = passages.get(place - at);
    if (passage === undefined) {
      passages.set(place - at, { first: at, anchors: 1 });
      continue;
    }
    const length = at - passage.first;
    const page = Math.floor(place / pageDistance);
    if (++passage.anchors < sharedAnchorsMin || length < sharedBytesMin) continue;
    shared[page] = Math.max(length, shared[page] ?? 0);
  }
}

/** Pieces of at most `bytes`, one in every `distance` bytes of the ranges laid end to end. */
function* spaced(
  ranges: Float64Array,
  distance: number,
  bytes: number,
): Generator<readonly [number, number]> {
  let next = 0;
  let passed = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const start = present(ranges[i], 'range');
    const length = present(ranges[i + 1], 'range');
    while (next < passed + length) {
      const at = Math.floor(next - passed);
      yield [start + at, Math.min(bytes, length - at)];
      next += distance;
    }
    passed += length;
  }
}
