/** What is kept of one seed's run. All of it is exact: the same on every machine, in every process, for any number of workers. */
import { z } from 'zod';

const count = z.int().nonnegative();

export const violationSchema = z.strictObject({
  invariant: z.string(),
  message: z.string(),
  atMs: z.number().nonnegative().describe('simulated time'),
  eventCount: count,
});

/** A number of each row, with its unit and whether more of it is better; null where neither is. */
export const rowFigures = [
  { name: 'nodeCount', title: 'nodes', unit: '1', direction: null },
  { name: 'snapshotCount', title: 'snapshots', unit: '1', direction: null },
  { name: 'volumeBytes', title: 'data', unit: 'B', direction: null },
  { name: 'scheduledFaultCount', title: 'faults by schedule', unit: '1', direction: null },
  { name: 'struckFaultCount', title: 'faults by chance', unit: '1', direction: null },
  { name: 'startCount', title: 'starts of programs', unit: '1', direction: null },
  { name: 'eventCount', title: 'events', unit: '1', direction: null },
  { name: 'simulatedMs', title: 'simulated time', unit: 'ms', direction: 'less' },
  { name: 'bytesOnWire', title: 'on the wire', unit: 'B', direction: 'less' },
  { name: 'acknowledgedCount', title: 'pushes acknowledged', unit: '1', direction: 'more' },
  { name: 'restoredCount', title: 'restores compared', unit: '1', direction: 'more' },
] as const;

export type RowFigure = (typeof rowFigures)[number]['name'];

export const seedRowSchema = z.strictObject({
  seed: count,
  digest: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .describe('of the trace: the identity of the run'),
  features: z
    .array(z.string())
    .readonly()
    .optional()
    .describe('of the swarm that the seed drew; absent where one scenario was given'),
  violation: violationSchema.nullable(),
  figures: z.strictObject(
    Object.fromEntries(rowFigures.map(({ name }) => [name, z.number().nonnegative()])) as Record<
      RowFigure,
      z.ZodNumber
    >,
  ),
});
export type SeedRow = z.infer<typeof seedRowSchema>;
