/** What a trace holds, in one pass: counts, address space, duration, and how often the same place is written again. */
import type { TraceEvent } from './event.js';

export interface TraceStatistics {
  readonly reads: number;
  readonly writes: number;
  readonly trims: number;
  readonly syncs: number;
  readonly writtenBytes: number;
  /** Bytes of distinct 512-byte sectors written; a sector touched in part counts whole. */
  readonly distinctBytes: number;
  /** writtenBytes / distinctBytes: 1 when every place was written once; 0 without writes. */
  readonly rewriteRatio: number;
  /** End of the highest request. */
  readonly addressSpaceBytes: number;
  /** From the earliest to the latest request. */
  readonly durationMicros: number;
}

const sectorBytes = 512;
/** One bitmap of 4 KiB for each 16 MiB that is touched at all, so that sparse use of a huge device costs little. */
const sectorsPerMap = 32_768;

export function traceStatistics(events: Iterable<TraceEvent>): TraceStatistics {
  const counts = { read: 0, write: 0, trim: 0, sync: 0 };
  const maps = new Map<number, Uint8Array>();
  let writtenBytes = 0;
  let distinctBytes = 0;
  let addressSpaceBytes = 0;
  let earliest = Infinity;
  let latest = 0;
  for (const { op, offset, length, timeMicros } of events) {
    counts[op]++;
    earliest = Math.min(earliest, timeMicros);
    latest = Math.max(latest, timeMicros);
    addressSpaceBytes = Math.max(addressSpaceBytes, offset + length);
    if (op !== 'write') continue;
    writtenBytes += length;
    const end = Math.ceil((offset + length) / sectorBytes);
    for (let sector = Math.floor(offset / sectorBytes); sector < end; sector++) {
      if (mark(maps, sector)) distinctBytes += sectorBytes;
    }
  }
  return {
    reads: counts.read,
    writes: counts.write,
    trims: counts.trim,
    syncs: counts.sync,
    writtenBytes,
    distinctBytes,
    rewriteRatio: distinctBytes === 0 ? 0 : writtenBytes / distinctBytes,
    addressSpaceBytes,
    durationMicros: earliest === Infinity ? 0 : latest - earliest,
  };
}

/** Whether the sector was not marked before. */
function mark(maps: Map<number, Uint8Array>, sector: number): boolean {
  const number = Math.floor(sector / sectorsPerMap);
  let map = maps.get(number);
  if (map === undefined) maps.set(number, (map = new Uint8Array(sectorsPerMap / 8)));
  const within = sector - number * sectorsPerMap;
  const bit = 1 << (within & 7);
  const byte = map[within >>> 3] ?? 0;
  map[within >>> 3] = byte | bit;
  return (byte & bit) === 0;
}
