/**
 * A merge follows from what was written.
 *
 * Promise: whatever merges a server has made or met on the way, what two of its versions have in common is what they would have in common without those that nobody built upon: whether
 * such a one was made at all depends on the order in which versions came.
 */
import { commonAncestors } from '../../replication/versions/history.js';
import { dotText, isMerge } from '../../replication/versions/version.js';
import type { Version } from '../../replication/versions/version.js';
import { Broken } from './invariant.js';
import type { Invariant, ServerView } from './invariant.js';

const name = 'merges follow from what was written';

export const merges: Invariant = {
  name,
  atEnd: ({ servers }) => {
    for (const server of servers) check(server);
    return Promise.resolve();
  },
};

function check({ name: server, running }: ServerView): void {
  const repository = running?.repository;
  for (const volume of repository?.volumes ?? []) {
    const all = repository?.versions(volume).map(({ version }) => version) ?? [];
    if (!all.some(({ dot }) => isMerge(dot))) continue;
    const builtUpon = new Set(all.flatMap(({ dot, parents }) => (isMerge(dot) ? [] : parents.map(dotText))));
    const lasting = all.filter(({ dot }) => !isMerge(dot) || builtUpon.has(dotText(dot)));
    for (const [i, a] of all.entries())
      for (const b of all.slice(i + 1)) {
        const [with_, without] = [textOf(all, a, b), textOf(lasting, a, b)];
        if (with_ !== without)
          throw new Broken(
            name,
            `${server}: ${dotText(a.dot)} and ${dotText(b.dot)} of ${volume} have ${with_} in common, not ${without}`,
          );
      }
  }
}

function textOf(set: readonly Version[], a: Version, b: Version): string {
  return commonAncestors(set, a, b)
    .map(({ dot }) => dotText(dot))
    .join(' ');
}
