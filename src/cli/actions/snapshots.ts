/** `snapdelta snapshots`: the versions of volumes, as a table or a document. */
import { formatBytes } from '../../base/units.js';
import { textTable } from '../../base/text-table.js';
import { snapshotsSchemaName, type SnapshotsDocument } from '../../harness/report/snapshots-document.js';
import type { ListedVersion } from '../../replication/protocol/messages.js';
import { dotText, equalDots } from '../../replication/versions/version.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { asked, checkVolume } from '../replication/asking.js';
import { fromOf } from '../replication/from.js';
import { headOf, withRepository, type OpenedFolder } from '../replication/repository-folder.js';
import { isoTime } from '../text/time.js';

export async function runSnapshots(input: Input, context: Context): Promise<Outcome> {
  const { signal, terminal } = context;
  const [named] = input.positionals('VOLUME');
  const volume = named === undefined ? '' : checkVolume(named);
  const from = fromOf(input, context);
  const rows =
    from.kind === 'server'
      ? await asked(from.address, () => from.agent.list(from.address, volume, { signal }))
      : await withRepository(from.folder, terminal, (folder) => Promise.resolve(listed(folder, volume)));
  for (const name of withoutHead(rows))
    terminal.error(`${name}: its newest version is lost there, so it has no head`);
  return { document: document(rows), text: text(rows), kind: 'answer' };
}

function withoutHead(rows: readonly ListedVersion[]): ReadonlySet<string> {
  const names = new Set(rows.map(({ version }) => version.volume));
  for (const { version, isHead } of rows) if (isHead) names.delete(version.volume);
  return names;
}

function listed(folder: OpenedFolder, volume: string): ListedVersion[] {
  const { repository } = folder;
  const volumes = volume === '' ? repository.volumes : [volume];
  return volumes.flatMap((name) => {
    const head = headOf(folder, name);
    return repository.versions(name).map(({ version, content, totalBytes }) => ({
      version,
      content,
      totalBytes,
      isHead: head !== undefined && equalDots(head, version.dot),
    }));
  });
}

function document(rows: readonly ListedVersion[]): SnapshotsDocument {
  return {
    schema: snapshotsSchemaName,
    snapshots: rows.map(({ version, content, totalBytes, isHead }) => ({
      volume: version.volume,
      dot: dotText(version.dot),
      time: isoTime(version.time.wallMs * 1000),
      bytes: totalBytes,
      content,
      parents: version.parents.map(dotText),
      isHead,
    })),
  };
}

function text(rows: readonly ListedVersion[]): string {
  if (rows.length === 0) return 'no versions';
  const cells = rows.map(({ version, totalBytes, isHead }) => [
    version.volume,
    dotText(version.dot),
    isoTime(version.time.wallMs * 1000),
    formatBytes(totalBytes),
    isHead ? 'head' : '',
  ]);
  return textTable(['volume', 'version', 'time', 'size', ''], cells);
}
