/** Document of `bench links`. Everything but the environment is exact: time, bytes and CPU are simulated, the same on every machine. */
import { z } from 'zod';
import { environmentSchema } from '../measurement/environment.js';

export const linksSchemaName = 'snapdelta/bench-links/1';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const rowSchema = z.strictObject({
  profile: z.string(),
  topology: z.string(),
  strategy: z.string(),
  severity: count.describe('position in `severities`'),
  bytesOnWire: amount.describe('of one push, on all links, with headers and what was sent again; mean'),
  workedMs: amount.describe('CPU of all machines for one push, by the calibration; mean'),
  attempts: amount.describe('connections of the agent for one push; mean'),
  recoveryLagMs: amount
    .nullable()
    .describe(
      'from the restart of a server that crashed in the midst of a push to the end of that push; mean, null where no push was caught',
    ),
  p50Ms: amount.describe('from the call of a push until the last server shows the version'),
  p90Ms: amount,
  p99Ms: amount,
  samples: count.describe('pushes behind percentiles and means, but for the lag'),
});
export type LinksRow = z.infer<typeof rowSchema>;

const named = { name: z.string(), describe: z.string() };

export const linkMetrics = ['bytesOnWire', 'recoveryLagMs', 'workedMs'] as const;
export type LinkMetric = (typeof linkMetrics)[number];

const winnerSchema = z
  .strictObject({
    profile: z.string(),
    metric: z.enum(linkMetrics),
    severity: count.describe('from which on it is the best'),
    strategy: z.string(),
    value: amount,
  })
  .describe(
    'the best at the least severity, and each later one that is more than a tenth better than the best before',
  );
export type Winner = z.infer<typeof winnerSchema>;

export const linksResultsSchema = z.strictObject({
  schema: z.literal(linksSchemaName),
  environment: environmentSchema.nullable().describe('null where it was not asked for'),
  bytes: z.int().positive().describe('of the first version'),
  snapshots: z.int().positive().describe('pushed after it'),
  seeds: z.int().positive(),
  link: z.string().describe('topology of the rows against severity'),
  syncStrategy: z.string().describe('of the rows by topology'),
  syncSeverity: count.describe('of the rows by topology'),
  severities: z.array(z.strictObject({ loss: amount, resetsPerMinute: amount, crashesPerMinute: amount })),
  topologies: z.array(
    z.strictObject({
      name: z.string(),
      hops: z.array(
        z.strictObject({
          name: z.string(),
          megabitsPerSecond: z.number().positive(),
          roundTripMs: z.number().positive(),
          loss: amount,
        }),
      ),
    }),
  ),
  profiles: z.array(z.strictObject(named)),
  strategies: z.array(z.strictObject(named)),
  faults: z.array(rowSchema).describe('every strategy at every severity, over one link'),
  winners: z.array(winnerSchema),
  sync: z.array(rowSchema).describe('one strategy over every topology'),
});
export type LinksResults = z.infer<typeof linksResultsSchema>;

/** A new best must be better by so much: less is the chance of seeds. */
const marginMin = 0.1;

/** Where which strategy is the best, by profile and metric, severities ascending. */
export function winnersOf(rows: readonly LinksRow[]): Winner[] {
  const profiles = [...new Set(rows.map(({ profile }) => profile))];
  return profiles.flatMap((profile) => linkMetrics.flatMap((metric) => winnersFor(rows, profile, metric)));
}

function winnersFor(rows: readonly LinksRow[], profile: string, metric: LinkMetric): Winner[] {
  const winners: Winner[] = [];
  const own = rows.filter((row) => row.profile === profile);
  for (const severity of [...new Set(own.map((row) => row.severity))].sort((a, b) => a - b)) {
    const values = own.flatMap((row) => {
      const value = row[metric];
      return row.severity === severity && value !== null ? [{ strategy: row.strategy, value }] : [];
    });
    const [best] = [...values].sort((a, b) => a.value - b.value);
    if (best === undefined) continue;
    const reigning = winners.at(-1)?.strategy;
    const value = values.find(({ strategy }) => strategy === reigning)?.value ?? Infinity;
    if (best.value < value * (1 - marginMin)) winners.push({ profile, metric, severity, ...best });
  }
  return winners;
}
