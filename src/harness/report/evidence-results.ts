/** The document of `tune --shipped`: the exact evidence for a shipped profile. Nothing in it depends on the machine or the day. */
import { z } from 'zod';
import { configurationSchema } from '../experiment/configuration.js';
import { workloadRecordSchema } from '../measurement/row.js';
import { figuresSchema } from '../tuning/figures.js';

export const evidenceSchemaName = 'snapdelta/evidence/1';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const link = { bitsPerSecond: z.number(), roundTripMs: z.number() };
const breakEvenSchema = z.strictObject({ at: z.number(), configuration: z.string() }).nullable();
const breakEvensSchema = z.strictObject({ below: breakEvenSchema, above: breakEvenSchema });

export const evidenceSchema = z.strictObject({
  schema: z.literal(evidenceSchemaName),
  profile: z.strictObject({ name: z.string(), sha256: sha256.describe("of the profile's file") }),
  search: z.strictObject({
    workloadFile: sha256,
    workPrices: sha256,
    seed: z.int(),
    budgetMs: z.number().describe('modelled CPU'),
    points: z.int().nonnegative(),
    trials: z.int().positive(),
    digest: sha256.describe('over all trials'),
  }),
  workloads: z.array(workloadRecordSchema),
  strategies: z
    .array(
      z.strictObject({
        configuration: configurationSchema,
        score: z.number().describe("over the own strategy's: less is better"),
        isEligible: z.boolean().describe("whether it keeps the profile's limits, by modelled CPU"),
        figures: z.array(figuresSchema),
      }),
    )
    .min(1)
    .describe('the own strategy, then what nothing dominates, the best first'),
  verdict: z.strictObject({
    kind: z
      .enum(['supported', 'kept', 'not supported'])
      .describe('nothing is better by more than 3 %; something is, and a reason is given; something is'),
    best: z.string(),
    score: z.number().describe("of the best over the own strategy's"),
    because: z.string().nullable(),
  }),
  links: z
    .array(z.strictObject({ ...link, best: z.string(), score: z.number() }))
    .describe('on other links the best, and its score over that of the own strategy'),
  breakEven: z
    .strictObject({ bitsPerSecond: breakEvensSchema, roundTripMs: breakEvensSchema })
    .describe('where another choice would be better by more than 3 %'),
  regrets: z
    .array(z.strictObject({ workload: z.string(), best: z.string(), ratio: z.number() }))
    .describe("on each workload the own strategy's score over that of the best there"),
});
export type Evidence = z.infer<typeof evidenceSchema>;
