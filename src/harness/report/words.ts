/** Figures as the report writes them. */
import type { ObjectiveMetric } from '../../engine/profile/profile.js';
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';

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

/** `3.1x`, `24x`; below 1.1 as a percentage: `4 % more`. */
export function formatRatio(ratio: number): string {
  return `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(ratio < 1.1 ? 2 : 1)}x`;
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

interface MetricWords {
  /** As a heading. */
  readonly title: string;
  /** `sends 3.1x fewer bytes than`. */
  readonly less: (ratio: string) => string;
  /** `sends 3.1x the bytes of`. */
  readonly more: (ratio: string) => string;
  readonly format: (value: number) => string;
}

export const metricWords: Readonly<Record<ObjectiveMetric, MetricWords>> = {
  bytesSent: {
    title: 'bytes sent',
    less: (ratio) => `sends ${ratio} fewer bytes than`,
    more: (ratio) => `sends ${ratio} the bytes of`,
    format: formatBytes,
  },
  timeToSyncMs: {
    title: 'time to sync',
    less: (ratio) => `syncs ${ratio} faster than`,
    more: (ratio) => `takes ${ratio} as long to sync as`,
    format: formatDuration,
  },
  cpuMs: {
    title: 'diff CPU',
    less: (ratio) => `takes ${ratio} less CPU than`,
    more: (ratio) => `takes ${ratio} the CPU of`,
    format: formatDuration,
  },
  peakMemoryBytes: {
    title: 'peak memory',
    less: (ratio) => `takes ${ratio} less memory than`,
    more: (ratio) => `takes ${ratio} the memory of`,
    format: formatBytes,
  },
  applyMs: {
    title: 'apply time',
    less: (ratio) => `applies ${ratio} faster than`,
    more: (ratio) => `takes ${ratio} as long to apply as`,
    format: formatDuration,
  },
};
