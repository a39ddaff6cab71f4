/**
 * What a volume's name means, given the set of its versions and a policy.
 *
 * Law: a pure function of both. Under block-merge the answer is the merge once it is in the set, and until then the latest head; a server that cannot
 * make the merge (its manifests are cut otherwise, an ancestor is gone) gets it from one that can, and then agrees.
 */
import { findVersion, headsOf, isBefore, latestOf, versionSet } from './history.js';
import { planMerge, type MergeObstacle, type MergePlan } from './merge-plan.js';
import type { MergePolicy } from './policy.js';
import { equalDots, type Version } from './version.js';

export interface Decision {
  /** What the volume's plain name means. */
  readonly head: Version;
  /** Written versions that nobody has superseded, ascending by dot. */
  readonly heads: readonly Version[];
  /** Heads that the head does not follow: none once they are merged. */
  readonly concurrent: readonly Version[];
  /** Under `fork`, with two or more heads: each by its own name, `volume@writer`. Empty otherwise. */
  readonly named: ReadonlyMap<string, Version>;
  readonly merge: MergeState;
}

export type MergeState =
  /** Nothing to merge, or not by this policy. */
  | { readonly state: 'none' }
  /** The head is the merge. */
  | { readonly state: 'made'; readonly plan: MergePlan }
  /** The merge is not in the set yet: whoever has its inputs may make it. */
  | { readonly state: 'wanted'; readonly plan: MergePlan }
  | { readonly state: 'impossible'; readonly obstacle: MergeObstacle };

/** Undefined for a volume without versions. Throws DataError where two versions bear the same dot. */
export function decide(versions: Iterable<Version>, policy: MergePolicy): Decision | undefined {
  const set = versionSet(versions);
  const heads = headsOf(set);
  const [first] = heads;
  const latest = latestOf(heads);
  if (first === undefined || latest === undefined) return undefined;
  const merge = mergeState(set, heads, policy);
  const named = new Map(
    policy.name === 'fork' && heads.length > 1 ? heads.map((head) => [forkName(head), head]) : [],
  );
  const made = merge.state === 'made' ? findVersion(set, merge.plan.version.dot) : undefined;
  // The first writer's head keeps the plain name however the other branches grow; the latest one would take it back and forth.
  const head = made ?? (policy.name === 'fork' ? first : latest);
  const concurrent = heads.filter((other) => !equalDots(other.dot, head.dot) && !isBefore(other, head));
  return { head, heads, concurrent, named, merge };
}

function mergeState(set: readonly Version[], heads: readonly Version[], policy: MergePolicy): MergeState {
  if (policy.name !== 'block-merge' || heads.length < 2) return { state: 'none' };
  const plan = planMerge(set, heads, policy);
  if (typeof plan === 'string') return { state: 'impossible', obstacle: plan };
  return { state: findVersion(set, plan.version.dot) === undefined ? 'wanted' : 'made', plan };
}

/** The name under which a head is reached while the volume is forked. */
export function forkName(head: Version): string {
  return `${head.volume}@${head.dot.writer}`;
}

/** Versions that retention must keep for the decision to stay what it is: the heads, what stands for them, and the ancestors of a merge. */
export function versionsNeeded(versions: Iterable<Version>, policy: MergePolicy): readonly Version[] {
  const decision = decide(versions, policy);
  if (decision === undefined) return [];
  const { head, heads, merge } = decision;
  return versionSet([...heads, head, ...('plan' in merge ? merge.plan.ancestors : [])]);
}
