/**
 * What a merge of a volume's heads will be, before any content is looked at: which versions go in, and what its version is called.
 *
 * Law: a pure function of the heads and their ancestors in the set. Two servers that merge the same call the result the same, so it is one
 * version wherever it was made:
 *
 *     writer   "merge." and, in hex, the first 16 bytes of SHA-256 over the canonical CBOR of
 *              ["snapdelta merge 1", volume, policy, [head dot ...], [ancestor dot ...]], dots ascending
 *     counter  1
 *     vector   the join of the heads' vectors
 *     time     that of the latest head: no clock is asked
 *     parents  the heads
 *
 * Merges are never inputs of merges: with another head the merge is made anew, of all heads, so it does not matter what was merged on the way. A merge that somebody
 * built upon may be an ancestor.
 */
import { nodeCrypto } from '../../base/builtins.js';
import { isPlanted } from '../../base/planted.js';
import { encodeCbor } from '../../engine/package/cbor.js';
import { dotItem } from './codec.js';
import { ancestry, latestOf, nearestAmong } from './history.js';
import { parentsMax } from './limits.js';
import { policyText, type MergePolicy } from './policy.js';
import { compareDots, compareLateness, type Dot, type Version } from './version.js';
import { joinVectors } from './vector.js';

export type BlockMergePolicy = Extract<MergePolicy, { readonly name: 'block-merge' }>;

export interface MergePlan {
  readonly policy: BlockMergePolicy;
  /** What the merge will be. */
  readonly version: Version;
  /** Two or more, the latest last. */
  readonly heads: readonly Version[];
  /** The nearest common ancestors of each two heads, ascending by dot. Their manifests are needed, too. */
  readonly ancestors: readonly Version[];
}

/** Why heads are not merged block by block; the latest one then stands for the volume. */
export type MergeObstacle =
  /** Two heads have no common ancestor, or retention removed it. */
  | 'ancestor-missing'
  /** More heads than one version may have parents. */
  | 'too-many-heads'
  /** A manifest is not held here. */
  | 'manifest-missing'
  /** A manifest was not cut into fixed blocks of the policy's size. */
  | 'other-chunker'
  | 'other-fingerprint'
  /** An image against a tree. */
  | 'other-form'
  /** One side has a file where the other has a directory. */
  | 'entries-collide';

/** Plans the merge of two or more heads of the set. */
export function planMerge(
  set: readonly Version[],
  heads: readonly Version[],
  policy: BlockMergePolicy,
): MergePlan | MergeObstacle {
  if (heads.length > parentsMax) return 'too-many-heads';
  const latest = latestOf(heads);
  if (latest === undefined) return 'ancestor-missing';
  const known = ancestry(set);
  const ancestors = new Set<Version>();
  for (const [i, a] of heads.entries()) {
    for (const b of heads.slice(i + 1)) {
      const common = nearestAmong(known, a, b);
      if (common.length === 0) return 'ancestor-missing';
      for (const ancestor of common) ancestors.add(ancestor);
    }
  }
  const sortedAncestors = [...ancestors].sort((a, b) => compareDots(a.dot, b.dot));
  const parents = heads.map(({ dot }) => dot).sort(compareDots);
  return {
    policy,
    version: {
      volume: latest.volume,
      dot: mergeDot(
        latest.volume,
        policy,
        parents,
        sortedAncestors.map(({ dot }) => dot),
      ),
      vector: isPlanted('merge-vector-of-the-latest')
        ? latest.vector
        : joinVectors(heads.map(({ vector }) => vector)),
      time: latest.time,
      parents,
    },
    heads: [...heads].sort(compareLateness),
    ancestors: sortedAncestors,
  };
}

function mergeDot(
  volume: string,
  policy: BlockMergePolicy,
  heads: readonly Dot[],
  ancestors: readonly Dot[],
): Dot {
  const inputs = encodeCbor([
    'snapdelta merge 1',
    volume,
    policyText(policy),
    heads.map(dotItem),
    ancestors.map(dotItem),
  ]);
  const digest = nodeCrypto().createHash('sha256').update(inputs).digest('hex');
  return { writer: `merge.${digest.slice(0, 32)}`, counter: 1 };
}
