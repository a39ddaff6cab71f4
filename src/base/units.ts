/**
 * Sizes and times as people write and read them. Inside the program quantities are plain numbers whose name carries
 * the unit (`blockBytes`, `waitMs`), so no conversion is ever implicit; this file is the only place where text
 * becomes a number and back.
 */
import { UsageError } from './errors.js';

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
};

/** Reads `64KiB`, `4M`, `1.5GiB`, `4096`. Throws UsageError that names `what`. */
export function parseBytes(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = byteUnits[(match?.[2] ?? '').toLowerCase()];
  if (match === null || unit === undefined) {
    throw new UsageError(`${what}: '${text}' is not a size`, {
      hint: 'write a number with a unit, such as 64KiB or 4MiB',
    });
  }
  const bytes = Number(match[1]) * unit;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`${what}: '${text}' is not a whole number of bytes below 2^53`);
  }
  return bytes;
}

const timeUnits: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3, min: 60e3, h: 3600e3 };

/** Reads `40ms`, `1.5 s`, `2 min` as milliseconds. A unit is required. Throws UsageError that names `what`. */
export function parseDuration(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/.exec(text);
  const unit = timeUnits[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new UsageError(`${what}: '${text}' is not a time`, {
      hint: 'write a number with a unit, such as 40ms or 2s',
    });
  }
  return Number(match[1]) * unit;
}

const bitRateUnits: Readonly<Record<string, number>> = {
  'bit/s': 1,
  'kbit/s': 1e3,
  'Mbit/s': 1e6,
  'Gbit/s': 1e9,
};

/** Reads `20 Mbit/s` as bits per second. A unit is required. Throws UsageError that names `what`. */
export function parseBitRate(text: string, what: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zA-Z/]+)\s*$/.exec(text);
  const unit = bitRateUnits[match?.[2] ?? ''];
  if (match === null || unit === undefined) {
    throw new UsageError(`${what}: '${text}' is not a bandwidth`, {
      hint: 'write a number with a unit, such as 20 Mbit/s or 1 Gbit/s',
    });
  }
  return Number(match[1]) * unit;
}

/** `0 B`, `4 KiB`, `1.50 MiB`: at most four significant digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${formatNumber(value)} ${units[unit] ?? 'B'}`;
}

/** `12 us`, `3.4 ms`, `1.20 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 0.9995) return `${formatNumber(ms * 1000)} us`;
  if (ms < 999.5) return `${formatNumber(ms)} ms`;
  if (ms < 119_500) return `${formatNumber(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Three significant digits, without trailing zeros after whole numbers. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return String(Math.round(value));
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
