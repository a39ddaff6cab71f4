/**
 * Nothing partial is ever visible.
 *
 * Promise: each version that a repository shows restores whole to one of the images that its writer has pushed, also one that nobody was told of yet. Looked at whenever a server has opened
 * its repository anew, which is when a half-done commit would come to light, and at the end.
 */
import { DataError } from '../../base/errors.js';
import type { Durable, Invariant, RunView, ServerView } from './invariant.js';
import { checkRestore } from './restore.js';

const name = 'nothing partial is visible';

export const whole: Invariant = {
  name,
  afterRestart: check,
  atEnd: async (run) => {
    for (const server of run.servers) await check(run, server);
  },
};

async function check(run: RunView, server: ServerView): Promise<void> {
  let durable: Durable;
  try {
    durable = await server.durable();
  } catch (error) {
    // Another invariant asks whether it may be so.
    if (error instanceof DataError) return;
    throw error;
  }
  const { repository } = durable;
  const isPromised = new Set(
    server.promised.map(({ volume, dot }) => `${volume} ${dot.writer} ${dot.counter}`),
  );
  for (const volume of repository.volumes)
    for (const stored of repository.versions(volume)) {
      const { dot } = stored.version;
      // The promised ones are restored anyway.
      if (!isPromised.has(`${volume} ${dot.writer} ${dot.counter}`))
        await checkRestore(name, run, server, durable, stored);
    }
}
