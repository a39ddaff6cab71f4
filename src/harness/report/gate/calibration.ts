/** Document of `gate --calibrate`: how often a gate errs on this machine, what it can see, and the rounds from which that follows. */
import { z } from 'zod';
import { environmentSchema } from '../../measurement/environment.js';
import { directions } from '../../verdict/measure.js';
import { countsSchema, thresholdSchema } from '../../verdict/verdict.js';

export const gateCalibrationSchemaName = 'snapdelta/gate-calibration/1';

const trialSchema = z.strictObject({
  slowdown: z
    .number()
    .nonnegative()
    .describe(
      'of one metric in each decision, in turn, of those whose threshold is smaller; 0: nothing differs',
    ),
  decisions: z.int().positive(),
  counts: countsSchema.describe('verdicts'),
  roundsMean: z.number().nonnegative().describe('until the verdict stood'),
});

export const gateCalibrationSchema = z.strictObject({
  schema: z.literal(gateCalibrationSchemaName),
  environment: environmentSchema.describe('in which the rounds were recorded'),
  errors: z.strictObject({ alpha: z.number(), beta: z.number() }).describe('declared rates'),
  looks: z.array(z.int().positive()).describe('rounds after which a decision is looked at'),
  blockLength: z.int().positive().describe('neighbouring rounds that are drawn together'),
  trials: z.array(trialSchema).describe('decisions repeated on rounds drawn from the recorded ones'),
  metrics: z.array(
    z.strictObject({
      metric: z.string(),
      unit: z.string(),
      direction: z.enum(directions),
      threshold: thresholdSchema,
      median: z.number().nullable(),
      deviation: z
        .number()
        .describe("of a round's ratio: 1.4826 times the median deviation of its logarithm from its median"),
      smallestChange: z
        .number()
        .nullable()
        .describe(
          'of those tried, the smallest change for the worse that nine of ten decisions find; null: none',
        ),
      baseline: z.array(z.number()).describe('recorded, round by round'),
      candidate: z.array(z.number()),
    }),
  ),
});
export type GateCalibration = z.infer<typeof gateCalibrationSchema>;
