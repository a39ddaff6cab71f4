/**
 * The audit log can be relied upon.
 *
 * Promise: what is durable of a server's log verifies from its first record to its last, and every head that append() has ever resolved with is in it. Each version that is visible was
 * recorded as offered before. No receiver finds that it cannot use a base where no disk and no network can have damaged one.
 */
import type { AuditRecord } from '../../replication/audit/record.js';
import { verifyAudit } from '../../replication/audit/verify.js';
import { dotText, isMerge } from '../../replication/versions/version.js';
import type { Dot } from '../../replication/versions/version.js';
import { Broken } from './invariant.js';
import type { Invariant, RunView, ServerView } from './invariant.js';

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
  const { store, repository } = await server.durable();
  const offered = new Set<string>();
  const visit = ({ event, sequence }: AuditRecord): void => {
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
    for (const { version } of repository.versions(volume))
      if (!isMerge(version.dot) && !offered.has(keyOf(volume, version.dot)))
        throw new Broken(name, `${server.name}: ${dotText(version.dot)} of ${volume} was never offered`);
}

/** By a disk that changes what it was given, or a network that changes frames. */
function mayBeDamaged({ scenario, servers }: RunView): boolean {
  return scenario.network.mode === 'frames' || servers.some(({ isDamaged }) => isDamaged);
}

function keyOf(volume: string, dot: Dot): string {
  return `${volume} ${dotText(dot)}`;
}
