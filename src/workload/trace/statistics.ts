/**
 * What a volume of a trace holds, in one pass and bounded memory: counts, address space, duration, how often the same place is written
 * again, and how often the same content is written where the trace knows.
 *
 * Distinct places are counted in regions of 1 MiB, distinct contents by id; beyond 256 GiB of regions or half a million contents both are
 * estimated from a sample (sample.ts), and the result says so.
 */
import type { TraceEvent } from './event.js';
import { HeatMap, type Heat } from './heat.js';
import { DistinctSample } from './sample.js';

export interface TraceStatistics {
  readonly reads: number;
  readonly writes: number;
  readonly trims: number;
  readonly syncs: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  /** Bytes of distinct 512-byte sectors written; a sector touched in part counts whole. */
  readonly distinctBytes: number;
  /** writtenBytes / distinctBytes: 1 when every place was written once; 0 without writes. */
  readonly rewriteRatio: number;
  /** Whether distinctBytes or distinctContents was estimated. */
  readonly isEstimated: boolean;
  /** End of the highest request. */
  readonly addressSpaceBytes: number;
  /** From the earliest to the latest request. */
  readonly durationMicros: number;
  /** Requests of all kinds over the duration; 0 where that is 0. */
  readonly requestsPerSecond: number;
  /** Null where the trace knows no contents. */
  readonly dedup: TraceDedup | null;
  readonly heat: Heat;
}

export interface TraceDedup {
  /** Writes whose content is known. */
  readonly contents: number;
  readonly distinctContents: number;
  /** contents / distinctContents: 1 when no content was written twice. */
  readonly ratio: number;
}

const sectorBytes = 512;
const sectorsPerRegion = 2048;
const regionsMax = 2 ** 18;
const contentsMax = 2 ** 19;

interface Region {
  readonly map: Uint8Array;
  written: number;
}

export class TraceTally {
  readonly #counts = { read: 0, write: 0, trim: 0, sync: 0 };
  readonly #regions = new DistinctSample<Region>(regionsMax);
  readonly #contents = new DistinctSample<true>(contentsMax);
  readonly #heat = new HeatMap();
  #contentCount = 0;
  #readBytes = 0;
  #writtenBytes = 0;
  #addressSpaceBytes = 0;
  #earliest = Infinity;
  #latest = -Infinity;

  add({ op, offset, length, timeMicros, contentId }: TraceEvent): void {
    this.#counts[op]++;
    this.#earliest = Math.min(this.#earliest, timeMicros);
    this.#latest = Math.max(this.#latest, timeMicros);
    this.#addressSpaceBytes = Math.max(this.#addressSpaceBytes, offset + length);
    if (op === 'read') this.#readBytes += length;
    if (op !== 'write') {
      this.#heat.see(timeMicros);
      return;
    }
    this.#heat.add(timeMicros, offset, length);
    this.#writtenBytes += length;
    this.#mark(Math.floor(offset / sectorBytes), Math.ceil((offset + length) / sectorBytes));
    if (contentId === undefined) return;
    this.#contentCount++;
    this.#contents.at(contentId, () => true);
  }

  finished(): TraceStatistics {
    const { read, write, trim, sync } = this.#counts;
    let distinctSectors = 0;
    for (const { written } of this.#regions.values()) distinctSectors += written;
    const distinctBytes = Math.round((distinctSectors * sectorBytes) / this.#regions.share);
    const durationMicros = this.#earliest === Infinity ? 0 : this.#latest - this.#earliest;
    const requests = read + write + trim + sync;
    return {
      reads: read,
      writes: write,
      trims: trim,
      syncs: sync,
      readBytes: this.#readBytes,
      writtenBytes: this.#writtenBytes,
      distinctBytes,
      rewriteRatio: distinctBytes === 0 ? 0 : this.#writtenBytes / distinctBytes,
      isEstimated: this.#regions.share < 1 || this.#contents.share < 1,
      addressSpaceBytes: this.#addressSpaceBytes,
      durationMicros,
      requestsPerSecond: durationMicros === 0 ? 0 : (requests / durationMicros) * 1e6,
      dedup: this.#dedup(),
      heat: this.#heat.finished(),
    };
  }

  #dedup(): TraceDedup | null {
    if (this.#contentCount === 0) return null;
    const distinctContents = Math.round(this.#contents.keptCount / this.#contents.share);
    return {
      contents: this.#contentCount,
      distinctContents,
      ratio: this.#contentCount / distinctContents,
    };
  }

  /** Sectors [from, to). */
  #mark(from: number, to: number): void {
    for (let sector = from; sector < to;) {
      const number = Math.floor(sector / sectorsPerRegion);
      const start = number * sectorsPerRegion;
      const end = Math.min(to, start + sectorsPerRegion);
      const region = this.#regions.at(number, newRegion);
      if (region !== undefined && region.written < sectorsPerRegion)
        markIn(region, sector - start, end - start);
      sector = end;
    }
  }
}

export function traceStatistics(events: Iterable<TraceEvent>): TraceStatistics {
  const tally = new TraceTally();
  for (const event of events) tally.add(event);
  return tally.finished();
}

function newRegion(): Region {
  return { map: new Uint8Array(sectorsPerRegion / 8), written: 0 };
}

function markIn(region: Region, from: number, to: number): void {
  const { map } = region;
  for (let sector = from; sector < to; sector++) {
    const bit = 1 << (sector & 7);
    const byte = map[sector >>> 3] ?? 0;
    if ((byte & bit) !== 0) continue;
    map[sector >>> 3] = byte | bit;
    region.written++;
  }
}
