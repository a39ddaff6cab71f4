/**
 * Servers agree in the end.
 *
 * Promise: once faults are over and all is done, all servers that reach each other and whose disks kept what they were given hold the same versions of every volume, give it the same
 * head, and hold the same bytes under the same dot (by the ledger, which knows one answer for each), whatever chunker, hash and codec each stores with. Every merge that a server can make is made.
 */
import { chunkerText } from '../../replication/coding/cutting.js';
import { parsePolicy } from '../../replication/versions/policy.js';
import { dotText } from '../../replication/versions/version.js';
import { isServer } from '../scenario/scenario.js';
import type { Scenario } from '../scenario/scenario.js';
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

/** A merge that is not made, or what the first two servers that have to be equal differ in; undefined when all is well. */
export function firstDifference({
  scenario,
  servers,
}: Pick<RunView, 'scenario' | 'servers'>): string | undefined {
  const sound = servers.filter(({ isDamaged }) => !isDamaged);
  for (const server of sound) {
    const volume = volumeToMerge(server);
    if (volume !== undefined) return `${server.name} has not made the merge of ${volume}`;
  }
  const states = new Map(sound.map((server) => [server.name, stateOf(server)]));
  for (const { name } of sound) {
    const own = states.get(name);
    if (own === undefined) return `${name} is not up`;
    for (const other of reached(scenario, name, states)) {
      const theirs = states.get(other);
      if (theirs !== own && reached(scenario, other, states).has(name))
        return `${name} has ${own}; ${other} has ${theirs ?? 'nothing, being down'}`;
    }
  }
  return undefined;
}

/** A volume whose merge is wanted. What stands in its way at a sound server is another chunker than the policy's. */
function volumeToMerge({ running, policy }: ServerView): string | undefined {
  const known = parsePolicy(policy);
  if (running === undefined || known.name !== 'block-merge') return undefined;
  const { repository, volumes } = running;
  if (chunkerText(repository.config.chunker) !== `fixed:${known.blockBytes}`) return undefined;
  return repository.volumes.find((volume) => volumes.decision(volume)?.merge.state === 'wanted');
}

/** Servers that get what one has, over others that are sound. */
function reached(
  { nodes }: Scenario,
  from: string,
  sound: ReadonlyMap<string, unknown>,
): ReadonlySet<string> {
  const found = new Set([from]);
  for (const name of found) {
    const node = nodes.find((one) => one.name === name);
    if (node === undefined || !isServer(node)) continue;
    for (const peer of node.config.peers) if (sound.has(peer)) found.add(peer);
  }
  found.delete(from);
  return found;
}

/** Dots of all volumes in order, each volume's head marked. */
function stateOf({ running }: ServerView): string | undefined {
  return running
    ?.list('')
    .map(({ version, isHead }) => `${version.volume}/${dotText(version.dot)}${isHead ? '*' : ''}`)
    .join(' ');
}
