/**
 * What encoding a segment costs, in milliseconds of CPU, from exact counts at the prices of the model of whole runs (tuning/work-model.ts): its parts of a diff, without what a process takes to
 * start and files to open, which a segment in memory does not.
 *
 * Limit: the streams of a segment are priced as one, as long as all together. Both sides of a rollout are counted alike, so what is judged is their ratio.
 */
import type { Reading } from '../../base/meter.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import type { Packing } from '../measurement/job.js';
import { costMs, workAmounts } from '../tuning/work-model.js';
import { parts, type WorkPrices } from '../tuning/work-prices.js';

const diffParts = parts.filter((part) => part.startsWith('diff'));
const noFiles = { base: 0, target: 0 };

/** `level`: the one that compressed. */
export function encodingWorkMs(
  prices: WorkPrices,
  strategy: Strategy,
  level: number,
  counts: Reading['counts'],
): number {
  const { bytesCompressed = 0, bytesOut = 0, segments = 0 } = counts;
  const exact = { packageBytes: bytesOut, exchangeBytes: 0, exchangeTrips: 0, segments };
  const packings = bytesCompressed === 0 ? [] : [{ codec: packedBy(strategy), rawBytes: bytesCompressed }];
  const happened = { exact, counts: { diff: counts, apply: {} }, packings, level };
  const amounts = workAmounts(strategy, happened, noFiles);
  const started = costMs({ run: amounts['diff other']['run'] ?? 0 }, prices['diff other']);
  return diffParts.reduce((sum, part) => sum + costMs(amounts[part], prices[part]), -started);
}

function packedBy({ compression: { codec } }: Strategy): Packing['codec'] {
  return codec === 'auto' ? 'zstd' : codec;
}
