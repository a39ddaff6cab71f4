/**
 * Scanning: one region read, cut, and hashed in a few kernel calls. The result is small (offsets and digests); the bytes stay in
 * the worker. Where a region begins in the middle of an entry, a content-defined chunker cuts it speculatively from the region's first byte;
 * stitch.ts replaces what the sequential order would have cut otherwise.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import { cutPiece, overlapBytes } from '../chunk/chunker.js';
import type { ChunkerSpec } from '../chunk/spec.js';
import type { Layout, Part, Region } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import type { Fingerprint } from './fingerprint.js';
import { periodicRuns } from './periodic.js';

/** What a thread needs to scan. */
export interface ScanContext {
  readonly workspace: Workspace;
  readonly reader: ContentReader;
  readonly layout: Layout;
  readonly fingerprint: Fingerprint;
  readonly meter: Meter;
}

/** Blocks of a range: ends relative to its first byte, and digests laid end to end. */
export interface ScannedBlocks {
  readonly ends: Uint32Array;
  readonly digests: Uint8Array;
}

export interface RegionScan {
  readonly region: Region;
  readonly blocks: ScannedBlocks;
  readonly leafDigests: Uint8Array;
  /** Periodic runs (periodic.ts) as pairs of offsets, where blocks may straddle the ends of the region; the last may reach past it. */
  readonly periodic: Uint32Array;
}

/** Reads [address, address + length) into the window `target`. */
export function readTarget(context: ScanContext, address: number, length: number): void {
  const { meter, reader, workspace } = context;
  meter.time('read', () => reader.read(address, workspace.window('target').u8(0, length)));
  meter.count('bytesRead', length);
}

/** Digests of blocks that begin at `offset` of the window `name`; `ends` are relative to it. The returned array is a copy. */
export function hashCuts(
  context: ScanContext,
  name: 'target' | 'base',
  ends: Uint32Array,
  offset = 0,
): Uint8Array {
  const { workspace, fingerprint, meter } = context;
  if (ends.length === 0) return new Uint8Array(0);
  const cuts = workspace.loadCuts(ends);
  const out = workspace.window('digests');
  const data = workspace.window(name).pointer + offset;
  meter.time('hash', () => fingerprint.hashBlocks(workspace.kernels, data, cuts, ends.length, out));
  meter.count('bytesHashed', present(ends[ends.length - 1], 'last cut'));
  return out.u8(0, ends.length * fingerprint.digestBytes).slice();
}

/** Leaf digests of a region whose bytes lie in the window `name`. */
export function hashLeaves(context: ScanContext, name: 'target' | 'base', region: Region): Uint8Array {
  return hashCuts(context, name, context.layout.leafCuts(region.firstLeaf, region.leafCount));
}

/** Reads, cuts and hashes one region. What is cut as one with its last part ends at `end`, by default that of the entry. */
export function scanRegion(
  context: ScanContext,
  chunker: ChunkerSpec,
  region: Region,
  end?: number,
): RegionScan {
  const { layout } = context;
  const parts = [...layout.parts(region.address, region.length)];
  const last = present(parts[parts.length - 1], 'a region has parts');
  const reach = Math.min(
    overlapBytes(chunker),
    (end ?? layout.endOf(last.entry)) - (last.address + last.length),
  );
  readTarget(context, region.address, region.length + reach);
  const ends = cutParts(context, chunker, region, parts, reach, end);
  const periodic = periodicRunsOf(context, chunker, region, reach);
  const leafEnds = layout.leafCuts(region.firstLeaf, region.leafCount);
  const leafDigests = hashCuts(context, 'target', leafEnds);
  const sameGrid = ends.length === leafEnds.length && ends.every((end, i) => end === leafEnds[i]);
  const digests = sameGrid ? leafDigests : hashCuts(context, 'target', ends);
  context.meter.count('blocks', ends.length);
  return { region, blocks: { ends, digests }, leafDigests, periodic };
}

/** Only where blocks may straddle regions they can be out of step. */
function periodicRunsOf(
  { workspace, layout, meter }: ScanContext,
  chunker: ChunkerSpec,
  region: Region,
  reach: number,
): Uint32Array {
  const overlap = overlapBytes(chunker);
  const isWhole = reach === 0 && region.address === layout.startOf(layout.entryAt(region.address));
  if (overlap === 0 || isWhole) return new Uint32Array(0);
  return meter.time('chunk', () => periodicRuns(workspace, region.length + reach, overlap));
}

function cutParts(
  context: ScanContext,
  chunker: ChunkerSpec,
  region: Region,
  parts: readonly Part[],
  reach: number,
  end: number | undefined,
): Uint32Array {
  const { workspace, meter, layout } = context;
  const data = workspace.window('target').pointer;
  const window = workspace.window('cuts');
  const all: number[] = [];
  meter.time('chunk', () => {
    for (const part of parts) {
      const offset = part.address - region.address;
      const extra = offset + part.length === region.length ? reach : 0;
      const length = part.length + extra;
      const last = part.address + length;
      const final = last === end || last === layout.endOf(part.entry);
      const count = cutPiece(workspace.kernels, chunker, data + offset, length, final, window.pointer);
      const ends = window.u32(count);
      for (let i = 0; i < count; i++) {
        const cut = present(ends[i], 'cut');
        all.push(offset + cut);
        // Blocks that begin past the region belong to the next one.
        if (cut >= part.length) break;
      }
    }
  });
  meter.count('bytesChunked', region.length);
  return Uint32Array.from(all);
}
