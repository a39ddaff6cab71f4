/**
 * What a power cut would leave of a server, opened by the code that ships, for whoever judges it; and what of an earlier look still holds.
 *
 * Law: opening a repository and restoring a version follow from the bytes of the objects that they read. Where those are the same files in the same versions as at the look before, the
 * same would come of it again, and it is not done again. Where other objects have changed, a proof says whether those that one restore read are the same (proof.ts).
 */
import { openRepository } from '../../replication/repository/open.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { Durable } from '../invariants/invariant.js';
import type { RestoreProof } from '../invariants/proof.js';
import type { DurableStore } from '../disk/durable.js';

export interface DurableLook {
  readonly store: DurableStore;
  readonly durable: Promise<Durable>;
  /** Versions that were restored and were right, by volume and dot. */
  readonly restored: Set<string>;
  /** What restores at any look before have rested on, by volume and dot. */
  readonly proofs: Map<string, RestoreProof>;
}

/** A repository does not read the audit log. */
const isOfRepository = (key: string): boolean => !key.startsWith('audit/');
/** Nor does restoring read what was begun and not committed. */
const isOfVersions = (key: string): boolean => isOfRepository(key) && !key.startsWith('stagings/');

export function lookAgain(
  store: DurableStore,
  last: DurableLook | undefined,
  kernels: KernelInstance,
): DurableLook {
  const restored =
    last !== undefined && store.hasSame(last.store, isOfVersions) ? last.restored : new Set<string>();
  const opening =
    last !== undefined && store.hasSame(last.store, isOfRepository)
      ? last.durable.then(({ repository }) => repository)
      : openRepository(store, { kernels });
  const proofs = last?.proofs ?? new Map<string, RestoreProof>();
  const durable = opening.then((repository) => ({ store, repository, restored, proofs }));
  return { store, restored, proofs, durable };
}
