/**
 * Tuning: searches the configurations that a profile allows for one that serves it better on these workloads, measures what was found beside the profile's own, and leaves the
 * evidence.
 *
 * The search goes by exact and modelled figures, so the same seed, budget and workloads take the same way everywhere; what it has tried is kept in a journal, and a run that was cut short goes on
 * from there. Only then is anything measured: the best three at most, one after the other, until one holds what it promised. Every delta is applied and compared byte for byte.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UsageError, present, throwIfCancelled } from '../base/errors.js';
import type { Profile } from '../engine/profile/profile.js';
import { violations } from '../engine/profile/requirements.js';
import { buildManifest } from '../engine/manifest.js';
import { openSnapshot } from '../engine/snapshot/open.js';
import { resolveStrategy } from '../engine/strategy/settings.js';
import { requireListing } from '../engine/strategy/strategy.js';
import { describeConfiguration } from './experiment/built-in.js';
import { uniqueConfigurations, type Configuration } from './experiment/configuration.js';
import { realClock } from './io/clock.js';
import { captureEnvironment } from './io/environment.js';
import { makeFolder } from '../engine/snapshot/make-folder.js';
import { requireWritable } from './io/output-file.js';
import { preparePairs, type PreparedPair } from './io/pairs.js';
import { writeResults } from './io/result-file.js';
import { runIsolated, type Isolation } from './io/runner.js';
import { Scratch } from './io/scratch.js';
import { TuneJournal } from './io/tune-journal.js';
import { readWorkPrices } from './io/work-prices.js';
import type { Job } from './measurement/job.js';
import type { Row } from './measurement/row.js';
import { Tally } from './measurement/tally.js';
import { assembleTune } from './report/assemble-tune.js';
import type { TuneResults } from './report/tune-results.js';
import { alternativesOf, candidatesOf } from './tuning/recommend.js';
import { profileSpace, type SpaceChoice } from './tuning/search/profile-space.js';
import { search, type SearchOutcome, type Trial } from './tuning/search/search.js';
import { strategyKey } from './tuning/search/space.js';
import { TrialRun } from './tuning/search/trial-run.js';
import { tryStrategy } from './try-strategy.js';

export interface TuneOptions {
  readonly profile: Profile;
  /** Where results.json and the journal are written; made when missing. */
  readonly outPath: string;
  readonly workloadFile?: string;
  /** Names, or folders whose children are a series of snapshots; by default all built-in ones. */
  readonly workloads?: readonly string[];
  /** Size of workloads that are made, relative to their definitions; by default 0.25. */
  readonly scale?: number;
  readonly space?: SpaceChoice;
  readonly seed?: number;
  /** Modelled milliseconds of CPU; by default two minutes. */
  readonly budgetMs?: number;
  /** In which what was found is measured beside the profile's own; 0 measures nothing. By default 5. */
  readonly rounds?: number;
  /** So many of the best that are not better are measured, too; by default none. */
  readonly alternatives?: number;
  /** Throws away what a run before has tried. */
  readonly restart?: boolean;
  readonly isolation?: Isolation;
  readonly signal?: AbortSignal;
}

export type TuneEvent =
  | { readonly type: 'preparing'; readonly workload: string; readonly done: number; readonly total: number }
  | { readonly type: 'absent'; readonly workload: string; readonly reason: string }
  | { readonly type: 'trial'; readonly trial: Trial; readonly spentMs: number; readonly budgetMs: number }
  | {
      readonly type: 'measuring';
      readonly configuration: string;
      readonly round: number;
      readonly rounds: number;
    };

/** Successive pairs of a series that are tried. */
const pairsMax = 4;
/** How much worse than the own strategy something may be in an objective and still count for the front: e times. */
const reach = 1;
/** How many configurations are measured at most before none is recommended. */
const measuredMax = 3;

/** Throws UsageError, DataError (a delta that is not exact), NondeterminismError, WorldError, CancelledError. */
export async function tune(
  options: TuneOptions,
  onEvent: (event: TuneEvent) => void = () => undefined,
): Promise<TuneResults> {
  const { profile, outPath, scale = 0.25, seed = 1, budgetMs = 120_000, rounds = 5, signal } = options;
  const resultsPath = join(outPath, 'results.json');
  makeFolder(outPath);
  requireWritable(resultsPath);
  const space = profileSpace(profile, options.space);
  const scratch = new Scratch();
  try {
    const environment = captureEnvironment();
    const prepared = await preparePairs(
      join(scratch.path, 'workloads'),
      { ...options, scale, pairsMax },
      onEvent,
    );
    if (prepared.length === 0) throw new UsageError('there is no workload to tune for');
    const pairs = cheapestFirst(prepared);
    const { snapdelta, gitCommit } = environment;
    const workloads = await Promise.all(pairs.map(async ({ pair }) => identified(pair)));
    const { prices, sha256: workPrices } = readWorkPrices();
    const journal = TuneJournal.open(
      join(outPath, 'trials.ndjson'),
      { snapdelta, gitCommit, workPrices, workloads },
      options.restart === true,
    );
    const jobFolder = scratch.newFolder('trial');
    const run = new TrialRun(
      profile,
      pairs.map(({ record }) => record),
      async (strategy, key, workload) => {
        throwIfCancelled(signal);
        const known = journal.find(key, workload);
        if (known !== undefined) return known;
        const pair = present(
          pairs.find(({ record }) => record.name === workload),
          'workload',
        );
        const { figures, cpuMs } = await tryStrategy(strategy, pair, prices, jobFolder, signal);
        journal.append(key, figures, cpuMs);
        return figures;
      },
    );
    const outcome = await search({
      space,
      own: profile.strategy,
      seed,
      budgetMs,
      rungCount: run.rungs.length,
      weights: run.objectives.map(({ weight }) => weight),
      reach,
      isAllowed: (strategy) => violations(strategy, profile).length === 0,
      evaluate: (strategy, rung) => run.evaluate(strategy, rung),
      onTrial: (trial, spentMs) => onEvent({ type: 'trial', trial, spentMs, budgetMs }),
    });
    const configurations = named(outcome, profile);
    const nameOf = (key: string): string => present(configurations.get(key), 'configuration').id;
    const rows: Row[] = [];
    if (rounds > 0) {
      const candidates = [
        ...candidatesOf(outcome, run).slice(0, measuredMax),
        ...alternativesOf(outcome, run).slice(0, options.alternatives ?? 0),
      ];
      const measured = [profile.strategy, ...candidates.map(({ strategy }) => strategy)].map((strategy) =>
        present(configurations.get(strategyKey(strategy)), 'configuration'),
      );
      if (candidates.length > 0) {
        rows.push(...(await measure(measured, pairs, rounds, scratch, options, onEvent)));
      }
    }
    const results = assembleTune({
      environment,
      profile,
      options: { seed, budgetMs, rounds },
      workloads: pairs.map(({ record }) => record),
      space,
      outcome,
      run,
      configurations: [...configurations.values()],
      nameOf,
      reach,
      rows,
      digest: digestOf(outcome, run),
      cpuMs: journal.cpuMsOf(
        outcome.trials.flatMap(({ key, strategy }) =>
          run.figures(strategy).map(({ workload }) => [key, workload] as const),
        ),
      ),
    });
    writeResults(resultsPath, results);
    return results;
  } finally {
    scratch.remove();
  }
}

/** The order in which workloads are tried. */
export function cheapestFirst(pairs: readonly PreparedPair[]): PreparedPair[] {
  return [...pairs].sort((a, b) => bytesOf(a) - bytesOf(b));
}

function bytesOf({ record }: PreparedPair): number {
  return record.baseBytes + record.targetBytes;
}

/** Names of both contents, for the journal. */
async function identified({
  workload,
  basePath,
  targetPath,
}: PreparedPair['pair']): Promise<{ name: string; base: string; target: string }> {
  const strategy = requireListing(resolveStrategy('fixed'));
  const idOf = async (path: string): Promise<string> => {
    const { manifest } = await buildManifest(openSnapshot(path), { strategy, workers: 1, clock: realClock });
    return Buffer.from(manifest.id.content).toString('hex');
  };
  return { name: workload, base: await idOf(basePath), target: await idOf(targetPath) };
}

/** Every configuration that was tried under a name of its own, by key. */
function named({ trials }: SearchOutcome, profile: Profile): Map<string, Configuration> {
  const unique = uniqueConfigurations(
    trials.map(({ strategy, origin }) => ({
      ...describeConfiguration(strategy),
      profiles: origin === 'own' ? [profile.name] : [],
    })),
  );
  return new Map(unique.map((configuration) => [strategyKey(configuration.strategy), configuration]));
}

async function measure(
  configurations: readonly Configuration[],
  pairs: readonly PreparedPair[],
  rounds: number,
  scratch: Scratch,
  { isolation = 'process', signal }: TuneOptions,
  onEvent: (event: TuneEvent) => void,
): Promise<Row[]> {
  const tally = new Tally();
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? configurations : [...configurations].reverse();
    for (const { id, strategy } of order) {
      throwIfCancelled(signal);
      onEvent({ type: 'measuring', configuration: id, round: round + 1, rounds });
      const job: Job = {
        configuration: id,
        strategy,
        pairs: pairs.map(({ pair }) => pair),
        workers: 1,
        recheck: round === 0 ? pairs.map(({ record }) => record.name) : [],
        warmUp: true,
        scratchPath: scratch.newFolder('job'),
      };
      await runIsolated(job, isolation, (outcome) => tally.add(id, 1, outcome), signal);
    }
  }
  return tally.rows();
}

/** Over keys, rungs and figures of all trials, in their order. */
function digestOf({ trials }: SearchOutcome, run: TrialRun): string {
  const hash = createHash('sha256');
  for (const { key, origin, strategy } of trials)
    hash.update(JSON.stringify([key, origin, run.figures(strategy)]));
  return hash.digest('hex');
}
