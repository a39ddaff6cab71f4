/** How a volume with concurrent heads is understood: policies by the name that a configuration gives. docs/merging.md. */
import { UsageError } from '../../base/errors.js';
import { chunkerProblem } from '../../engine/chunk/spec.js';

export type MergePolicy =
  /** The last head by hybrid time is the volume; the others stay until retention removes them. */
  | { readonly name: 'latest-wins' }
  /** Every head stays, under a name of its own. */
  | { readonly name: 'fork' }
  /** Heads are joined block by block. The size of blocks decides what comes out, so it belongs to the policy. */
  | { readonly name: 'block-merge'; readonly blockBytes: number };

export const mergePolicyNames = ['latest-wins', 'fork', 'block-merge'] as const;

/** As configurations and audit records write it: `fork`, `block-merge:65536`. */
export function policyText(policy: MergePolicy): string {
  return policy.name === 'block-merge' ? `${policy.name}:${policy.blockBytes}` : policy.name;
}

/** The opposite of policyText. Throws UsageError. */
export function parsePolicy(text: string): MergePolicy {
  if (text === 'latest-wins' || text === 'fork') return { name: text };
  const digits = /^block-merge:(\d{1,10})$/.exec(text)?.[1];
  const hint = `choose ${mergePolicyNames.join(', ')}; the last with its block size, as in block-merge:65536`;
  if (digits === undefined) throw new UsageError(`'${text}' is no merge policy`, { hint });
  const blockBytes = Number(digits);
  const problem = chunkerProblem({ name: 'fixed', blockBytes });
  if (problem !== undefined) throw new UsageError(`merge policy '${text}': ${problem}`, { hint });
  return { name: 'block-merge', blockBytes };
}
