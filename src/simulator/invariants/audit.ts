/**
 * The audit chain is intact.
 *
 * Promise: what is durable of a server's audit log verifies from its first record to its last, and every head that append() has ever resolved with is in it.
 */
import { verifyAudit } from '../../replication/audit/verify.js';
import { Broken } from './invariant.js';
import type { Invariant, RunView, ServerView } from './invariant.js';

const name = 'the audit chain is intact';

export const audit: Invariant = {
  name,
  afterRestart: check,
  atEnd: async (run) => {
    for (const server of run.servers) await check(run, server);
  },
};

async function check(_: RunView, server: ServerView): Promise<void> {
  if (server.isDamaged || server.auditHeads.length === 0) return;
  const { store } = await server.durable();
  const verdict = await verifyAudit(store, server.auditHeads);
  if (verdict.state === 'damaged')
    throw new Broken(name, `${server.name}: record ${verdict.sequence} (${verdict.key}): ${verdict.reason}`);
}
