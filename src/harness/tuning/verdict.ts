/**
 * The verdict for one profile: which configuration wins, by how much, why, and where the profile's own strategy stands. Data only:
 * report/explain.ts puts it into sentences. A pure function of rows and profile, so it can be drawn again from a result file.
 */
import { z } from 'zod';
import { present } from '../../base/errors.js';
import { objectiveMetrics } from '../../engine/profile/profile.js';
import type { Profile } from '../../engine/profile/profile.js';
import type { ConfigurationRecord } from '../experiment/configuration.js';
import type { Row, WorkloadRecord } from '../measurement/row.js';
import { geometricMean } from '../statistics/summary.js';
import { exclusionSchema, exclusions, measuredLimits } from './eligibility.js';
import type { Exclusion } from './eligibility.js';
import { meanLine, quickestRanges, syncLine, timeToSyncMs, transferMs } from './link-model.js';
import type { SyncLine } from './link-model.js';
import { objectiveFloors, rank } from './score.js';
import type { Score } from './score.js';

const lineSchema = z.strictObject({ fixedMs: z.number(), bytes: z.number() });
const metric = z.enum(objectiveMetrics);

const placeSchema = z.strictObject({
  configuration: z.string(),
  score: z.number().describe('weighted geometric mean of the ratios to the best; 1 is best at everything'),
  objectives: z
    .array(z.strictObject({ metric, weight: z.number(), ratio: z.number() }))
    .describe('geometric mean over workloads, by objective'),
  meanSync: lineSchema.describe('time to sync, mean over workloads: fixedMs + 8000 x bytes / bitsPerSecond'),
});

const comparisonSchema = z
  .strictObject({
    configuration: z.string(),
    metric,
    fewer: z.int().describe('workloads on which the winner has the smaller value, beyond what is felt'),
    workloads: z.int(),
    ratio: z.number().describe("geometric mean of the other's value to the winner's"),
  })
  .describe('the winner against the best of the other families');

export const profileVerdictSchema = z.strictObject({
  profile: z.string(),
  ranking: z.array(placeSchema).describe('eligible configurations, best first'),
  excluded: z.array(z.strictObject({ configuration: z.string(), reasons: z.array(exclusionSchema) })),
  lifted: z
    .array(z.enum(measuredLimits))
    .describe(
      'limits that nothing otherwise eligible keeps on this machine, and which were therefore left out',
    ),
  winner: z.string().nullable().describe('null when no configuration is eligible'),
  linkShare: z.number().nullable().describe("share of the winner's mean time to sync that the link takes"),
  comparisons: z.array(comparisonSchema),
  losses: z
    .array(
      z.strictObject({ workload: z.string(), metric, to: z.string(), ratio: z.number(), weight: z.number() }),
    )
    .describe('where the winner is furthest from the best, worst first'),
  own: z
    .strictObject({ configuration: z.string(), rank: z.int().nullable(), scoreRatio: z.number().nullable() })
    .describe("the profile's own strategy: rank from 1 and score over the winner's, null when not eligible"),
  quickest: z
    .array(
      z.strictObject({
        configuration: z.string(),
        fromBitsPerSecond: z.number(),
        toBitsPerSecond: z.number().nullable().describe('null: without end'),
      }),
    )
    .describe(
      'who has the shortest mean time to sync at which bandwidth, at the round-trip time of the profile',
    ),
});
export type ProfileVerdict = z.infer<typeof profileVerdictSchema>;
type Comparison = z.infer<typeof comparisonSchema>;

export interface Measured {
  readonly configurations: readonly ConfigurationRecord[];
  readonly workloads: readonly WorkloadRecord[];
  readonly rows: readonly Row[];
}

/** `own` is the id of the profile's own configuration. Configurations without a row for every workload take no part. */
export function judgeProfile(profile: Profile, own: string, measured: Measured): ProfileVerdict {
  const rowsOf = new Map<string, Row[]>();
  for (const row of measured.rows) {
    rowsOf.set(row.configuration, [...(rowsOf.get(row.configuration) ?? []), row]);
  }
  const complete = measured.configurations.filter(
    ({ id }) => rowsOf.get(id)?.length === measured.workloads.length,
  );
  const rows = (id: string): readonly Row[] => rowsOf.get(id) ?? [];
  const found = complete.map((configuration) => ({
    configuration: configuration.id,
    reasons: exclusions(configuration, rows(configuration.id), measured.workloads, profile),
  }));
  const lifted = limitsToLift(found.map(({ reasons }) => reasons));
  const excluded = found
    .map(({ configuration, reasons }) => ({
      configuration,
      reasons: reasons.filter(({ kind }) => !lifted.some((limit) => limit === kind)),
    }))
    .filter(({ reasons }) => reasons.length > 0);
  const out = new Set(excluded.map(({ configuration }) => configuration));
  const eligible = complete.filter(({ id }) => !out.has(id)).map(({ id }) => id);
  const scores = rank(eligible, rows, profile.objectives, profile.link);
  const lines = new Map(
    eligible.map((id) => [id, meanLine(rows(id).map((row) => syncLine(row, profile.link.roundTripMs)))]),
  );
  const line = (id: string): SyncLine => present(lines.get(id), 'line');
  const winner = scores[0];
  const ownPlace = scores.findIndex(({ configuration }) => configuration === own);
  return {
    profile: profile.name,
    ranking: scores.map((score) => ({
      configuration: score.configuration,
      score: score.score,
      objectives: profile.objectives.map((objective) => ({
        ...objective,
        ratio: geometricMean(
          score.ratios.filter((item) => item.metric === objective.metric).map(({ ratio }) => ratio),
        ),
      })),
      meanSync: line(score.configuration),
    })),
    excluded,
    lifted,
    winner: winner?.configuration ?? null,
    linkShare:
      winner === undefined ? null : linkShare(line(winner.configuration), profile.link.bitsPerSecond),
    comparisons: winner === undefined ? [] : compareFamilies(winner, scores, complete),
    losses: winner === undefined ? [] : losses(winner),
    own: {
      configuration: own,
      rank: ownPlace < 0 ? null : ownPlace + 1,
      scoreRatio:
        winner === undefined || ownPlace < 0 ? null : present(scores[ownPlace], 'score').score / winner.score,
    },
    quickest: quickestRanges(eligible, line).map(({ item, fromBitsPerSecond, toBitsPerSecond }) => ({
      configuration: item,
      fromBitsPerSecond,
      toBitsPerSecond: Number.isFinite(toBitsPerSecond) ? toBitsPerSecond : null,
    })),
  };
}

/** The fewest limits without which something is eligible: none, one, or all that are measured. */
function limitsToLift(reasons: readonly (readonly Exclusion[])[]): (typeof measuredLimits)[number][] {
  const attempts = [[], ...measuredLimits.map((limit) => [limit]), [...measuredLimits]];
  const helps = (lifted: readonly string[]): boolean =>
    reasons.some((own) => own.every(({ kind }) => lifted.includes(kind)));
  return attempts.find(helps) ?? [];
}

function linkShare(line: SyncLine, bitsPerSecond: number): number {
  return transferMs(line.bytes, bitsPerSecond) / timeToSyncMs(line, bitsPerSecond);
}

/** By the objective of the largest weight: the winner against the best of every other family, in order of their scores. */
function compareFamilies(
  winner: Score,
  scores: readonly Score[],
  configurations: readonly ConfigurationRecord[],
): Comparison[] {
  const family = new Map(configurations.map(({ id, family }) => [id, family]));
  const seen = new Set([family.get(winner.configuration)]);
  const heaviest = [...winner.ratios].sort((a, b) => b.weight - a.weight)[0];
  if (heaviest === undefined) return [];
  const { metric } = heaviest;
  const floor = objectiveFloors[metric];
  const comparisons: Comparison[] = [];
  for (const score of scores) {
    if (seen.has(family.get(score.configuration))) continue;
    seen.add(family.get(score.configuration));
    const ratios = score.ratios
      .filter((item) => item.metric === metric)
      .map((item) => {
        const mine = present(
          winner.ratios.find((other) => other.metric === metric && other.workload === item.workload),
          'ratio',
        );
        return Math.max(item.value, floor) / Math.max(mine.value, floor);
      });
    comparisons.push({
      configuration: score.configuration,
      metric,
      fewer: ratios.filter((ratio) => ratio > 1).length,
      workloads: ratios.length,
      ratio: geometricMean(ratios),
    });
  }
  return comparisons;
}

/** At most three, and only what is at least a tenth worse than the best. */
function losses(winner: Score): ProfileVerdict['losses'] {
  return [...winner.ratios]
    .filter(({ ratio }) => ratio >= 1.1)
    .sort((a, b) => b.ratio ** b.weight - a.ratio ** a.weight)
    .slice(0, 3)
    .map(({ workload, metric, best, ratio, weight }) => ({ workload, metric, to: best, ratio, weight }));
}
