/**
 * Whether evidence supports a configuration: over the figures of what a search left on its front. A pure function of figures and profile, so that it is the same when the figures were made
 * again.
 */
import { assert, present } from '../../base/errors.js';
import type { LinkModel } from '../../engine/profile/profile.js';
import { breakEvens, type BreakEvens } from './break-even.js';
import { logScore, type Figures, type ModelledObjective } from './figures.js';
import { regrets } from './regret.js';
import { equalScoreRatio } from './score.js';

export interface Judged {
  readonly id: string;
  readonly figures: readonly Figures[];
  /** Whether it keeps the profile's limits. */
  readonly isEligible: boolean;
}

/** Why a profile stays as it is though something is better: up to a ratio of scores. */
export interface Kept {
  readonly scoreMin: number;
  readonly because: string;
}

export type SupportKind = 'supported' | 'kept' | 'not supported';

export interface Support {
  readonly kind: SupportKind;
  readonly best: string;
  /** Of the best over the own strategy's. */
  readonly score: number;
  readonly because: string | null;
  /** By id, over the own strategy's. */
  readonly scores: ReadonlyMap<string, number>;
  readonly links: readonly (LinkModel & { readonly best: string; readonly score: number })[];
  readonly breakEven: Readonly<Record<'bitsPerSecond' | 'roundTripMs', BreakEvens<string>>>;
  readonly regrets: readonly { readonly workload: string; readonly best: string; readonly ratio: number }[];
}

/** On which every profile is looked at: a rack, a hall, a leased line, a mobile uplink, a satellite. */
export const publishedLinks: readonly LinkModel[] = [
  { bitsPerSecond: 10e9, roundTripMs: 0.1 },
  { bitsPerSecond: 1e9, roundTripMs: 0.5 },
  { bitsPerSecond: 100e6, roundTripMs: 20 },
  { bitsPerSecond: 10e6, roundTripMs: 60 },
  { bitsPerSecond: 2e6, roundTripMs: 600 },
];

/** The own strategy first. All have figures of the same workloads, in the same order. */
export function supportOf(
  all: readonly Judged[],
  objectives: readonly ModelledObjective[],
  link: LinkModel,
  kept: Kept | undefined,
): Support {
  const [own] = all;
  assert(own !== undefined, 'an own strategy');
  const choices = all.filter((one) => one === own || one.isEligible);
  const scoreOn = ({ figures }: Judged, on: LinkModel): number =>
    Math.exp(logScore(figures, objectives, on) - logScore(own.figures, objectives, on));
  const bestOn = (on: LinkModel): Judged =>
    choices.reduce((best, one) => (scoreOn(one, on) < scoreOn(best, on) ? one : best), own);
  const choiceOn = (on: LinkModel): Judged => {
    const best = bestOn(on);
    return scoreOn(best, on) * equalScoreRatio < 1 ? best : own;
  };
  const best = bestOn(link);
  const score = scoreOn(best, link);
  const isBetter = score * equalScoreRatio < 1;
  const isKept = isBetter && kept !== undefined && score >= kept.scoreMin && own.isEligible;
  const named = ({ below, above }: BreakEvens<Judged>): BreakEvens<string> => ({
    below: below && { at: below.at, choice: below.choice.id },
    above: above && { at: above.at, choice: above.choice.id },
  });
  const workloads = own.figures.map(({ workload }) => workload);
  return {
    kind: isKept ? 'kept' : isBetter || !own.isEligible ? 'not supported' : 'supported',
    best: best.id,
    score,
    because: isKept ? present(kept, 'reason').because : null,
    scores: new Map(all.map((one) => [one.id, scoreOn(one, link)])),
    links: publishedLinks.map((on) => ({ ...on, best: bestOn(on).id, score: scoreOn(bestOn(on), on) })),
    breakEven: {
      bitsPerSecond: named(breakEvens(choiceOn, link, 'bitsPerSecond')),
      roundTripMs: named(breakEvens(choiceOn, link, 'roundTripMs')),
    },
    regrets: regrets(choices, own, workloads, ({ figures }, some) =>
      logScore(
        figures.filter(({ workload }) => some.includes(workload)),
        objectives,
        link,
      ),
    ).map(({ workload, best: there, ratio }) => ({ workload, best: there.id, ratio })),
  };
}
