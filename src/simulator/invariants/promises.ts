/**
 * Every acknowledged snapshot restores byte for byte, from the very moment of the acknowledgement on.
 *
 * Promise: what was once visible at a server, or was acknowledged by it, is among what a power cut would leave there, and restores to the bytes that were pushed, until retention takes
 * it; retention takes superseded versions alone. Where the disk itself has changed what was synced, damage is told (DataError) and never returned as data.
 */
import { DataError } from '../../base/errors.js';
import { dotText } from '../../replication/versions/version.js';
import { Broken } from './invariant.js';
import type { Durable, Invariant, Promised, RunView, ServerView } from './invariant.js';
import { checkRestore } from './restore.js';

const name = 'acknowledged snapshots restore';

export const promises: Invariant = {
  name,
  afterCommit: async (run, server, stored) => {
    await checkOne(run, server, await opened(server), {
      volume: stored.version.volume,
      dot: stored.version.dot,
    });
  },
  afterAcknowledgement: async (run, server, { volume, dot }) => {
    await checkOne(run, server, await opened(server), { volume, dot });
  },
  afterCollection: checkAll,
  afterRestart: checkAll,
  atEnd: async (run) => {
    for (const server of run.servers) await checkAll(run, server);
  },
};

async function checkAll(run: RunView, server: ServerView): Promise<void> {
  if (server.promised.length === 0) return;
  const durable = await opened(server);
  for (const one of server.promised) await checkOne(run, server, durable, one);
}

/** Undefined for a repository that says that it is damaged, where it may be. */
async function opened(server: ServerView): Promise<Durable | undefined> {
  try {
    return await server.durable();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (server.isDamaged) return undefined;
    throw new Broken(name, `the repository of ${server.name} cannot be opened: ${error.message}`);
  }
}

async function checkOne(
  run: RunView,
  server: ServerView,
  durable: Durable | undefined,
  { volume, dot }: Promised,
): Promise<void> {
  if (durable === undefined) return;
  const stored = durable.repository.version(volume, dot);
  if (stored !== undefined) {
    await checkRestore(name, run, server, durable, stored);
    return;
  }
  if (server.isDamaged || (server.isForgetting(volume) && isSuperseded(durable, { volume, dot }))) return;
  throw new Broken(name, `version ${dotText(dot)} of ${volume} is not durable on ${server.name}`);
}

/** A version that another one follows counts its dot. */
function isSuperseded({ repository }: Durable, { volume, dot }: Promised): boolean {
  return repository.versions(volume).some(({ version }) => (version.vector[dot.writer] ?? 0) >= dot.counter);
}
