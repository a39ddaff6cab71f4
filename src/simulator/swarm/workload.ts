/**
 * What agents and operators do, and when: pushes and pulls over the first ten seconds, collections and the like in their midst.
 *
 * Law: the order of a volume's pushes by one agent is that of its images, but where it goes back to an earlier one.
 */
import type { Random } from '../../base/prng.js';
import type { Operation, PushOperation } from '../scenario/scenario.js';
import { drawChanges } from './changes.js';
import type { Features } from './features.js';
import { drawMoment, drawWhile, one, workloadMs } from './moments.js';
import type { Topology } from './topology.js';

export function drawOperations(random: Random, features: Features, topology: Topology): Operation[] {
  const drawn = drawPushes(random.fork('pushes'), features, topology);
  const revisits = drawRevisit(random.fork('revisits'), features, topology, drawn);
  const pushes = [...drawn, ...revisits.filter((operation) => operation.kind === 'push')];
  const operations = [
    ...drawPulls(random.fork('common-past'), features, topology, drawn),
    ...drawn,
    ...revisits,
    ...drawReads(random.fork('reads'), features, topology),
    ...drawCare(random.fork('care'), features, topology, pushes),
    ...drawChanges(random.fork('changes'), features, topology, pushes),
  ];
  return operations.sort((a, b) => a.atMs - b.atMs);
}

/** Bursts of pushes as well as lone ones: within a second or over all ten. */
function drawPushes(
  random: Random,
  features: Features,
  { agents, servers, volumes }: Topology,
): PushOperation[] {
  const spreadMs = random.fork('spread').below(2) === 0 ? 1000 : workloadMs;
  return agents.flatMap((agent, i) => {
    const own = random.fork(agent.name);
    const least =
      agents.length === 1 ? (servers.length === 1 ? 3 : own.between(2, 3)) : own.pick([1, 1, 2, 2, 3]);
    const count = least + (features.has('many-pushes') ? own.below(6) : 0);
    const volume = volumes[i % volumes.length] ?? volumes[0];
    const home = one(own, servers);
    const times = Array.from({ length: count }, () => own.below(spreadMs)).sort((a, b) => a - b);
    return times.map((atMs, n): PushOperation => {
      const isAway = own.below(5) === 0;
      const server = isAway ? one(own, servers) : home;
      // Writers of one volume push images of their own, and now and then one that another has.
      const newest = volumes.length === 1 && own.below(6) > 0 ? n * agents.length + i : n;
      const others = own.fork(`push ${n}`);
      const snapshot = features.has('reverts') && others.below(3) === 0 ? others.below(newest + 1) : newest;
      // The last one is waited for to its end.
      const isImpatient = features.has('impatience') && n < times.length - 1;
      const atHand = own.fork(`base ${n}`);
      const base = features.has('bases') && atHand.below(2) === 0 ? { base: atHand.below(snapshot + 2) } : {};
      return {
        kind: 'push',
        atMs,
        node: agent.name,
        server: server.name,
        volume: volume.name,
        snapshot,
        ...base,
        ...(isImpatient ? { patienceMs: drawWhile(others, 2000) } : {}),
      };
    });
  });
}

/**
 * An image comes back that retention has taken, while what is left of it is being collected: its blocks are garbage that is wanted again. The collections lie
 * within the time that a push takes to be staged; in such a world each image is new, and segments are small, so that there is much to collect.
 */
function drawRevisit(
  random: Random,
  features: Features,
  { servers }: Topology,
  pushes: readonly PushOperation[],
): Operation[] {
  const last = pushes.at(-1);
  if (!features.has('revisits') || last === undefined) return [];
  const { node, server, volume, snapshot } = last;
  const atMs = Math.max(...pushes.map((push) => push.atMs)) + 500 + random.below(2000);
  const again: PushOperation = {
    kind: 'push',
    atMs,
    node,
    server,
    volume,
    snapshot: Math.max(0, snapshot - 1),
  };
  const offsetMs = drawWhile(random, 60);
  return [
    ...servers.map(({ name }): Operation => ({
      kind: 'retain',
      atMs: atMs - 100,
      node: name,
      volume,
      last: 1,
    })),
    again,
    ...Array.from({ length: random.between(1, 4) }, (_, i): Operation => ({
      kind: 'collect',
      atMs: atMs + offsetMs + i * random.between(1, 3),
      node: server,
    })),
  ];
}

/** Writers who first fetch what there is, so that their versions follow those of others. One who writes alone seldom does. */
function drawPulls(
  random: Random,
  features: Features,
  { agents, volumes }: Topology,
  pushes: readonly PushOperation[],
): Operation[] {
  if (!features.has('common-past')) return [];
  const share = agents.length > volumes.length ? 2 : 16;
  return pushes.flatMap(({ atMs, node, server, volume }): Operation[] =>
    random.below(share) === 0 ? [{ kind: 'pull', atMs, node, server, volume }] : [],
  );
}

function drawReads(random: Random, features: Features, { agents, servers, volumes }: Topology): Operation[] {
  const kinds = (['pulls', 'lists'] as const).filter((feature) => features.has(feature));
  return kinds.flatMap((feature) => {
    const own = random.fork(feature);
    return Array.from({ length: own.pick([1, 1, 2]) }, (): Operation => {
      const asked = {
        atMs: own.below(workloadMs),
        node: one(own, agents).name,
        server: one(own, servers).name,
      };
      const volume = one(own, volumes);
      if (feature === 'lists') return { ...asked, kind: 'list', volume: volume.name };
      const start = own.below(volume.bytes);
      return {
        ...asked,
        kind: 'pull',
        volume: volume.name,
        ...(features.has('bases') && own.below(2) === 0 ? { base: own.below(4) } : {}),
        ...(own.below(3) === 0 ? { first: [`${start}-${start + 1 + own.below(volume.bytes)}`] } : {}),
      };
    });
  });
}

function drawCare(
  random: Random,
  features: Features,
  { servers, volumes }: Topology,
  pushes: readonly PushOperation[],
): Operation[] {
  const kinds = (['collections', 'scrubs', 'retention', 'expiry'] as const).filter((feature) =>
    features.has(feature),
  );
  return kinds.flatMap((feature) => {
    const own = random.fork(feature);
    return Array.from({ length: own.pick([1, 1, 2]) }, (): Operation[] => {
      const timed = { atMs: drawMoment(own, pushes), node: one(own, servers).name };
      switch (feature) {
        case 'collections':
          return [{ ...timed, kind: 'collect' }];
        case 'scrubs':
          return [{ ...timed, kind: 'scrub' }];
        case 'retention': {
          const volume = one(own, volumes).name;
          const retain = { ...timed, kind: 'retain', volume, last: own.below(3) } as const;
          const isCollected = features.has('collections') && own.below(2) === 0;
          return isCollected
            ? [retain, { ...timed, atMs: timed.atMs + own.below(50), kind: 'collect' }]
            : [retain];
        }
        case 'expiry':
          return [{ ...timed, kind: 'expire', ageMs: own.below(2) === 0 ? 0 : own.below(3000) }];
      }
    }).flat();
  });
}
