/**
 * The evidence for shipped profiles: for each a search over published workloads with a fixed seed and budget, and what follows from it. `evidenceProblem` makes the part that decides again.
 *
 * Law: evidence.json, decision.md and the chart follow from the sources, the profile, the workloads and the prices of work alone: strategies run with the deflate encoder whose bytes are
 * the same everywhere, and CPU is modelled. What was measured stands apart, with its environment, and decides nothing.
 */
import { present, throwIfCancelled } from '../base/errors.js';
import { loadProfile } from '../engine/profile/read.js';
import type { Profile } from '../engine/profile/profile.js';
import { resolveStrategy } from '../engine/strategy/settings.js';
import type { Strategy } from '../engine/strategy/strategy.js';
import type { ConfigurationRecord } from './experiment/configuration.js';
import { evidenceSources, evidenceWorkloads, readKept } from './io/evidence-files.js';
import { preparePairs, type PreparedPair } from './io/pairs.js';
import { Scratch } from './io/scratch.js';
import { readWorkPrices } from './io/work-prices.js';
import { evidenceSchemaName, type Evidence } from './report/evidence-results.js';
import type { TuneResults } from './report/tune-results.js';
import { tryStrategy } from './try-strategy.js';
import { cheapestFirst, tune, type TuneEvent, type TuneOptions } from './tune.js';
import { modelledObjectives, type Figures } from './tuning/figures.js';
import { TrialRun } from './tuning/search/trial-run.js';
import { supportOf, type Support } from './tuning/support.js';

/** Of a search for evidence. */
export const evidenceSeed = 1;
const evidenceBudgetMs = 8_000;
/** In which the shipped configuration is measured beside the best others. */
const rounds = 3;
const alternatives = 2;
/** What is made again beside the own strategy: the best of the others. */
const remadeCount = 2;

export interface MadeEvidence {
  readonly evidence: Evidence;
  /** The profile as it was searched for. */
  readonly profile: Profile;
  /** Exact: nothing was measured for it. */
  readonly searched: TuneResults;
  /** The same with what was measured. */
  readonly measured: TuneResults;
}

/** Throws as `tune`. */
export async function makeEvidence(
  name: string,
  signal: AbortSignal | undefined,
  onEvent: (event: TuneEvent) => void,
): Promise<MadeEvidence> {
  const profile = evidenceProfile(name);
  const scratch = new Scratch();
  try {
    const options: TuneOptions = {
      profile,
      outPath: scratch.path,
      workloadFile: evidenceWorkloads,
      scale: 1,
      seed: evidenceSeed,
      budgetMs: evidenceBudgetMs,
      ...(signal === undefined ? {} : { signal }),
    };
    const searched = await tune({ ...options, rounds: 0 }, onEvent);
    const measured = await tune({ ...options, rounds, alternatives }, onEvent);
    return { evidence: evidenceOf(profile, searched), profile, searched, measured };
  } finally {
    scratch.remove();
  }
}

/** The shipped profile with the encoder for deflate whose bytes are the same everywhere. */
export function evidenceProfile(name: string): Profile {
  const profile = loadProfile(name);
  const { strategy } = profile;
  return {
    ...profile,
    strategy: { ...strategy, compression: { ...strategy.compression, deflate: 'portable' } },
  };
}

function evidenceOf(profile: Profile, results: TuneResults): Evidence {
  const { trials, configurations, front, options, points, digest, workloads } = results;
  const [own] = trials;
  const shown = trials.filter((trial) => trial === own || front.includes(trial.configuration));
  const sources = evidenceSources(profile.name);
  const support = supportOf(
    shown.map(({ configuration, figures, isEligible }) => ({ id: configuration, figures, isEligible })),
    modelledObjectives(profile.objectives),
    profile.link,
    readKept()[profile.name],
  );
  const strategies = shown.map(({ configuration, figures, isEligible }) => ({
    configuration: present(
      configurations.find(({ id }) => id === configuration),
      'configuration',
    ),
    score: support.scores.get(configuration) ?? NaN,
    isEligible,
    figures,
  }));
  const [first, ...others] = strategies;
  return {
    schema: evidenceSchemaName,
    profile: { name: profile.name, sha256: sources.profile },
    search: {
      workloadFile: sources.workloads,
      workPrices: readWorkPrices().sha256,
      seed: options.seed,
      budgetMs: options.budgetMs,
      points,
      trials: trials.length,
      digest,
    },
    workloads,
    strategies: [present(first, 'own strategy'), ...others.sort((a, b) => a.score - b.score)],
    ...judgementOf(support),
  };
}

type Judgement = Pick<Evidence, 'verdict' | 'links' | 'breakEven' | 'regrets'>;

function judgementOf({ kind, best, score, because, links, breakEven, regrets }: Support): Judgement {
  const side = (one: Support['breakEven']['bitsPerSecond']['below']) =>
    one === undefined ? null : { at: one.at, configuration: one.choice };
  const sides = ({ below, above }: Support['breakEven']['bitsPerSecond']) => ({
    below: side(below),
    above: side(above),
  });
  return {
    verdict: { kind, best, score, because },
    links: [...links],
    breakEven: { bitsPerSecond: sides(breakEven.bitsPerSecond), roundTripMs: sides(breakEven.roundTripMs) },
    regrets: [...regrets],
  };
}

const again = 'make it again: snapdelta tune --shipped';

/**
 * Makes the own strategy and the best others of the record again, and judges. Undefined where the evidence holds and supports the profile, else one sentence that says what does not.
 * `pairs`: those of `evidencePairs`.
 */
export async function evidenceProblem(
  evidence: Evidence,
  pairs: readonly PreparedPair[],
  scratchPath: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { name } = evidence.profile;
  const profile = evidenceProfile(name);
  const sources = evidenceSources(name);
  const { prices, sha256 } = readWorkPrices();
  if (evidence.profile.sha256 !== sources.profile)
    return `${name}: the profile was changed since its evidence was made: ${again}`;
  if (evidence.search.workloadFile !== sources.workloads)
    return `${name}: workloads/evidence.yaml was changed since: ${again}`;
  if (evidence.search.workPrices !== sha256)
    return `${name}: workloads/work-prices.json was changed since: ${again}`;
  const [own, ...others] = evidence.strategies;
  if (own === undefined) return `${name}: the evidence has no strategy`;
  const remade = [own, ...others.filter(({ isEligible }) => isEligible).slice(0, remadeCount)];
  const run = new TrialRun(
    profile,
    pairs.map(({ record }) => record),
    async (strategy, _key, workload) => {
      throwIfCancelled(signal);
      const pair = present(
        pairs.find(({ record }) => record.name === workload),
        'workload',
      );
      return (await tryStrategy(strategy, pair, prices, scratchPath, signal)).figures;
    },
  );
  const judged: { id: string; figures: readonly Figures[]; isEligible: boolean }[] = [];
  for (const one of evidence.strategies) {
    const strategy = one === own ? profile.strategy : strategyOf(one.configuration);
    const { id } = one.configuration;
    if (!remade.includes(one)) {
      judged.push({ id, figures: one.figures, isEligible: one.isEligible });
      continue;
    }
    for (const rung of run.rungs.keys()) await run.evaluate(strategy, rung);
    const figures = run.figures(strategy);
    const difference = firstDifference(one.figures, figures);
    if (difference !== undefined) return `${name}: ${id} ${difference}: ${again}`;
    judged.push({ id, figures, isEligible: run.excess(figures) === 0 });
  }
  const judgement = judgementOf(
    supportOf(judged, modelledObjectives(profile.objectives), profile.link, readKept()[name]),
  );
  const { kind, best, score } = judgement.verdict;
  if (kind === 'not supported') {
    return judged[0]?.isEligible === false
      ? `${name}: the shipped configuration exceeds a limit of its profile`
      : `${name}: the evidence no longer supports the shipped configuration: ${best} has ${score.toFixed(3)} of its score`;
  }
  const { verdict, links, breakEven, regrets } = evidence;
  if (isAlike(judgement, { verdict, links, breakEven, regrets })) return undefined;
  return `${name}: its record says otherwise than its figures: ${again}`;
}

/** The workloads of the evidence, made below `folder`, in the order in which they are tried. */
export async function evidencePairs(folder: string, signal?: AbortSignal): Promise<PreparedPair[]> {
  const choices = { workloadFile: evidenceWorkloads, scale: 1, ...(signal === undefined ? {} : { signal }) };
  return cheapestFirst(await preparePairs(folder, choices, () => undefined));
}

function strategyOf({ family, fingerprint, subBlock, parameters }: ConfigurationRecord): Strategy {
  return resolveStrategy(family, { ...parameters, fingerprint, subBlock });
}

/** What differs first between figures in the record and those that were made again. */
function firstDifference(recorded: readonly Figures[], made: readonly Figures[]): string | undefined {
  if (recorded.length !== made.length) return 'was tried on other workloads';
  for (const [i, now] of made.entries()) {
    const before = present(recorded[i], 'figures');
    for (const key of Object.keys(now) as (keyof Figures)[]) {
      if (!isAlike(now[key], before[key]))
        return `on ${now.workload} has another ${key} than its record (${now[key]}, not ${before[key]})`;
    }
  }
  return undefined;
}

/** Equal; numbers with a fraction to a millionth, since the last digits of a logarithm are the machine's. */
function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b || (!Number.isInteger(a) && Math.abs(a - b) <= 1e-6 * Math.abs(a));
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [mine, others] = [Object.entries(a), Object.entries(b)];
  return (
    mine.length === others.length &&
    mine.every(([key, value]) => isAlike(value, (b as Readonly<Record<string, unknown>>)[key]))
  );
}
