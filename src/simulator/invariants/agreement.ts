/**
 * Servers agree in the end.
 *
 * Promise: once faults are over and all is done, all servers that reach each other and whose disks kept what they were given hold the same versions of every volume, give it the same
 * head, and hold the same bytes under the same dot (by the ledger, which knows one answer for each), whatever chunker, hash and codec each stores with.
 */
import { dotText } from '../../replication/versions/version.js';
import { Broken } from './invariant.js';
import type { Invariant, RunView, ServerView } from './invariant.js';

const name = 'servers agree';

export const agreement: Invariant = {
  name,
  atEnd: (run) => {
    const difference = firstDifference(run);
    return difference === undefined ? Promise.resolve() : Promise.reject(new Broken(name, difference));
  },
};

/** What the first two servers differ in; undefined when all that have to be are equal. */
export function firstDifference(run: Pick<RunView, 'servers'>): string | undefined {
  let first: { readonly name: string; readonly text: string } | undefined;
  for (const server of run.servers) {
    if (server.isDamaged) continue;
    const text = stateOf(server);
    if (text === undefined) return `${server.name} is not up`;
    first ??= { name: server.name, text };
    if (first.text !== text) return `${first.name} has ${first.text}; ${server.name} has ${text}`;
  }
  return undefined;
}

/** Dots of all volumes in order, each volume's head marked. */
function stateOf({ running }: ServerView): string | undefined {
  return running
    ?.list('')
    .map(({ version, isHead }) => `${version.volume}/${dotText(version.dot)}${isHead ? '*' : ''}`)
    .join(' ');
}
