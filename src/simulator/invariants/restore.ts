/** Restoring a version from what a server has durably, by the code that ships, and judging the bytes. */
import { restoreVersion } from '../../replication/coding/restore.js';
import { DataError } from '../../base/errors.js';
import type { StoredVersion } from '../../replication/repository/repository.js';
import { dotText } from '../../replication/versions/version.js';
import { memoryTarget } from '../../engine/snapshot/target-memory.js';
import { Broken } from './invariant.js';
import type { Durable, RunView, ServerView } from './invariant.js';

export async function bytesOf(
  { repository }: Pick<Durable, 'repository'>,
  stored: StoredVersion,
): Promise<Uint8Array> {
  const target = memoryTarget();
  await restoreVersion(repository, stored, target);
  const snapshot = target.snapshot();
  const bytes = new Uint8Array(snapshot.layout.totalBytes);
  snapshot.openReader().read(0, bytes);
  return bytes;
}

/** Throws Broken unless the version restores to the bytes that it has to have, or is told to be damaged where the disk is. */
export async function checkRestore(
  name: string,
  run: RunView,
  server: ServerView,
  durable: Durable,
  stored: StoredVersion,
): Promise<void> {
  const { volume, dot } = stored.version;
  const what = `version ${dotText(dot)} of ${volume} on ${server.name}`;
  let bytes: Uint8Array;
  try {
    bytes = await bytesOf(durable, stored);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (server.isDamaged) return;
    throw new Broken(name, `${what} cannot be restored: ${error.message}`);
  }
  const problem = run.ledger.problem(volume, dot, bytes);
  if (problem !== undefined) throw new Broken(name, `${what} ${problem}`);
  run.restored();
}
