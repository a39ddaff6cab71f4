/** Restoring a version from what a server has durably, by the code that ships, and judging the bytes. */
import { restoreVersion } from '../../replication/coding/restore.js';
import { DataError } from '../../base/errors.js';
import type { BlockIds, Repository, StoredVersion } from '../../replication/repository/repository.js';
import { dotText } from '../../replication/versions/version.js';
import type { SnapshotShape } from '../../engine/snapshot/snapshot.js';
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';
import { Broken } from './invariant.js';
import type { Durable, RunView, ServerView } from './invariant.js';
import { RestoreProof } from './proof.js';

/** Where a version is restored to in order to be looked at: one array for all of a thread, since only a merge that is seen first keeps its bytes. */
export class Restored implements TargetWriter {
  #all = new Uint8Array(0);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#all.subarray(0, this.#length);
  }

  begin({ layout }: SnapshotShape): void {
    this.#length = layout.totalBytes;
    if (this.#all.length < this.#length) this.#all = new Uint8Array(2 * this.#length);
    else this.#all.fill(0, 0, this.#length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#all.set(bytes, address);
  }

  read(address: number, into: Uint8Array): void {
    into.set(this.#all.subarray(address, address + into.length));
  }

  zero(): void {
    // It is zeros.
  }

  commit(): void {
    // It is looked at where it is.
  }

  abort(): void {
    this.#length = 0;
  }
}

/**
 * Throws Broken unless the version restores to the bytes that it has to have, or is told to be damaged where the disk is. A restore that was right, and would read the same bytes again, counts
 * again without being made.
 */
export async function checkRestore(
  name: string,
  run: RunView,
  server: ServerView,
  durable: Durable,
  stored: StoredVersion,
): Promise<void> {
  const { volume, dot } = stored.version;
  const key = `${volume} ${dotText(dot)}`;
  if (durable.restored.has(key) || durable.proofs.get(key)?.holds(durable, stored) === true) {
    durable.restored.add(key);
    run.restored();
    return;
  }
  const what = `version ${dotText(dot)} of ${volume} on ${server.name}`;
  const target = run.restoring;
  const { repository } = durable;
  const read: BlockIds[] = [];
  const noting: Pick<Repository, 'manifest' | 'blocks'> = {
    manifest: (one) => repository.manifest(one),
    blocks: (ids) => {
      read.push(ids);
      return repository.blocks(ids);
    },
  };
  try {
    await restoreVersion(noting, stored, target);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (server.isDamaged) return;
    throw new Broken(name, `${what} cannot be restored: ${error.message}`);
  }
  const problem = run.ledger.problem(volume, dot, target.bytes);
  if (problem !== undefined) throw new Broken(name, `${what} ${problem}`);
  durable.restored.add(key);
  durable.proofs.set(key, new RestoreProof(durable, stored, read));
  run.restored();
}
