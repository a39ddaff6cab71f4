/** Document of `bench peers`: other programs and ours on the same pairs, in one run. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';
import { peerRowSchema } from '../measurement/peer-row.js';
import { peerVerdictSchema } from '../tuning/peer-verdict.js';

export const peerSchemaName = 'snapdelta/bench-peers/1';

const commandSchema = z
  .array(z.array(z.string()))
  .describe('one list of words a process; {base} and the like put in');

export const peerResultsSchema = z.strictObject({
  schema: z.literal(peerSchemaName),
  environment: environmentSchema,
  rounds: z.int().positive().describe('interleaved; every second one backwards'),
  workers: z.int().positive().describe('of ours; as many cores are there for everybody'),
  cores: z
    .array(z.int().nonnegative())
    .describe('that every process was held to; empty where it was not held'),
  sizeBytes: z.int().positive().nullable().describe('asked for, of workloads that are made; else null'),
  timeoutSeconds: z.number().positive().describe('for each command'),
  workloads: z.array(
    z.strictObject({
      name: z.string(),
      summary: z.string(),
      options: z.array(z.string()).describe('as the command line names it'),
      kind: z
        .enum(['files', 'directories', 'images'])
        .describe('images: files of one size, in whole sectors'),
      baseBytes: z.int().nonnegative(),
      targetBytes: z.int().nonnegative(),
      isEqual: z.boolean().describe('whether nothing changed'),
      emptyCpuSeconds: z.array(z.number().nonnegative()).describe('`node -e 0`, in each round'),
    }),
  ),
  tools: z.array(
    z.strictObject({
      tool: z.string(),
      profile: z.string().nullable(),
      version: z.string().nullable(),
      summary: z.string(),
      prepare: commandSchema,
      diff: commandSchema,
      apply: commandSchema,
    }),
  ),
  absent: z.array(
    z.strictObject({ tool: z.string(), programs: z.array(z.string()).describe('that are not installed') }),
  ),
  leftOut: z
    .array(z.strictObject({ workload: z.string(), tool: z.string(), reason: z.string() }))
    .describe('what was not tried, and why'),
  rows: z.array(peerRowSchema).describe('by workload, fewest bytes first'),
  verdicts: z.array(peerVerdictSchema),
});
export type PeerResults = z.infer<typeof peerResultsSchema>;
