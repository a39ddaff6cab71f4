/** Figures as the report writes them. */
import type { ObjectiveMetric } from '../../engine/profile/profile.js';
import { formatNumber } from '../../base/units.js';

/** `2 Mbit/s`, `1 Gbit/s`: decimal, as links are sold. */
export function formatBitRate(bitsPerSecond: number): string {
  const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;
  let value = bitsPerSecond;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${formatNumber(value)} ${units[unit] ?? 'bit/s'}`;
}

/** `1.04x`, `3.1x`, `24x`. */
export function formatRatio(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(ratio < 1.1 ? 2 : 1)}x`;
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** From here on a ratio is written as a multiple: what would be rounded to 2.0x is. */
const twice = 1.95;

/** `24 % fewer`, or from twice on `3.1x fewer`. */
function fewer(ratio: number, word: string): string {
  return `${ratio < twice ? formatPercent(1 - 1 / ratio) : formatRatio(ratio)} ${word}`;
}

/** `24 % more bytes than`, or from twice on `3.1x the bytes of`. */
function more(ratio: number, what: string): string {
  return ratio < twice
    ? `${formatPercent(ratio - 1)} more ${what} than`
    : `${formatRatio(ratio)} the ${what} of`;
}

interface MetricWords {
  /** As a heading. */
  readonly title: string;
  /** `sends 3.1x fewer bytes than`, for the ratio of the other's value to this one. */
  readonly less: (ratio: number) => string;
  /** `sends 3.1x the bytes of`, for the ratio of this value to the other's. */
  readonly more: (ratio: number) => string;
}

export const metricWords: Readonly<Record<ObjectiveMetric, MetricWords>> = {
  bytesSent: {
    title: 'bytes sent',
    less: (ratio) => `sends ${fewer(ratio, 'fewer')} bytes than`,
    more: (ratio) => `sends ${more(ratio, 'bytes')}`,
  },
  timeToSyncMs: {
    title: 'time to sync',
    less: (ratio) => `takes ${fewer(ratio, 'less')} time to sync than`,
    more: (ratio) => `takes ${more(ratio, 'time to sync')}`,
  },
  cpuMs: {
    title: 'diff CPU',
    less: (ratio) => `takes ${fewer(ratio, 'less')} CPU than`,
    more: (ratio) => `takes ${more(ratio, 'CPU')}`,
  },
  peakMemoryBytes: {
    title: 'peak memory',
    less: (ratio) => `takes ${fewer(ratio, 'less')} memory than`,
    more: (ratio) => `takes ${more(ratio, 'memory')}`,
  },
  applyMs: {
    title: 'apply time',
    less: (ratio) => `takes ${fewer(ratio, 'less')} time to apply than`,
    more: (ratio) => `takes ${more(ratio, 'time to apply')}`,
  },
};
