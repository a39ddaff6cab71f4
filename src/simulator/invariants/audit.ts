/**
 * The audit log can be relied upon.
 *
 * Promise: what is durable of a server's log verifies from its first record to its last, and every head that append() has ever resolved with is in it. Each version that is visible was
 * recorded as offered before, and is on record as having become visible: where a crash came between, since the restart. What is on record as visible, and not as removed, is there. No receiver finds that it cannot use a base where no disk and no network can have damaged one.
 */
import { DataError } from '../../base/errors.js';
import type { AuditRecord } from '../../replication/audit/record.js';
import { RecordedVersions, shownBy } from '../../replication/audit/recorded.js';
import { verifyAudit } from '../../replication/audit/verify.js';
import { dotText, isMerge } from '../../replication/versions/version.js';
import type { Dot } from '../../replication/versions/version.js';
import { Broken } from './invariant.js';
import type { Durable, Invariant, RunView, ServerView } from './invariant.js';

const name = 'the audit log can be relied upon';

export const audit: Invariant = {
  name,
  afterRestart: check,
  atEnd: async (run) => {
    for (const server of run.servers) await check(run, server);
  },
};

async function check(run: RunView, server: ServerView): Promise<void> {
  if (server.isDamaged || server.auditHeads.length === 0) return;
  const { store, repository } = await opened(server);
  const offered = new Set<string>();
  const shown = new Set<string>();
  const recorded = new RecordedVersions();
  const visit = (record: AuditRecord): void => {
    const { event, sequence } = record;
    recorded.add(record);
    const one = shownBy(event);
    if (one !== undefined) shown.add(keyOf(one.volume, one.dot));
    if (event.kind === 'offered') offered.add(keyOf(event.volume, event.dot));
    if (event.kind === 'resynchronised' && event.reason === 'base-damaged' && !mayBeDamaged(run))
      throw new Broken(
        name,
        `${server.name}: record ${sequence} tells of a damaged base, and nothing damages any`,
      );
  };
  const verdict = await verifyAudit(store, server.auditHeads, visit);
  if (verdict.state === 'damaged')
    throw new Broken(name, `${server.name}: record ${verdict.sequence} (${verdict.key}): ${verdict.reason}`);
  for (const volume of repository.volumes)
    for (const { version } of repository.versions(volume)) {
      const what = `${server.name}: ${dotText(version.dot)} of ${volume}`;
      const key = keyOf(volume, version.dot);
      if (!isMerge(version.dot) && !offered.has(key)) throw new Broken(name, `${what} was never offered`);
      // A disk that failed has the log go on when it works again.
      if (!shown.has(key) && server.running?.isSettled === true)
        throw new Broken(name, `${what} is visible and not on record`);
    }
  for (const { volume, dot } of recorded.all)
    if (repository.version(volume, dot) === undefined)
      throw new Broken(
        name,
        `${server.name}: ${dotText(dot)} of ${volume} is on record as visible and not there`,
      );
}

/** Throws Broken where it cannot be opened: no disk that keeps what it was given explains that. */
async function opened(server: ServerView): Promise<Durable> {
  try {
    return await server.durable();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new Broken(name, `the repository of ${server.name} cannot be opened: ${error.message}`);
  }
}

/** By a disk that changes what it was given, or a network that changes frames. */
function mayBeDamaged({ scenario, servers }: RunView): boolean {
  return scenario.network.mode === 'frames' || servers.some(({ isDamaged }) => isDamaged);
}

function keyOf(volume: string, dot: Dot): string {
  return `${volume} ${dotText(dot)}`;
}
