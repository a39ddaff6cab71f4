/**
 * On which diagonal (base address minus target address) following begins in each region, where that is not the one of what is said to lie opposite: a look
 * ahead, region by region, so that a shifted region is not compared in vain and one that moved out of reach is followed without an index.
 *
 * A region begins at home if its first bytes lie there, else where the region before it did or near that. If many lie nowhere near, as when a log was cut at its
 * front, four windows of the base are compared with a page of every 512 KiB of these regions: whatever the distance, some page lies in a window.
 *
 * Cost: 5 us a region that has not moved, 40 us one that has, 3 ms for the windows at 256 MiB. An opening is a hint: a wrong one costs a comparison.
 * Law: a function of the regions, the alignment and both contents alone.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { Layout, Region } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { spansOf, type Alignment } from './alignment.js';
import { anchorRecordWords, anchorTableBytes } from './anchor-slots.js';
import { matchesNear } from './locate.js';

export interface OpeningContext {
  readonly workspace: Workspace;
  readonly layout: Layout;
  readonly baseLayout: Layout;
  readonly targetReader: ContentReader;
  readonly baseReader: ContentReader;
  readonly meter: Meter;
}

/** Smaller files are compared as fast as looked at. */
const fileBytesMin = 1024 * 1024;
const pageBytes = 4096;
const sampleBytes = 32 * 1024;
const nearBytes = 16 * 1024;
/** A match of this length is a diagonal. */
const matchBytesMin = 512;

/** So many lost regions are worth a look far away. */
const lostRegionsMin = 4;
const windowBytes = 512 * 1024;
/** Where the windows lie, in sixteenths of the base: a front or an end of any length may be gone. */
const windowSixteenths = [3, 8, 12, 15] as const;
const spacingBits = 6;
/** 33 thousand anchors of the windows take half the slots. */
const tableBits = 16;
/** Anchors of a page at one distance, how far apart the first and the last lie, and how many pages have to agree. */
const sharedAnchorsMin = 3;
const sharedBytesMin = 256;
const pagesMin = 2;
const candidatesMax = 4;

interface Opened {
  readonly region: Region;
  readonly home: number | undefined;
  diagonal: number | undefined;
}

/** For each region its diagonal; undefined where following begins with what lies opposite, if anything does. */
export function openingDiagonals(
  context: OpeningContext,
  regions: readonly Region[],
  alignment: Alignment,
): (number | undefined)[] {
  const lost: Opened[] = [];
  const opened = regions.map((region): Opened => ({
    region,
    ...homeOf(alignment, region),
    diagonal: undefined,
  }));
  let last: number | undefined;
  for (const one of opened) {
    if (!isLookedAt(context, alignment, one.region)) continue;
    last = near(context, one, last);
    if (last === undefined) lost.push(one);
    else if (last !== one.home) one.diagonal = last;
  }
  if (lost.length >= lostRegionsMin) openFar(context, lost);
  return opened.map(({ region: { address }, diagonal }) => {
    const isInside = diagonal !== undefined && isInBase(context, address + diagonal, 1);
    return isInside ? diagonal : undefined;
  });
}

function homeOf(alignment: Alignment, { address, length }: Region): { readonly home: number | undefined } {
  const [first] = spansOf(alignment, address, length);
  return { home: first === undefined || first.baseAddress < 0 ? undefined : first.baseAddress - address };
}

/** A part of a large file, all of which lies opposite one range of the base. */
function isLookedAt({ layout }: OpeningContext, alignment: Alignment, { address, length }: Region): boolean {
  const entry = layout.entryAt(address);
  const [start, end] = [layout.startOf(entry), layout.endOf(entry)];
  if (end - start < fileBytesMin || end < address + length) return false;
  const opposed = [...spansOf(alignment, address, length)].filter(({ baseAddress }) => baseAddress >= 0);
  return opposed.length <= 1;
}

/** The diagonal on which a region begins: home, that of the region before, or near these; undefined if it lies nowhere there. */
function near(
  context: OpeningContext,
  { region, home }: Opened,
  last: number | undefined,
): number | undefined {
  const { address } = region;
  for (const diagonal of new Set([home, last])) {
    if (diagonal !== undefined && isEqual(context, address, diagonal)) return diagonal;
  }
  const likely = last ?? home;
  if (likely === undefined) return undefined;
  const length = Math.min(sampleBytes, region.length);
  const { totalBytes } = context.baseLayout;
  const start = Math.max(0, address + likely - nearBytes);
  const end = Math.min(totalBytes, address + likely + length + nearBytes);
  if (end <= start) return undefined;
  readPage(context, address, length);
  const matches = matchesNear(context, { offset: 0, address, length }, { start, end }, likely);
  const match = matches.findLast((found) => found.length >= matchBytesMin);
  return match && match.baseAddress - match.address;
}

/** Opens lost regions on the diagonals that pages of them have with the windows. */
function openFar(context: OpeningContext, lost: readonly Opened[]): void {
  const windows = loadWindows(context);
  const pages = new Map<number, number>();
  for (const { region } of lost) {
    for (let at = 0; at < region.length; at += windowBytes) {
      const address = region.address + at;
      const length = Math.min(pageBytes, region.length - at);
      const diagonal = passageOf(context, address, length, windows);
      if (diagonal !== undefined) pages.set(diagonal, (pages.get(diagonal) ?? 0) + 1);
    }
  }
  const candidates = [...pages]
    .filter(([, count]) => count >= pagesMin)
    .sort(([a, many], [b, more]) => more - many || a - b)
    .slice(0, candidatesMax);
  for (const one of lost) {
    const { address, length } = one.region;
    const found = candidates.find(([diagonal]) =>
      [address, address + Math.floor(length / 2)].some((at) => isEqual(context, at, diagonal)),
    );
    if (found !== undefined) [one.diagonal] = found;
  }
}

/** Fills the table with anchors of windows of the base, and returns the base address of each: in the table they lie end to end. */
function loadWindows({ workspace, baseLayout, baseReader, meter }: OpeningContext): number[] {
  const table = workspace.window('table');
  const records = workspace.window('records');
  const data = workspace.window('base');
  const { functions } = workspace.kernels;
  const { totalBytes } = baseLayout;
  table.u8(0, anchorTableBytes(tableBits)).fill(0xff);
  return windowSixteenths.map((sixteenths, i) => {
    const address = Math.floor((totalBytes * sixteenths) / 16);
    const length = Math.min(windowBytes, totalBytes - address);
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
        windowBytes >> 4,
      );
      functions.anchorInsert(records.pointer, count, i * windowBytes, 0, table.pointer, tableBits);
    });
    return address;
  });
}

/** The diagonal of the passage that a page shares with a window: several anchors at exactly one distance, not too close together. */
function passageOf(
  context: OpeningContext,
  address: number,
  length: number,
  windows: readonly number[],
): number | undefined {
  const { workspace, meter } = context;
  readPage(context, address, length);
  return meter.time('detect', () => {
    const records = workspace.window('records');
    const data = workspace.window('target').pointer;
    const { functions } = workspace.kernels;
    const count = functions.anchorCollect(
      data,
      length,
      length,
      spacingBits,
      0,
      records.pointer,
      pageBytes >> 2,
    );
    const table = workspace.window('table').pointer;
    const hits = functions.anchorLookup(records.pointer, count, table, tableBits, records.pointer);
    meter.count('probes', count);
    const passages = new Map<number, { readonly first: number; anchors: number }>();
    const words = records.u32(hits * anchorRecordWords);
    for (let i = 0; i < words.length; i += anchorRecordWords) {
      const at = present(words[i], 'hit');
      const place = present(words[i + 1], 'hit');
      const window = present(windows[Math.floor(place / windowBytes)], 'window');
      const diagonal = window + (place % windowBytes) - (address + at);
      const passage = passages.get(diagonal);
      if (passage === undefined) passages.set(diagonal, { first: at, anchors: 1 });
      else if (++passage.anchors >= sharedAnchorsMin && at - passage.first >= sharedBytesMin) return diagonal;
    }
    return undefined;
  });
}

/** Reads [address, address + length) of the target into the window `target`. */
function readPage(
  { workspace, targetReader, meter }: OpeningContext,
  address: number,
  length: number,
): Uint8Array {
  const view = workspace.window('target').u8(0, length);
  meter.time('read', () => targetReader.read(address, view));
  meter.count('bytesRead', length);
  return view;
}

/** Whether a page of the target at `address`, or what of it is left, lies on a diagonal. */
function isEqual(context: OpeningContext, address: number, diagonal: number): boolean {
  const { workspace, layout, baseReader, meter } = context;
  const length = Math.min(pageBytes, layout.totalBytes - address);
  if (!isInBase(context, address + diagonal, length)) return false;
  const opposite = workspace.window('differences').u8(0, length);
  meter.time('read', () => baseReader.read(address + diagonal, opposite));
  meter.count('bytesRead', length);
  return Buffer.compare(readPage(context, address, length), opposite) === 0;
}

function isInBase({ baseLayout }: OpeningContext, address: number, length: number): boolean {
  return address >= 0 && address + length <= baseLayout.totalBytes;
}
