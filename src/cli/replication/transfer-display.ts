/** Progress of a transfer on a terminal: how much of what, how fast, how long still. */
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';
import type { TransferProgress } from '../../replication/session/progress.js';
import type { Terminal } from '../terminal.js';

/** A rate is that of this time and no longer, so that it follows the link. */
const windowMs = 5000;
/** Below this time a rate says more about start-up than about the link. */
const rateAfterMs = 500;

/** Bytes per second over the last seconds. */
export class Rate {
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** `bytes` in all so far; less than before begins anew. Undefined while too little is known. */
  at(atMs: number, bytes: number): number | undefined {
    const last = this.#samples.at(-1);
    if (last !== undefined && (bytes < last.bytes || atMs < last.atMs)) this.#samples.length = 0;
    this.#samples.push({ atMs, bytes });
    while ((this.#samples[1]?.atMs ?? Infinity) <= atMs - windowMs) this.#samples.shift();
    const [first] = this.#samples;
    const elapsedMs = atMs - (first?.atMs ?? atMs);
    return elapsedMs < rateAfterMs ? undefined : ((bytes - (first?.bytes ?? 0)) / elapsedMs) * 1000;
  }
}

/** `pushing 43 % of 1.20 GiB, 84.0 MB/s, 12.3 s left`. */
export function transferLine(
  doing: string,
  doneBytes: number,
  totalBytes: number,
  bytesPerSecond: number | undefined,
): string {
  const share = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
  const line = `${doing} ${share} % of ${formatBytes(totalBytes)}`;
  if (bytesPerSecond === undefined || bytesPerSecond === 0) return line;
  const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000;
  return `${line}, ${rateText(bytesPerSecond)}, ${formatDuration(leftMs)} left`;
}

/** Rates are told in decimal units, as links are. */
export function rateText(bytesPerSecond: number): string {
  return `${formatNumber(bytesPerSecond / 1e6)} MB/s`;
}

/** Shows a transfer's reports on the terminal's progress line. */
export function transferDisplay(terminal: Terminal, doing: string): (progress: TransferProgress) => void {
  const rate = new Rate();
  return ({ phase, blockBytes, blockBytesTotal, elapsedMs }) => {
    if (phase !== 'segments') return;
    terminal.progress(transferLine(doing, blockBytes, blockBytesTotal, rate.at(elapsedMs, blockBytes)));
  };
}

/** `1.20 s (84.0 MB/s)`. */
export function speedText(bytes: number, elapsedMs: number): string {
  return `${formatDuration(elapsedMs)} (${rateText(rateOf(bytes, elapsedMs))})`;
}

/** `1.20 s (84.0 MB/s of the snapshot)`: behind what was sent, which is less. */
export function snapshotSpeedText(bytes: number, elapsedMs: number): string {
  return `${formatDuration(elapsedMs)} (${rateText(rateOf(bytes, elapsedMs))} of the snapshot)`;
}

function rateOf(bytes: number, elapsedMs: number): number {
  return (bytes / Math.max(elapsedMs, 1e-3)) * 1000;
}
