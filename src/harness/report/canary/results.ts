/**
 * Document of `canary`: a rollout as far as it has come, why it stands where it stands, what was compared, and how often such a judge errs. It is also what a rollout goes on from: with the same
 * sides, fleet and rules it is the same to the last byte, but for the environment and the times of actions.
 */
import { z } from 'zod';
import { gateNames } from '../../canary/gates.js';
import { metricStatuses } from '../../canary/judge.js';
import { groupNames } from '../../canary/metrics.js';
import { stageNames } from '../../canary/stages.js';
import { configurationSchema } from '../../experiment/configuration.js';
import { environmentSchema } from '../../measurement/environment.js';

export const canarySchemaName = 'snapdelta/canary/1';

const count = z.int().nonnegative();
const share = z.number().describe('candidate over stable, less 1: above 0 is worse');

const problemSchema = z.strictObject({
  gate: z.enum(gateNames),
  volume: count.describe('its number in the fleet'),
  message: z.string(),
});

const gateFindingSchema = z.strictObject({
  gate: z.enum(gateNames),
  checked: count.describe('volumes that were checked, those of earlier stages included'),
  problems: z.array(problemSchema),
});

const metricFindingSchema = z.strictObject({
  metric: z.string(),
  group: z.enum(groupNames),
  unit: z.enum(['B', 'ms', '1']),
  status: z.enum(metricStatuses),
  stable: z.number().nullable().describe('over all volumes seen; null where none can be used'),
  candidate: z.number().nullable(),
  change: share,
  low: share.describe('at least this, at the level of a rejection'),
  high: share.nullable().describe('at most this, at the level of a pass; null where anything may be'),
  volumes: count,
  unusable: count.describe('volumes left out, since a value was no number'),
});

const decisions = ['go on', 'promoted', 'rejected', 'inconclusive'] as const;

const stageSchema = z.strictObject({
  name: z.enum(stageNames),
  exposed: count.describe('volumes that run with the candidate for real'),
  seen: count.describe('volumes that have run with both sides by the end of the stage'),
  finding: z
    .strictObject({
      decision: z.enum(decisions),
      reasons: z.array(z.string()),
      gates: z.array(gateFindingSchema),
      metrics: z.array(metricFindingSchema),
      score: share.describe('weighted geometric mean of what the groups changed by'),
    })
    .nullable()
    .describe('null where the stage was not run'),
});

const figuresSchema = z.strictObject({
  syncMs: z.array(z.number()),
  wireBytes: z.number(),
  storedBytes: z.number(),
  workMs: z.number(),
  applyMs: z.number().exactOptional().describe('of real directories alone, whose `workMs` is of diffs'),
  peakBytes: z.number(),
  retries: z.number(),
});

const trialSchema = z.strictObject({
  kind: z.enum(['bad', 'harmless']),
  name: z.string(),
  decision: z.enum(decisions),
  stage: z.enum(stageNames).describe('in which it was decided'),
  reason: z.string(),
  worst: share.describe('the largest change of a metric among the volumes that were seen'),
});
export type CanaryTrial = z.infer<typeof trialSchema>;

const trialsSchema = z.strictObject({
  seed: count,
  count: count.describe('candidates of each kind'),
  badPromoted: count,
  harmlessRejected: count,
  harmlessUndecided: count,
  trials: z.array(trialSchema),
});
export type CanaryTrials = z.infer<typeof trialsSchema>;

const actionSchema = z.strictObject({
  step: z.enum(['approved', 'rolled-back']),
  stage: z.enum(stageNames).describe('the last stage that had been run'),
  by: z.string(),
  purpose: z.string(),
  at: z.string().describe('ISO 8601'),
});

const programSchema = z.strictObject({
  label: z.string(),
  from: z
    .union([z.strictObject({ commit: z.string() }), z.strictObject({ path: z.string() })])
    .nullable()
    .describe('a commit that was built, a program that was given; null: the one that ran this'),
  options: z.array(z.string()).describe('of its diff'),
  isSigned: z.boolean(),
});

const directoriesSchema = z.strictObject({
  folders: z.array(z.strictObject({ path: z.string(), snapshots: z.array(z.string()).describe('in order') })),
  link: z.strictObject({
    name: z.string(),
    megabitsPerSecond: z.number(),
    roundTripMs: z.number(),
    loss: z.number(),
  }),
  rounds: count.describe('runs of each diff and apply, of which the least counts'),
  programs: z.strictObject({ stable: programSchema, candidate: programSchema }),
});

export const canaryStates = [
  'running',
  'waiting',
  'promoted',
  'rejected',
  'inconclusive',
  'rolled-back',
] as const;
export type CanaryState = (typeof canaryStates)[number];

export const canaryResultsSchema = z.strictObject({
  schema: z.literal(canarySchemaName),
  environment: environmentSchema.nullable(),
  state: z.enum(canaryStates),
  stable: configurationSchema,
  candidate: configurationSchema,
  fleet: z.strictObject({
    seed: count,
    volumes: count.describe('of real directories: directories, or steps from a snapshot to the next'),
    pushesEach: count.describe('0 for real directories'),
  }),
  directories: directoriesSchema
    .exactOptional()
    .describe('what was compared in place of a simulated fleet; there the candidate runs in the shadow only'),
  rules: z.strictObject({
    tolerated: z.number(),
    harm: z.number(),
    alpha: z.number().describe('chance of a false rejection in the whole rollout'),
    beta: z.number().describe('chance of passing a metric that is worse by just `harm`'),
  }),
  pauses: z.enum(['none', 'each stage']),
  exposed: count.describe('volumes that ran with the candidate for real, at most'),
  spared: count.describe('volumes that a rollout to all at once would have reached, too'),
  stages: z.array(stageSchema),
  actions: z.array(actionSchema),
  problems: z.array(problemSchema),
  pairs: z.array(z.strictObject({ number: count, stable: figuresSchema, candidate: figuresSchema })),
  trials: trialsSchema.nullable().describe('the judge tried on candidates whose worth is known'),
});
export type CanaryResults = z.infer<typeof canaryResultsSchema>;
export type CanaryMetricFinding = z.infer<typeof metricFindingSchema>;
