/** Rows of `bench peers` with made-up figures. */
import type { PeerRound, PeerRow } from '../../../src/harness/measurement/peer-row.js';
import { peerRow } from '../../../src/harness/statistics/peer-row.js';

const MiB = 2 ** 20;

export function peerRound(
  deltaBytes: number,
  cpuSeconds: number,
  applySeconds = 0.5,
  exact = true,
): PeerRound {
  const usage = { wallSeconds: cpuSeconds * 1.5, peakRssBytes: 100 * MiB };
  return {
    deltaBytes,
    diff: { ...usage, cpuSeconds },
    apply: { ...usage, cpuSeconds: applySeconds },
    exact,
  };
}

/** Of one round; where `profile` is given it is ours, and `node -e 0` took `emptySeconds`. */
export function syntheticPeer(
  workload: string,
  tool: string,
  deltaBytes: number,
  cpuSeconds: number,
  {
    profile = null,
    applySeconds = 0.5,
    exact = true,
  }: { profile?: string | null; applySeconds?: number; exact?: boolean } = {},
): Omit<PeerRow, 'onFront'> {
  const rounds = [peerRound(deltaBytes, cpuSeconds, applySeconds, exact)];
  const seen = { workload, tool, version: '1.0', profile, prepareCpuSeconds: 0, rounds };
  return peerRow({ ...seen, error: exact ? null : 'byte 7 differs' }, [emptySeconds]);
}

export const emptySeconds = 0.05;
