/** Rows of `bench peers` with made-up figures. */
import type { PeerRound, PeerRow } from '../../../src/harness/measurement/peer-row.js';
import { peerSchemaName, type PeerResults } from '../../../src/harness/report/peer-results.js';
import { peerRow } from '../../../src/harness/statistics/peer-row.js';
import { judgePeers, withFront } from '../../../src/harness/tuning/peer-verdict.js';
import { syntheticResults } from '../synthetic.js';

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

const emptySeconds = 0.05;

/** Two pairs, five tools, two profiles; with a tool that failed, one that is wrong and one that is absent. */
export function syntheticPeerResults(): PeerResults {
  const pairs = [
    { name: 'pages', targetBytes: 256 * MiB, isEqual: false, scale: 1 },
    { name: 'image', targetBytes: 32 * MiB, isEqual: false, scale: 0.1 },
  ];
  const rows = pairs.flatMap(({ name, scale }) => {
    const peer = (tool: string, bytes: number, cpu: number, more = {}): Omit<PeerRow, 'onFront'> =>
      syntheticPeer(name, tool, Math.round(bytes * scale), cpu * scale, more);
    const failed: Omit<PeerRow, 'onFront'> = peerRow(
      {
        workload: name,
        tool: 'restic',
        version: '0.14',
        profile: null,
        prepareCpuSeconds: 0,
        rounds: [],
        error: 'ended',
      },
      [emptySeconds],
    );
    return withFront([
      peer('snapdelta', 3.9e6, 0.8, { profile: 'live-replication' }),
      peer('snapdelta', 3.1e6, 9, { profile: 'cold-storage' }),
      peer('xdelta3 -1', 4e6, 2.1),
      peer('xdelta3 -9', 3.2e6, 11.3),
      peer('zstd --patch-from -3', 5.6e6, 1.2),
      peer('rsync', 240e6, 6),
      peer('liar', 1, 0.1, { exact: false }),
      failed,
    ]);
  });
  return {
    schema: peerSchemaName,
    environment: syntheticResults().environment,
    rounds: 1,
    workers: 1,
    cores: [1],
    sizeBytes: null,
    timeoutSeconds: 600,
    workloads: pairs.map(({ name, targetBytes, isEqual }) => ({
      name,
      summary: 'made up',
      options: ['--workload', name],
      kind: 'files',
      baseBytes: targetBytes,
      targetBytes,
      isEqual,
      emptyCpuSeconds: [emptySeconds],
    })),
    tools: [
      {
        tool: 'xdelta3 -1',
        profile: null,
        version: '3.0',
        summary: 'made up',
        prepare: [],
        diff: [['xdelta3', '-s', '{base}', 'a b']],
        apply: [],
      },
    ],
    absent: [{ tool: 'bup', programs: ['bup'] }],
    leftOut: [{ workload: 'pages', tool: 'bsdiff', reason: 'slow' }],
    rows,
    verdicts: pairs.flatMap((pair) => judgePeers(pair, rows)),
  };
}
