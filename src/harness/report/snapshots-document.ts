/** Document of `snapshots --json`: the versions that a server or a repository has. */
import { z } from 'zod';

export const snapshotsSchemaName = 'snapdelta/snapshots/1';

const dot = z.string().describe('a version: its writer and the count of that writer, as WRITER:COUNT');

export const snapshotsSchema = z.strictObject({
  schema: z.literal(snapshotsSchemaName),
  snapshots: z
    .array(
      z.strictObject({
        volume: z.string(),
        dot,
        time: z.string().describe('when it was pushed, by the hybrid clock; UTC'),
        bytes: z.int().nonnegative().describe('size of the whole snapshot'),
        content: z.string().describe("content id in hex, under the repository's fingerprint"),
        parents: z.array(dot).describe('the versions that it was made from'),
        isHead: z.boolean().describe('whether it is what the name of the volume means now'),
      }),
    )
    .describe('by volume, writer, count'),
});
export type SnapshotsDocument = z.infer<typeof snapshotsSchema>;
