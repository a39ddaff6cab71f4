/** Puts a search and what was measured of it together into its document: verdict, front, break-evens, regrets, importance. A pure function of what it is given. */
import { present } from '../../base/errors.js';
import type { LinkModel, Profile } from '../../engine/profile/profile.js';
import { settingsOf } from '../../engine/strategy/settings.js';
import { configurationRecord, type Configuration } from '../experiment/configuration.js';
import type { Environment } from '../measurement/environment.js';
import type { Row, WorkloadRecord } from '../measurement/row.js';
import { dominanceRanks, hypervolume } from '../statistics/dominance.js';
import { geometricMean } from '../statistics/summary.js';
import { breakEvens, type BreakEvens } from '../tuning/break-even.js';
import { logMean, type Figures } from '../tuning/figures.js';
import {
  candidatesOf,
  contradiction,
  measuredScore,
  type Candidate,
  type Measured,
} from '../tuning/recommend.js';
import { regrets } from '../tuning/regret.js';
import { importances } from '../tuning/search/importance.js';
import type { SearchOutcome, Trial } from '../tuning/search/search.js';
import { spaceSize, type SearchSpace } from '../tuning/search/space.js';
import type { TrialRun } from '../tuning/search/trial-run.js';
import { tuneSchemaName, type TuneResults } from './tune-results.js';

export interface TuneParts {
  readonly environment: Environment;
  readonly profile: Profile;
  readonly options: TuneResults['options'];
  readonly workloads: readonly WorkloadRecord[];
  readonly space: SearchSpace;
  readonly outcome: SearchOutcome;
  readonly run: TrialRun;
  readonly configurations: readonly Configuration[];
  /** The configuration's name by a trial's key. */
  readonly nameOf: (key: string) => string;
  readonly reach: number;
  readonly rows: readonly Row[];
  readonly digest: string;
  readonly cpuMs: number;
}

export function assembleTune(parts: TuneParts): TuneResults {
  const { environment, profile, options, workloads, space, outcome, run, configurations, nameOf, rows } =
    parts;
  const own = present(outcome.trials[0], 'own strategy');
  const finished = outcome.trials.filter(({ objectives }) => objectives.length === run.rungs.length);
  const eligible = finished.filter((trial) => trial === own || run.excess(run.figures(trial.strategy)) === 0);
  const { recommended, verdict } = judge(parts, own);
  const figures = (trial: Trial): readonly Figures[] => run.figures(trial.strategy);
  const ownScore = run.logScore(figures(own));
  const points = finished.map(({ objectives }) => present(objectives.at(-1), 'objectives'));
  const ranks = dominanceRanks(points);
  const reference = present(own.objectives.at(-1), 'objectives').map((value) => value + parts.reach);
  const bestOn = (link: LinkModel): Trial => {
    let best = recommended;
    for (const trial of eligible) {
      if (run.logScore(figures(trial), link) < run.logScore(figures(best), link) - 1e-12) best = trial;
    }
    return best;
  };
  return {
    schema: tuneSchemaName,
    environment,
    profile: {
      name: profile.name,
      summary: profile.summary,
      objectives: [...profile.objectives],
      link: profile.link,
    },
    options,
    workloads: [...workloads],
    rungs: [...run.rungs],
    space: space.map(({ strategy, axes }) => ({
      strategy,
      axes: axes.map(({ key, values }) => ({ key, values: [...values] })),
    })),
    points: spaceSize(space),
    configurations: configurations.map(configurationRecord),
    trials: outcome.trials.map((trial) => ({
      configuration: nameOf(trial.key),
      origin: trial.origin,
      figures: [...figures(trial)],
      score: finished.includes(trial) ? Math.exp(run.logScore(figures(trial)) - ownScore) : null,
      isEligible: run.excess(figures(trial)) === 0,
    })),
    digest: parts.digest,
    search: {
      spentMs: outcome.spentMs,
      cpuMs: parts.cpuMs,
      isExhausted: outcome.isExhausted,
      arms: outcome.arms,
      leader: outcome.leader ?? null,
      hypervolume: hypervolume(points, reference),
    },
    front: finished.filter((_, i) => ranks[i] === 0).map(({ key }) => nameOf(key)),
    importance: importanceOf(outcome, run, recommended),
    verdict,
    breakEven: {
      bitsPerSecond: named(breakEvens(bestOn, profile.link, 'bitsPerSecond'), nameOf),
      roundTripMs: named(breakEvens(bestOn, profile.link, 'roundTripMs'), nameOf),
    },
    regrets: regrets(
      [recommended, ...eligible.filter((trial) => trial !== recommended)],
      recommended,
      workloads.map(({ name }) => name),
      (trial, some) => run.logScore(figures(trial).filter(({ workload }) => some.includes(workload))),
    ).map(({ workload, best, ratio, withoutIt }) => ({
      workload,
      best: nameOf(best.key),
      ratio,
      withoutIt:
        withoutIt === undefined
          ? null
          : { configuration: nameOf(withoutIt.choice.key), ratio: withoutIt.ratio },
    })),
    rows: [...rows],
  };
}

/** The first candidate that no measurement contradicts, else the own strategy. */
function judge(
  parts: TuneParts,
  own: Trial,
): { readonly recommended: Trial; readonly verdict: TuneResults['verdict'] } {
  const { profile, outcome, run, nameOf, rows } = parts;
  const passedOver: TuneResults['verdict']['passedOver'] = [];
  for (const candidate of candidatesOf(outcome, run)) {
    const name = nameOf(candidate.trial.key);
    const measured = measuredScore(profile, nameOf(own.key), name, rows);
    if (rows.length > 0 && measured === undefined) break;
    const reason = measured && contradiction(profile, name, rows, measured);
    if (reason === undefined) {
      return {
        recommended: candidate.trial,
        verdict: verdictOf('better', parts, own, candidate, measured, passedOver),
      };
    }
    passedOver.push({ configuration: name, score: candidate.score, reason });
  }
  const kind = passedOver.length > 0 ? 'not confirmed' : 'none is better';
  const self = { trial: own, strategy: own.strategy, score: 1 };
  return { recommended: own, verdict: verdictOf(kind, parts, own, self, undefined, passedOver) };
}

function verdictOf(
  kind: TuneResults['verdict']['kind'],
  { profile, run, nameOf }: TuneParts,
  own: Trial,
  { trial, score }: Candidate,
  measured: Measured | undefined,
  passedOver: TuneResults['verdict']['passedOver'],
): TuneResults['verdict'] {
  const mean = (of: Trial, metric: (typeof run.objectives)[number]['metric']): number =>
    logMean(run.figures(of.strategy), metric, profile.link);
  const ratios = (score: Measured['own'], metric: string): number =>
    geometricMean(score.ratios.filter((item) => item.metric === metric).map(({ ratio }) => ratio));
  return {
    kind,
    own: nameOf(own.key),
    recommended: nameOf(trial.key),
    score,
    measuredScore: measured?.ratio ?? null,
    objectives: run.objectives.map(({ metric, weight }) => ({
      metric,
      weight,
      ratio: Math.exp(mean(trial, metric) - mean(own, metric)),
      measuredRatio: measured ? ratios(measured.candidate, metric) / ratios(measured.own, metric) : null,
    })),
    passedOver,
  };
}

/** Of the recommended strategy's trials, on the first rung, where there are most. */
function importanceOf(
  { trials }: SearchOutcome,
  run: TrialRun,
  recommended: Trial,
): TuneResults['importance'] {
  const size = present(run.rungs[0], 'rung');
  const own = present(trials[0], 'own strategy');
  const score = ({ strategy }: Trial): number => run.logScore(run.figures(strategy).slice(0, size));
  const scored = trials
    .filter(({ strategy }) => strategy.name === recommended.strategy.name)
    .map((trial) => ({
      settings: Object.fromEntries(
        Object.entries(settingsOf(trial.strategy)).map(([key, value]) => [key, String(value)]),
      ),
      score: score(trial),
    }));
  return importances(scored).map(({ setting, share, values }) => ({
    setting,
    share,
    values: values.map(({ value, meanScore, trials: count }) => ({
      value,
      score: Math.exp(meanScore - score(own)),
      trials: count,
    })),
  }));
}

function named(
  { below, above }: BreakEvens<Trial>,
  nameOf: (key: string) => string,
): TuneResults['breakEven']['bitsPerSecond'] {
  const of = (one: BreakEvens<Trial>['below']): TuneResults['breakEven']['bitsPerSecond']['below'] =>
    one === undefined ? null : { at: one.at, configuration: nameOf(one.choice.key) };
  return { below: of(below), above: of(above) };
}
