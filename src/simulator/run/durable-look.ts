/**
 * What a power cut would leave of a server, opened by the code that ships, for whoever judges it; and what of an earlier look still holds.
 *
 * Law: opening a repository and restoring a version follow from the bytes of the objects that they read. Where those are the same files in the same versions as at the look before, the
 * same would come of it again, and it is not done again. Nothing is assumed of which pack a block would be read from: all packs have to be the same.
 */
import { openRepository } from '../../replication/repository/open.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { Durable } from '../invariants/invariant.js';
import type { DurableStore } from '../disk/durable.js';

export interface DurableLook {
  readonly store: DurableStore;
  readonly durable: Promise<Durable>;
  /** Versions that were restored and were right, by volume and dot. */
  readonly restored: Set<string>;
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
  return { store, restored, durable: opening.then((repository) => ({ store, repository, restored })) };
}
