/**
 * Makes a failing scenario small: fewer faults, nodes, volumes and operations, plainer machines and paths, fewer bytes, as long as the same invariant
 * breaks. Chance is frozen first: the faults that struck become a list, and parts of a list can be taken away without shifting any other.
 *
 * Law: the same scenario and the same runs give the same small scenario. What is returned has been run and has failed. Unless the bound on runs
 * was met, it is 1-minimal: without any one fault, node, volume or operation that invariant holds.
 *
 * Limits: at most `runsMax` runs. Another failure than the one that is looked for counts as none.
 */
import { throwIfCancelled } from '../../base/errors.js';
import type { StruckFault } from '../fault/plan.js';
import type { Scenario } from '../scenario/scenario.js';
import { RollingDigest } from '../trace/digest.js';
import { ddmin, smallestHalf } from './ddmin.js';
import { partClasses, withStruck } from './parts.js';
import { sizesOf, until } from './sizes.js';

/** What a run has to tell. */
export interface Verdict {
  readonly violation?: { readonly invariant: string; readonly atMs: number };
  readonly struck: readonly StruckFault[];
}

export interface MinimiseOptions {
  /** By default 2,000. */
  readonly runsMax?: number;
  readonly signal?: AbortSignal;
  /** After each run. */
  readonly onProgress?: (progress: MinimiseProgress) => void;
}

export interface MinimiseProgress {
  readonly runCount: number;
  /** What is tried to be made smaller: a class of parts, or a number. */
  readonly trying: string;
  /** The smallest scenario so far that fails. */
  readonly scenario: Scenario;
}

export interface Minimised<V extends Verdict> {
  readonly scenario: Scenario;
  /** Of that scenario's run. */
  readonly verdict: V;
  readonly runCount: number;
  /** False when the bound on runs ended it. */
  readonly isMinimal: boolean;
}

const runsMaxDefault = 2000;

/** Undefined when the scenario breaks no invariant. Throws CancelledError, and what a run throws. */
export async function minimise<V extends Verdict>(
  scenario: Scenario,
  run: (scenario: Scenario) => Promise<V>,
  options: MinimiseOptions = {},
): Promise<Minimised<V> | undefined> {
  const verdict = await run(scenario);
  const { violation } = verdict;
  if (violation === undefined) return undefined;
  const search = new Search(scenario, verdict, violation.invariant, run, options);
  await search.try('chance', withStruck(scenario, verdict.struck));
  await search.try('what comes later', until(search.scenario, violation.atMs));
  for (let before: Scenario | undefined; before !== search.scenario && !search.isExhausted;) {
    before = search.scenario;
    for (const classOf of partClasses) {
      const parts = classOf(search.scenario);
      const places = Array.from({ length: parts.count }, (_, place) => place);
      await ddmin(places, (kept) => search.try(parts.name, parts.keep(new Set(kept))));
    }
    for (let at = 0; at < sizesOf(search.scenario).length; at++) {
      const size = sizesOf(search.scenario)[at];
      if (size !== undefined)
        await smallestHalf(size.value, size.low, (value) => search.try(size.name, size.with(value)));
    }
  }
  return search.result();
}

/** The smallest failing scenario so far, and what was tried. */
class Search<V extends Verdict> {
  scenario: Scenario;
  #verdict: V;
  #runCount = 1;
  readonly #invariant: string;
  readonly #run: (scenario: Scenario) => Promise<V>;
  readonly #options: MinimiseOptions;
  readonly #runsMax: number;
  /** Scenarios that did not fail: rounds ask for many of them again. */
  readonly #passed = new Set<string>();
  #key: string;
  isExhausted = false;

  constructor(
    scenario: Scenario,
    verdict: V,
    invariant: string,
    run: (scenario: Scenario) => Promise<V>,
    options: MinimiseOptions,
  ) {
    this.scenario = scenario;
    this.#key = keyOf(scenario);
    this.#verdict = verdict;
    this.#invariant = invariant;
    this.#run = run;
    this.#options = options;
    this.#runsMax = options.runsMax ?? runsMaxDefault;
  }

  /** Whether the candidate breaks the same invariant; it is then the smallest so far. */
  async try(trying: string, candidate: Scenario | undefined): Promise<boolean> {
    if (candidate === undefined || this.isExhausted) return false;
    const key = keyOf(candidate);
    if (this.#passed.has(key)) return false;
    if (key === this.#key) return true;
    if (this.#runCount >= this.#runsMax) {
      this.isExhausted = true;
      return false;
    }
    throwIfCancelled(this.#options.signal);
    const verdict = await this.#run(candidate);
    this.#runCount++;
    const isFailing = verdict.violation?.invariant === this.#invariant;
    if (isFailing) {
      this.scenario = candidate;
      this.#key = key;
      this.#verdict = verdict;
    } else this.#passed.add(key);
    this.#options.onProgress?.({ runCount: this.#runCount, trying, scenario: this.scenario });
    return isFailing;
  }

  result(): Minimised<V> {
    return {
      scenario: this.scenario,
      verdict: this.#verdict,
      runCount: this.#runCount,
      isMinimal: !this.isExhausted,
    };
  }
}

/** Not the text itself: a scenario with every fault written out may have a megabyte, and thousands are remembered. */
function keyOf(scenario: Scenario): string {
  const digest = new RollingDigest();
  const text = JSON.stringify(scenario);
  for (let at = 0; at < text.length; at++) digest.word(text.charCodeAt(at));
  return digest.hex();
}
