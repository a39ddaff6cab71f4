/**
 * A merge follows from what was written.
 *
 * Promise: whatever merges a server has made or met on the way, what any two of its versions have in common is what they would have in common without those that nobody built upon: whether
 * such a one was made at all depends on the order in which versions came. So it is with two more versions that are made from all that was written there, by writers who met it elsewhere.
 */
import { commonAncestors, headsOf, latestOf } from '../../replication/versions/history.js';
import { nextVector } from '../../replication/versions/vector.js';
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
    const further = successorsOf(volume, lasting);
    const pairs = [...all, ...further];
    for (const [i, a] of pairs.entries())
      for (const b of pairs.slice(i + 1)) {
        const [with_, without] = [textOf([...all, ...further], a, b), textOf([...lasting, ...further], a, b)];
        if (with_ !== without)
          throw new Broken(
            name,
            `${server}: ${dotText(a.dot)} and ${dotText(b.dot)} of ${volume} have ${with_} in common, not ${without}`,
          );
      }
  }
}

/** Two versions that nobody has made yet, each from all heads. */
function successorsOf(volume: string, versions: readonly Version[]): readonly Version[] {
  const heads = headsOf(versions);
  const latest = latestOf(heads);
  if (latest === undefined) return [];
  const vectors = heads.map(({ vector }) => vector);
  return ['further-1', 'further-2'].map((writer) => ({
    volume,
    dot: { writer, counter: 1 },
    vector: nextVector(vectors, writer, 1),
    time: latest.time,
    parents: heads.map(({ dot }) => dot),
  }));
}

function textOf(set: readonly Version[], a: Version, b: Version): string {
  return commonAncestors(set, a, b)
    .map(({ dot }) => dotText(dot))
    .join(' ');
}
