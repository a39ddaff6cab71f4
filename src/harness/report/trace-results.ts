/**
 * Documents of `workloads import`: what a recorded trace holds, and the snapshots that it was replayed into. All is exact, and the same on
 * every machine.
 */
import { z } from 'zod';
import { traceFormatNames } from '../../workload/trace/names.js';

export const traceSchemaName = 'snapdelta/trace/1';
export const traceReplaySchemaName = 'snapdelta/trace-replay/1';

const count = z.int().nonnegative();

const axis = z
  .strictObject({
    first: z.number().describe('where the first bin begins'),
    binSize: z.number().positive(),
    count,
  })
  .describe('bin i begins at first + i * binSize');

const volumeSchema = z.strictObject({
  name: z.string(),
  reads: count,
  writes: count,
  writtenBytes: count,
  addressSpaceBytes: count.describe('end of its highest request'),
});

export const traceResultsSchema = z.strictObject({
  schema: z.literal(traceSchemaName),
  file: z.string(),
  format: z.enum(traceFormatNames),
  volume: z
    .string()
    .nullable()
    .describe('whose events the figures below count; null where the format knows one volume only'),
  volumes: z
    .array(volumeSchema)
    .readonly()
    .describe('all of them, the busiest first; empty where the format knows one'),
  reads: count,
  writes: count,
  trims: count,
  syncs: count,
  readBytes: count,
  writtenBytes: count,
  distinctBytes: count.describe('of distinct sectors of 512 bytes that were written'),
  rewriteRatio: z.number().nonnegative().describe('writtenBytes over distinctBytes; 0 without writes'),
  isEstimated: z.boolean().describe('whether what is distinct was too much to count, and was estimated'),
  addressSpaceBytes: count.describe('end of the highest request'),
  durationMicros: count.describe('from the earliest to the latest request'),
  requestsPerSecond: z.number().nonnegative().describe('of all kinds; 0 where the duration is'),
  dedup: z
    .strictObject({
      contents: count.describe('writes whose content is known'),
      distinctContents: count,
      ratio: z.number().positive().describe('contents over distinctContents'),
    })
    .nullable()
    .describe('null where the trace says nothing of contents'),
  heat: z.strictObject({
    time: axis.describe('microseconds on the clock of the recording'),
    address: axis.describe('bytes'),
    cells: z
      .array(z.array(z.number().nonnegative()).readonly())
      .readonly()
      .describe('written bytes, by time, then by address; a request counts where it begins'),
  }),
});
export type TraceResults = z.infer<typeof traceResultsSchema>;

export const traceReplaySchema = z.strictObject({
  schema: z.literal(traceReplaySchemaName),
  trace: traceResultsSchema,
  name: z.string(),
  summary: z.string(),
  kind: z.literal('recorded'),
  measure: z.literal('in-place'),
  seed: count,
  snapshots: z.array(
    z.strictObject({
      path: z.string(),
      sizeBytes: count,
      changedBytes: count.nullable().describe('against the snapshot before it, exact'),
      removedBytes: count.nullable(),
    }),
  ),
});
