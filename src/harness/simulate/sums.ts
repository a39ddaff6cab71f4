/** What many runs come to: sums and percentiles of their figures, in one digest what they were. Pure, and exact. */
import { RollingDigest } from '../../simulator/trace/digest.js';
import { rowFigures } from './row.js';
import type { RowFigure, SeedRow } from './row.js';

/** Nearest-rank percentiles: each is a figure of some row. */
export const percentileShares = { p10: 0.1, median: 0.5, p90: 0.9, p99: 0.99 } as const;

export interface FigureSummary {
  readonly sum: number;
  readonly low: number;
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly high: number;
}

/** One for each figure; all zero without rows. */
export function summaries(rows: readonly SeedRow[]): Record<RowFigure, FigureSummary> {
  return Object.fromEntries(
    rowFigures.map(({ name }) => [name, summaryOf(rows.map(({ figures }) => figures[name]))]),
  ) as Record<RowFigure, FigureSummary>;
}

function summaryOf(values: readonly number[]): FigureSummary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    sum: values.reduce((sum, value) => sum + value, 0),
    low: at(0),
    p10: at(percentileShares.p10),
    median: at(percentileShares.median),
    p90: at(percentileShares.p90),
    p99: at(percentileShares.p99),
    high: at(1),
  };
}

/** Over seeds and digests in their order: one text that two machines, or two releases, can compare. */
export function digestOf(rows: readonly Pick<SeedRow, 'seed' | 'digest'>[]): string {
  const digest = new RollingDigest();
  for (const { seed, digest: own } of rows) {
    digest.integer(seed);
    for (let at = 0; at < own.length; at += 8) digest.word(Number.parseInt(own.slice(at, at + 8), 16));
  }
  return digest.hex();
}
