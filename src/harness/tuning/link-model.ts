/**
 * Time to sync, and the bandwidths at which one configuration overtakes another.
 *
 * The model, in milliseconds, for a link of B bits per second and round-trip time R:
 *
 *     time = diff wall + trips x R + 8000 x bytes sent / B + apply wall
 *
 * `trips` is 1 (offer and answer), and those of what has to be exchanged before the diff: 1 for a signature or a manifest, as many as a Merkle
 * walk asked questions, one after another. Diff, transfer
 * and apply are taken as one after the other: streaming overlaps them, so this is an upper bound, at most three times too long.
 * Loss and slow start are not in it.
 *
 * As a function of 1/B every configuration is a straight line, so crossovers are exact: no grid, no search.
 */
import type { LinkModel } from '../../engine/profile/profile.js';
import type { Row } from '../measurement/row.js';
import { bytesSent, exactValue, sampledMedian } from '../statistics/values.js';

/** time = fixedMs + 8000 x bytes / bitsPerSecond. */
export interface SyncLine {
  readonly fixedMs: number;
  readonly bytes: number;
}

export function syncLine(row: Row, roundTripMs: number): SyncLine {
  const trips = 1 + exactValue(row, 'exchangeTrips');
  return {
    fixedMs: sampledMedian(row, 'diffWallMs') + sampledMedian(row, 'applyWallMs') + trips * roundTripMs,
    bytes: bytesSent(row),
  };
}

/** The mean over several workloads: a line again. */
export function meanLine(lines: readonly SyncLine[]): SyncLine {
  const sum = (pick: (line: SyncLine) => number): number =>
    lines.reduce((total, line) => total + pick(line), 0);
  return {
    fixedMs: sum((line) => line.fixedMs) / lines.length,
    bytes: sum((line) => line.bytes) / lines.length,
  };
}

export function transferMs(bytes: number, bitsPerSecond: number): number {
  return (8000 * bytes) / bitsPerSecond;
}

export function timeToSyncMs(line: SyncLine, bitsPerSecond: number): number {
  return line.fixedMs + transferMs(line.bytes, bitsPerSecond);
}

export function rowTimeToSyncMs(row: Row, link: LinkModel): number {
  return timeToSyncMs(syncLine(row, link.roundTripMs), link.bitsPerSecond);
}

/** The bandwidth in bits per second at which both take equally long; undefined where one is never slower than the other. */
export function crossoverBitsPerSecond(a: SyncLine, b: SyncLine): number | undefined {
  const bitsPerSecond = (8000 * (a.bytes - b.bytes)) / (b.fixedMs - a.fixedMs);
  return bitsPerSecond > 0 && Number.isFinite(bitsPerSecond) ? bitsPerSecond : undefined;
}

/** A range of bandwidths in which one item is the quickest. */
export interface QuickestRange<T> {
  readonly item: T;
  /** 0 for the first range. */
  readonly fromBitsPerSecond: number;
  /** Infinity for the last range. */
  readonly toBitsPerSecond: number;
}

/**
 * Who is quickest at which bandwidth: ranges from the slowest link (fewest bytes win) to the fastest (least fixed time wins). Walks
 * the lower envelope of the lines: from the present winner to whoever overtakes it first. Of equal items the first stays.
 */
export function quickestRanges<T>(items: readonly T[], line: (item: T) => SyncLine): QuickestRange<T>[] {
  const better = (a: T, b: T): number => line(a).bytes - line(b).bytes || line(a).fixedMs - line(b).fixedMs;
  let winner = [...items].sort(better)[0];
  let from = 0;
  const ranges: QuickestRange<T>[] = [];
  while (winner !== undefined) {
    let next: T | undefined;
    let to = Infinity;
    for (const item of items) {
      if (line(item).fixedMs >= line(winner).fixedMs) continue;
      const at = crossoverBitsPerSecond(line(winner), line(item)) ?? Infinity;
      if (at < to || (at === to && next !== undefined && line(item).fixedMs < line(next).fixedMs)) {
        next = item;
        to = at;
      }
    }
    ranges.push({ item: winner, fromBitsPerSecond: from, toBitsPerSecond: to });
    winner = next;
    from = to;
  }
  return ranges;
}
