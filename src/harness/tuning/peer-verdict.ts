/**
 * Where ours stand among the peers of one run: who is on the front, which peers dominate a profile of ours, and whether the profile
 * reaches what it is for. Pure: rows in, verdicts out, so they can be drawn again from a result file.
 *
 * CPU of ours is net of `node -e 0` of the same run; gross figures stand beside it. Only rows that rebuilt their target count.
 */
import { z } from 'zod';
import { contestantName, measuredPeers, type MeasuredPeer, type PeerRow } from '../measurement/peer-row.js';
import { paretoFront } from '../statistics/pareto.js';

const MiB = 2 ** 20;

export const peerTargetNames = ['bytes', 'CPU', 'apply CPU', 'memory'] as const;
const statuses = ['met', 'missed', 'peer not measured'] as const;

const targetSchema = z.strictObject({
  target: z.enum(peerTargetNames),
  limit: z
    .number()
    .nonnegative()
    .nullable()
    .describe('bytes or seconds, at most; null where the peer is missing'),
  of: z.string().describe('where the limit comes from'),
  measured: z.number().nonnegative().nullable().describe('in the unit of the limit'),
  status: z.enum(statuses),
});
export type PeerTarget = z.infer<typeof targetSchema>;

export const peerVerdictSchema = z.strictObject({
  workload: z.string(),
  profile: z.string(),
  dominatedBy: z.array(z.string()).describe('peers with fewer bytes and less CPU than our net CPU'),
  dominatedByGross: z.array(z.string()).describe('the same against our gross CPU, start of Node included'),
  beats: z.array(z.string()).describe('peers with more bytes and more CPU than our net CPU'),
  targets: z.array(targetSchema).describe('of live-replication and cold-storage; of others none'),
});
export type PeerVerdict = z.infer<typeof peerVerdictSchema>;

/** What judging has to know of a pair. */
export interface JudgedPair {
  readonly name: string;
  readonly targetBytes: number;
  readonly isEqual: boolean;
}

/** The rows of one pair with their marks. */
export function withFront(rows: readonly Omit<PeerRow, 'onFront'>[]): PeerRow[] {
  const unmarked = rows.map((row) => ({ ...row, onFront: false }));
  const front = paretoFront(
    measuredPeers(unmarked),
    ({ netCpuSeconds }) => netCpuSeconds,
    ({ deltaBytes }) => deltaBytes,
  );
  const marked = new Set(front.map(({ row }) => row));
  return unmarked.map((row) => ({ ...row, onFront: marked.has(row) }));
}

/** One verdict for each of ours that was measured on the pair. */
export function judgePeers(pair: JudgedPair, rows: readonly PeerRow[]): PeerVerdict[] {
  const measured = measuredPeers(rows.filter(({ workload }) => workload === pair.name));
  const peers = measured.filter(({ row }) => row.profile === null);
  const named = (found: readonly MeasuredPeer[]): string[] => found.map(({ row }) => contestantName(row));
  return measured.flatMap((own): PeerVerdict[] => {
    const { profile } = own.row;
    if (profile === null) return [];
    const fewer = peers.filter(({ deltaBytes }) => deltaBytes < own.deltaBytes);
    return [
      {
        workload: pair.name,
        profile,
        dominatedBy: named(fewer.filter((peer) => peer.cpuSeconds < own.netCpuSeconds)),
        dominatedByGross: named(fewer.filter((peer) => peer.cpuSeconds < own.cpuSeconds)),
        beats: named(
          peers.filter((peer) => peer.deltaBytes > own.deltaBytes && peer.cpuSeconds > own.netCpuSeconds),
        ),
        targets: targetsOf(profile, own, peers, pair),
      },
    ];
  });
}

function targetsOf(
  profile: string,
  own: MeasuredPeer,
  peers: readonly MeasuredPeer[],
  pair: JudgedPair,
): PeerTarget[] {
  const judge = { 'live-replication': liveTargets, 'cold-storage': coldTargets }[profile];
  if (judge === undefined) return [];
  const quick = peerNamed(peers, 'xdelta3 -1');
  const applyLimit = quick?.row.applyCpuSeconds ?? null;
  return [
    ...judge(own, peers, pair),
    target('apply CPU', own.row.netApplyCpuSeconds, applyLimit, 'xdelta3 -1'),
    target('memory', own.row.peakRssBytes, memoryBytesMax(pair), 'of a process, whatever the size'),
  ];
}

/** Below this the fixed cost of a process decides, not what it does with bytes. */
const smallBytes = 64 * MiB;
const shareOfQuick = 0.4;

/** As small as the quick peers together, at a fraction of the CPU of the one that finds more. */
function liveTargets(own: MeasuredPeer, peers: readonly MeasuredPeer[], pair: JudgedPair): PeerTarget[] {
  const quick = peerNamed(peers, 'xdelta3 -1');
  const other = peerNamed(peers, 'zstd --patch-from -3');
  const smaller = [quick, other].filter((peer) => peer !== undefined);
  const share = pair.isEqual || pair.targetBytes < smallBytes ? 1 : shareOfQuick;
  return [
    target(
      'bytes',
      own.deltaBytes,
      smaller.length < 2 ? null : Math.min(...smaller.map(({ deltaBytes }) => deltaBytes)),
      'the smaller of xdelta3 -1 and zstd --patch-from -3',
    ),
    target(
      'CPU',
      own.netCpuSeconds,
      quick === undefined ? null : share * quick.cpuSeconds,
      `${share} x xdelta3 -1`,
    ),
  ];
}

/** Smaller than whatever costs no more than the thorough peer, at no more CPU than that. */
function coldTargets(own: MeasuredPeer, peers: readonly MeasuredPeer[]): PeerTarget[] {
  const thorough = peerNamed(peers, 'xdelta3 -9');
  const affordable = peers
    .filter(({ cpuSeconds }) => cpuSeconds <= (thorough?.cpuSeconds ?? 0))
    .sort((a, b) => a.deltaBytes - b.deltaBytes);
  const [smallest] = affordable;
  return [
    target(
      'bytes',
      own.deltaBytes,
      // Fewer, not as few.
      smallest === undefined ? null : Math.max(0, smallest.deltaBytes - 1),
      smallest === undefined
        ? 'peers at the CPU of xdelta3 -9'
        : `fewer than ${contestantName(smallest.row)}, the smallest at no more CPU than xdelta3 -9`,
    ),
    target('CPU', own.netCpuSeconds, thorough?.cpuSeconds ?? null, 'xdelta3 -9'),
  ];
}

function memoryBytesMax({ targetBytes }: JudgedPair): number {
  return (targetBytes <= 512 * MiB ? 256 : 400) * MiB;
}

function target(
  name: PeerTarget['target'],
  measured: number | null,
  limit: number | null,
  of: string,
): PeerTarget {
  const status =
    limit === null || measured === null ? 'peer not measured' : measured <= limit ? 'met' : 'missed';
  return { target: name, limit, of, measured, status };
}

function peerNamed(peers: readonly MeasuredPeer[], name: string): MeasuredPeer | undefined {
  return peers.find(({ row }) => row.tool === name);
}
