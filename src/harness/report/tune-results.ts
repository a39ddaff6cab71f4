/** The document of `tune`: what was searched, what was found, what is recommended, and why. */
import { z } from 'zod';
import { objectiveMetrics } from '../../engine/profile/profile.js';
import { configurationSchema } from '../experiment/configuration.js';
import { environmentSchema } from '../measurement/environment.js';
import { rowSchema, workloadRecordSchema } from '../measurement/row.js';
import { figuresSchema } from '../tuning/figures.js';
import { origins } from '../tuning/search/search.js';

export const tuneSchemaName = 'snapdelta/tune-results/1';

const count = z.int().nonnegative();
const armSchema = z.strictObject({
  trials: count,
  workMs: z.number().describe('modelled CPU'),
  gain: z.number().describe('hypervolume that its configurations added'),
});
const breakEvenSchema = z
  .strictObject({ at: z.number(), configuration: z.string() })
  .nullable()
  .describe('null: none in sight');
const breakEvensSchema = z.strictObject({ below: breakEvenSchema, above: breakEvenSchema });

export const tuneResultsSchema = z.strictObject({
  schema: z.literal(tuneSchemaName),
  environment: environmentSchema,
  profile: z.strictObject({
    name: z.string(),
    summary: z.string(),
    objectives: z.array(z.strictObject({ metric: z.enum(objectiveMetrics), weight: z.number() })),
    link: z.strictObject({ bitsPerSecond: z.number(), roundTripMs: z.number() }),
  }),
  options: z.strictObject({
    seed: z.int(),
    budgetMs: z.number().positive().describe('modelled CPU'),
    rounds: count.describe('in which the recommendation was measured beside the own strategy'),
  }),
  workloads: z.array(workloadRecordSchema).describe('cheapest first, as they were tried'),
  rungs: z.array(z.int().positive()).describe('with how many of the workloads each rung works'),
  space: z.array(
    z.strictObject({
      strategy: z.string(),
      axes: z.array(
        z.strictObject({ key: z.string(), values: z.array(z.union([z.string(), z.number(), z.boolean()])) }),
      ),
    }),
  ),
  points: count.describe('of the space'),
  configurations: z.array(configurationSchema),
  trials: z
    .array(
      z.strictObject({
        configuration: z.string(),
        origin: z.enum(origins),
        figures: z.array(figuresSchema).describe('as far as it came'),
        score: z
          .number()
          .nullable()
          .describe(
            "over the own strategy's, all workloads: less is better; null where it did not come so far",
          ),
        isEligible: z.boolean().describe("whether it keeps the profile's limits, by modelled CPU"),
      }),
    )
    .describe('in the order in which they began; the first is the own strategy'),
  digest: z.string().describe('SHA-256 over all trials: the run, to compare with another'),
  search: z.strictObject({
    spentMs: z.number().describe('modelled CPU of all trials'),
    cpuMs: z.number().describe('sampled CPU of the same'),
    isExhausted: z.boolean().describe('whether every point was tried on all workloads'),
    arms: z.strictObject({ chance: armSchema, evolution: armSchema }),
    leader: z.enum(['chance', 'evolution']).nullable(),
    hypervolume: z.number().describe('of the front, in logarithms of the objectives'),
  }),
  front: z.array(z.string()).describe('configurations that nothing dominates, over all workloads'),
  importance: z.array(
    z.strictObject({
      setting: z.string(),
      share: z
        .number()
        .describe('of the variance of the score, among trials of the recommended strategy on the first rung'),
      values: z.array(z.strictObject({ value: z.string(), score: z.number(), trials: count })),
    }),
  ),
  verdict: z.strictObject({
    kind: z.enum(['better', 'none is better', 'not confirmed']),
    own: z.string(),
    recommended: z.string(),
    score: z.number().describe("of what is recommended over the own strategy's, modelled"),
    measuredScore: z.number().nullable().describe('the same, measured; null where nothing was measured'),
    objectives: z.array(
      z.strictObject({
        metric: z.enum(objectiveMetrics),
        weight: z.number(),
        ratio: z.number(),
        measuredRatio: z.number().nullable(),
      }),
    ),
    passedOver: z.array(z.strictObject({ configuration: z.string(), score: z.number(), reason: z.string() })),
  }),
  breakEven: z.strictObject({ bitsPerSecond: breakEvensSchema, roundTripMs: breakEvensSchema }),
  regrets: z.array(
    z.strictObject({
      workload: z.string(),
      best: z.string(),
      ratio: z.number(),
      withoutIt: z.strictObject({ configuration: z.string(), ratio: z.number() }).nullable(),
    }),
  ),
  rows: z.array(rowSchema).describe('measured: the own strategy, and what was thought better'),
});
export type TuneResults = z.infer<typeof tuneResultsSchema>;
