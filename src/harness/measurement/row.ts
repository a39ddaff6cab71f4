/**
 * Rows of pipeline results: one configuration on one workload with one number of workers. Exact figures stand once, sampled
 * ones as raw samples in the order of rounds, so that whoever reads the file can summarise them in another way.
 */
import { z } from 'zod';
import { counters, stages } from '../../base/meter.js';
import { exactMetrics, recordOf, sampledMetrics } from './metric.js';

const count = z.int().nonnegative();
const instructions = z
  .strictObject({
    stages: z.partialRecord(z.enum(stages), count),
    other: count.describe('outside of every stage'),
    eachLane: count.describe('what each thread does once for itself; of one thread'),
  })
  .describe('executed WebAssembly instructions, exact');
const samples = z.array(z.number().nonnegative()).min(1);

export const workloadRecordSchema = z.strictObject({
  name: z.string(),
  summary: z.string(),
  baseBytes: count,
  targetBytes: count,
  changedBytes: count
    .nullable()
    .describe('bytes that truly changed, as the generator states; null for real series'),
  seed: z.int(),
});
export type WorkloadRecord = z.infer<typeof workloadRecordSchema>;

export const operationBytesSchema = z
  .strictObject({ copy: count, add: count, literal: count, repeat: count, zero: count })
  .describe('target bytes by the kind of operation that rebuilds them');
export type OperationBytes = z.infer<typeof operationBytesSchema>;

export const rowSchema = z.strictObject({
  workload: z.string(),
  configuration: z.string(),
  workers: z.int().positive(),
  exact: recordOf(exactMetrics, count),
  operationBytes: operationBytesSchema,
  packageSha256: z.string().regex(/^[0-9a-f]{64}$/),
  counts: z.strictObject({
    diff: z.partialRecord(z.enum(counters), count),
    apply: z.partialRecord(z.enum(counters), count),
  }),
  instructions: z
    .strictObject({ diff: instructions, apply: instructions })
    .exactOptional()
    .describe('only where the metered kernels ran'),
  samples: recordOf(sampledMetrics, samples),
  stageMs: z
    .strictObject({
      diff: z.partialRecord(z.enum(stages), samples),
      apply: z.partialRecord(z.enum(stages), samples),
    })
    .describe('time inside each stage, summed over threads'),
});
export type Row = z.infer<typeof rowSchema>;
