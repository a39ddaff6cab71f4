/** A repository's folder opened to be read: only while no server keeps it, and never made. */
import { DataError, UsageError } from '../../base/errors.js';
import { lostVersions, mayFollow, readRecordedVersions } from '../../replication/audit/recorded.js';
import type { RecordedVersion } from '../../replication/audit/recorded.js';
import { openRepositoryIn, openStore } from '../../replication/io/open-store.js';
import { prefixes } from '../../replication/repository/objects.js';
import type { Repository, StoredVersion } from '../../replication/repository/repository.js';
import { decide } from '../../replication/versions/decide.js';
import { dotText, equalDots, type Dot, type Version } from '../../replication/versions/version.js';
import type { Terminal } from '../terminal.js';
import { damageText } from '../text/words.js';

export interface OpenedFolder {
  readonly repository: Repository;
  /** On record as visible and not there: lost after they were durable. */
  readonly lost: readonly RecordedVersion[];
}

/** Opens it for as long as `use` takes, and tells what is damaged, also with --quiet. Throws WorldError, DataError, and what `use` throws. */
export async function withRepository<T>(
  folder: string,
  terminal: Terminal,
  use: (folder: OpenedFolder) => Promise<T>,
): Promise<T> {
  const { store, close } = await openStore(folder, 'existing');
  try {
    const repository = await openRepositoryIn(folder, store);
    for (const damage of repository.damage) terminal.error(damageText(damage));
    const recorded = await readRecordedVersions(store);
    const isHeld = (volume: string, dot: Dot): boolean => repository.version(volume, dot) !== undefined;
    return await use({ repository, lost: lostVersions(recorded, isHeld) });
  } finally {
    close();
  }
}

/** The head as `latest-wins` has it: which policy a server follows is not kept in its folder. Undefined where the newest version is lost. */
export function headOf(folder: OpenedFolder, volume: string): Dot | undefined {
  return lostNewest(folder, volume).length > 0 ? undefined : latest(folder, volume)?.dot;
}

/** Lost versions of a volume that may be newer than all that are held. */
function lostNewest(folder: OpenedFolder, volume: string): readonly Dot[] {
  const head = latest(folder, volume);
  return folder.lost.filter((one) => one.volume === volume && mayFollow(one, head)).map(({ dot }) => dot);
}

function latest({ repository }: OpenedFolder, volume: string): Version | undefined {
  const versions = repository.versions(volume).map(({ version }) => version);
  return decide(versions, { name: 'latest-wins' })?.head;
}

/** Throws UsageError for a version that is not there, DataError where it may be one whose record is damaged, or where none is named and the newest is lost. */
export function storedVersion(folder: OpenedFolder, volume: string, dot: Dot | undefined): StoredVersion {
  const { repository } = folder;
  const [lost] = dot === undefined ? lostNewest(folder, volume) : [];
  if (lost !== undefined) {
    throw new DataError(`the newest version of '${volume}' is lost here: ${dotText(lost)}`, {
      hint: 'get it from another server, or name an older version with --dot',
    });
  }
  const wanted = dot ?? headOf(folder, volume);
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
