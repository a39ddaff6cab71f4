/** From the rounds of one contestant to its row: medians, and net of what Node itself takes. */
import type { PeerRound, PeerRow, Seen } from '../measurement/peer-row.js';
import { median } from './summary.js';

/** `emptySeconds`: CPU of `node -e 0` in each round. A contestant that failed in any round has no figures. */
export function peerRow(seen: Seen, emptySeconds: readonly number[]): Omit<PeerRow, 'onFront'> {
  const { rounds, profile } = seen;
  const isMeasured = rounds.length > 0 && (seen.error === null || rounds.some(({ exact }) => !exact));
  const middle = (figure: (round: PeerRound) => number | undefined): number | null => {
    const values = rounds.map(figure).filter((value) => value !== undefined);
    return isMeasured && values.length === rounds.length ? median(values) : null;
  };
  const whole = (figure: (round: PeerRound) => number | undefined): number | null => {
    const value = middle(figure);
    return value === null ? null : Math.round(value);
  };
  const net = (gross: number | null): number | null =>
    gross === null || profile === null ? gross : Math.max(0, gross - median(emptySeconds));
  const diffCpuSeconds = middle(({ diff }) => diff.cpuSeconds);
  const applyCpuSeconds = middle(({ apply }) => apply?.cpuSeconds);
  return {
    ...seen,
    rounds: [...rounds],
    deltaBytes: whole(({ deltaBytes }) => deltaBytes),
    diffCpuSeconds,
    netDiffCpuSeconds: net(diffCpuSeconds),
    diffWallSeconds: middle(({ diff }) => diff.wallSeconds),
    peakRssBytes: whole(({ diff }) => diff.peakRssBytes),
    applyCpuSeconds,
    netApplyCpuSeconds: net(applyCpuSeconds),
    applyWallSeconds: middle(({ apply }) => apply?.wallSeconds),
    applyPeakRssBytes: whole(({ apply }) => apply?.peakRssBytes),
    exact: isMeasured ? rounds.every(({ exact }) => exact) : null,
  };
}
