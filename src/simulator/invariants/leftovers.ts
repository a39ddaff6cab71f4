/**
 * Nothing is left over when all is done.
 *
 * Promise: in the end a server counts no connection that is over, and nobody sleeps for one.
 */
import { isServer } from '../scenario/scenario.js';
import { Broken } from './invariant.js';
import type { Invariant, RunView, ServerView } from './invariant.js';

const name = 'nothing is left over';

export const leftovers: Invariant = {
  name,
  atEnd: (run) => {
    for (const server of run.servers) check(run, server);
    return Promise.resolve();
  },
};

function check(run: RunView, server: ServerView): void {
  const { running } = server;
  if (running === undefined) return;
  const waits = run.waitsOf(server.name);
  const links = waits.filter((what) => what.startsWith('bytes from ')).length;
  const busy = waits.filter((what) => !what.startsWith('bytes from ') && !what.startsWith('sleep ')).length;
  if (running.connectionCount > links + busy)
    throw new Broken(name, `${server.name} counts ${running.connectionCount} connections, ${links} are open`);
  const sleeps = waits.filter((what) => what.startsWith('sleep ')).length;
  // One for each connection, here and to each peer, and one between two rounds with each.
  const peers = run.scenario.nodes.filter(isServer).length;
  if (sleeps > links + busy + 2 * peers)
    throw new Broken(name, `${server.name} sleeps ${sleeps} times for ${links} connections`);
}
