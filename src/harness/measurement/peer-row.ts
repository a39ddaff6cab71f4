/**
 * Rows of `bench peers`: one tool on one pair of snapshots. Times and memory are samples, one a round; the figures beside them are their
 * medians. Bytes may differ from round to round with tools that encrypt.
 */
import { z } from 'zod';
import { present } from '../../base/errors.js';

const seconds = z.number().nonnegative();
const bytes = z.int().nonnegative();

/** What processes took: CPU and wall add up over the commands of a step, memory is that of the largest process. */
export const processUsageSchema = z.strictObject({
  cpuSeconds: seconds.describe('user + system, with all processes that were waited for'),
  wallSeconds: seconds,
  peakRssBytes: bytes.describe('resident set of the largest single process'),
});
export type ProcessUsage = z.infer<typeof processUsageSchema>;

const roundSchema = z.strictObject({
  deltaBytes: bytes,
  diff: processUsageSchema,
  apply: processUsageSchema.nullable().describe('null where the diff itself rebuilds the target'),
  exact: z.boolean(),
});
export type PeerRound = z.infer<typeof roundSchema>;

export const peerRowSchema = z.strictObject({
  workload: z.string(),
  tool: z.string().describe('a variant of a tool, or snapdelta'),
  version: z.string().nullable().describe('null where the tool does not tell'),
  profile: z.string().nullable().describe('ours: a profile, or a strategy with its settings; else null'),
  deltaBytes: bytes.nullable(),
  diffCpuSeconds: seconds.nullable(),
  netDiffCpuSeconds: seconds
    .nullable()
    .describe('ours: without what `node -e 0` took in the same rounds; of others the same as diffCpuSeconds'),
  diffWallSeconds: seconds.nullable(),
  peakRssBytes: bytes.nullable().describe('of the diff'),
  applyCpuSeconds: seconds.nullable().describe('null where the diff itself rebuilds the target'),
  netApplyCpuSeconds: seconds.nullable(),
  applyWallSeconds: seconds.nullable(),
  applyPeakRssBytes: bytes.nullable(),
  prepareCpuSeconds: seconds.nullable().describe('a signature, a first backup: once, not part of the diff'),
  exact: z.boolean().nullable().describe('whether the target was rebuilt byte for byte in every round'),
  error: z.string().nullable().describe('why there are no figures, or which byte is wrong'),
  onFront: z.boolean().describe('whether nothing exact has fewer bytes at no more net CPU'),
  rounds: z.array(roundSchema),
});
export type PeerRow = z.infer<typeof peerRowSchema>;

/** What was seen of one contestant on one pair. */
export interface Seen {
  readonly workload: string;
  readonly tool: string;
  readonly version: string | null;
  readonly profile: string | null;
  readonly prepareCpuSeconds: number | null;
  readonly rounds: readonly PeerRound[];
  readonly error: string | null;
}

/** The figures of a row that was measured and rebuilt its target: what judging and drawing work with. */
export interface MeasuredPeer {
  readonly row: PeerRow;
  readonly deltaBytes: number;
  readonly cpuSeconds: number;
  readonly netCpuSeconds: number;
}

/** Rows without figures, and those that did not rebuild the target, are left out: they have no place on a front. */
export function measuredPeers(rows: readonly PeerRow[]): MeasuredPeer[] {
  return rows
    .filter(({ exact }) => exact === true)
    .map((row) => ({
      row,
      deltaBytes: present(row.deltaBytes ?? undefined, 'bytes'),
      cpuSeconds: present(row.diffCpuSeconds ?? undefined, 'CPU'),
      netCpuSeconds: present(row.netDiffCpuSeconds ?? undefined, 'net CPU'),
    }));
}

/** `xdelta3 -1`, `snapdelta live-replication`. */
export function contestantName({ tool, profile }: Pick<PeerRow, 'tool' | 'profile'>): string {
  return profile === null ? tool : `${tool} ${profile}`;
}
