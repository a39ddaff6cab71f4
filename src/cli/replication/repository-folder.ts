/** A repository's folder opened to be read: only while no server keeps it, and never made. */
import { DataError, UsageError } from '../../base/errors.js';
import { openStore } from '../../replication/io/open-store.js';
import { prefixes } from '../../replication/repository/objects.js';
import { openRepository } from '../../replication/repository/open.js';
import type { Repository, StoredVersion } from '../../replication/repository/repository.js';
import { decide } from '../../replication/versions/decide.js';
import { dotText, equalDots, type Dot } from '../../replication/versions/version.js';
import type { Terminal } from '../terminal.js';

/** Opens it for as long as `use` takes, and tells what is damaged, also with --quiet. Throws WorldError, DataError, and what `use` throws. */
export async function withRepository<T>(
  folder: string,
  terminal: Terminal,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const { store, close } = await openStore(folder, 'existing');
  try {
    const repository = await openRepository(store);
    for (const { key, reason } of repository.damage) terminal.error(`damaged: ${key}: ${reason}`);
    return await use(repository);
  } finally {
    close();
  }
}

/** The head as `latest-wins` has it: which policy a server follows is not kept in its folder. */
export function headOf(repository: Repository, volume: string): Dot | undefined {
  const versions = repository.versions(volume).map(({ version }) => version);
  return decide(versions, { name: 'latest-wins' })?.head.dot;
}

/** Throws UsageError for a version that is not there, DataError where it may be one whose record is damaged. */
export function storedVersion(repository: Repository, volume: string, dot: Dot | undefined): StoredVersion {
  const wanted = dot ?? headOf(repository, volume);
  const stored = wanted && repository.versions(volume).find(({ version }) => equalDots(version.dot, wanted));
  if (stored !== undefined) return stored;
  const what = dot === undefined ? 'no versions' : `no version ${dotText(dot)}`;
  if (repository.damage.some(({ key }) => key.startsWith(prefixes.versions))) {
    throw new DataError(`volume '${volume}' has ${what} here that can be read`, {
      hint: 'records of versions are damaged: get it from another server, or push the snapshot again',
    });
  }
  throw new UsageError(`volume '${volume}' has ${what} here`, {
    hint: 'see what is there: snapdelta snapshots --repository FOLDER',
  });
}
