/** Times of snapshots as people read them: UTC, to the millisecond. */
import { formatNumber } from '../../base/units.js';

/** Times beyond what a Date can hold are told in seconds since the epoch. */
export function isoTime(micros: number): string {
  const date = new Date(micros / 1000);
  return Number.isNaN(date.getTime()) ? `@${formatNumber(micros / 1e6)}` : date.toISOString();
}
