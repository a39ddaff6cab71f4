/**
 * Whether a configuration may serve a profile at all: the profile's features and limits against what the configuration is and what
 * was measured. Flags that any configuration can switch on without a change of speed or size worth measuring (signatures, recorded
 * decisions) exclude nobody.
 */
import { z } from 'zod';
import type { Profile } from '../../engine/profile/profile.js';
import type { ConfigurationRecord } from '../experiment/configuration.js';
import type { Row, WorkloadRecord } from '../measurement/row.js';
import { exactValue, sampledMedian } from '../statistics/values.js';

/** Limits that depend on the machine, in the order in which they may be lifted when nothing keeps them. */
export const measuredLimits = ['cpu', 'peak-memory', 'exchange'] as const;

const exceeded = { value: z.number(), limit: z.number() };

export const exclusionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ids') }).describe('ids must resist planted collisions'),
  z.strictObject({ kind: z.literal('base-content') }).describe('only digests of the base are known'),
  z.strictObject({ kind: z.literal('portable-bytes') }).describe('bytes differ between platforms'),
  z
    .strictObject({ kind: z.literal('peak-memory'), workload: z.string(), ...exceeded })
    .describe('bytes, on the workload that takes most'),
  z
    .strictObject({ kind: z.literal('cpu'), ...exceeded })
    .describe('diff CPU ms per MiB of target, all workloads together'),
  z
    .strictObject({ kind: z.literal('exchange'), ...exceeded })
    .describe('bytes per MiB of base, all workloads together'),
]);
export type Exclusion = z.infer<typeof exclusionSchema>;

const MiB = 2 ** 20;

/**
 * Every reason why the configuration is not eligible; none when it is. Memory must suffice for every workload; costs per MiB are
 * taken over all workloads together, since on a snapshot of a few MiB what a run costs at all would pass for a cost per MiB.
 */
export function exclusions(
  configuration: ConfigurationRecord,
  rows: readonly Row[],
  workloads: readonly WorkloadRecord[],
  profile: Profile,
): Exclusion[] {
  const { features, limits } = profile;
  const found: Exclusion[] = [];
  if (features.collisionResistantIds && !configuration.collisionResistantIds) found.push({ kind: 'ids' });
  if (!features.baseContentAtHand && configuration.needsBaseContent) found.push({ kind: 'base-content' });
  if (features.portableBytes && !configuration.portableBytes) found.push({ kind: 'portable-bytes' });
  const [hungriest] = rows
    .map((row) => ({ workload: row.workload, value: sampledMedian(row, 'diffPeakBytes') }))
    .sort((a, b) => b.value - a.value);
  const memoryMax = limits.peakMemoryBytesMax ?? Infinity;
  if (hungriest !== undefined && hungriest.value > memoryMax) {
    found.push({ kind: 'peak-memory', ...hungriest, limit: memoryMax });
  }
  const total = (value: (row: Row) => number): number => rows.reduce((sum, row) => sum + value(row), 0);
  const MiBOf = (side: 'baseBytes' | 'targetBytes'): number =>
    workloads.reduce((sum, workload) => sum + workload[side], 0) / MiB;
  const cpu = total((row) => sampledMedian(row, 'diffCpuMs')) / MiBOf('targetBytes');
  const cpuMax = limits.cpuMsPerMiBMax ?? Infinity;
  if (cpu > cpuMax) found.push({ kind: 'cpu', value: cpu, limit: cpuMax });
  const exchange = total((row) => exactValue(row, 'exchangeBytes')) / MiBOf('baseBytes');
  const exchangeMax = limits.exchangeBytesPerMiBMax ?? Infinity;
  if (exchange > exchangeMax) found.push({ kind: 'exchange', value: exchange, limit: exchangeMax });
  return found;
}
