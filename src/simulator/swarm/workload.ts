/** What agents and operators do, and when: pushes and pulls over the first ten seconds, collections and the like in their midst. */
import type { Random } from '../../base/prng.js';
import type { Operation, PushOperation } from '../scenario/scenario.js';
import type { Features } from './features.js';
import type { Topology } from './topology.js';

export const workloadMs = 10_000;

export function drawOperations(random: Random, features: Features, topology: Topology): Operation[] {
  const pushes = drawPushes(random.fork('pushes'), features, topology);
  const operations = [
    ...drawPulls(random.fork('common-past'), features, pushes),
    ...pushes,
    ...drawReads(random.fork('reads'), features, topology),
    ...drawCare(random.fork('care'), features, topology, pushes),
    ...drawChanges(random.fork('changes'), features, topology),
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
    const least = agents.length === 1 ? 3 : 1;
    const count = least + own.below(features.has('many-pushes') ? 6 : 2);
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
      const isImpatient = features.has('impatience') && others.below(2) === 0;
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
        ...(isImpatient ? { patienceMs: 1 + others.below(1500) } : {}),
      };
    });
  });
}

/** Writers who first fetch what there is, so that their versions follow those of others. */
function drawPulls(random: Random, features: Features, pushes: readonly PushOperation[]): Operation[] {
  if (!features.has('common-past')) return [];
  return pushes.flatMap(({ atMs, node, server, volume }): Operation[] =>
    random.below(2) === 0 ? [{ kind: 'pull', atMs, node, server, volume }] : [],
  );
}

function drawReads(random: Random, features: Features, { agents, servers, volumes }: Topology): Operation[] {
  const kinds = (['pulls', 'lists'] as const).filter((feature) => features.has(feature));
  return kinds.flatMap((feature) => {
    const own = random.fork(feature);
    return Array.from({ length: own.between(1, 3) }, (): Operation => {
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
    return Array.from({ length: own.between(1, 3) }, (): Operation[] => {
      // At any time, or at the worst one: while a push is under way there.
      const push = own.below(2) === 0 ? pushes[own.below(pushes.length)] : undefined;
      const timed =
        push === undefined
          ? { atMs: own.below(workloadMs), node: one(own, servers).name }
          : { atMs: push.atMs + own.below(100), node: push.server };
      switch (feature) {
        case 'collections':
          return [{ ...timed, kind: 'collect' }];
        case 'scrubs':
          return [{ ...timed, kind: 'scrub' }];
        case 'retention': {
          const retain = {
            ...timed,
            kind: 'retain',
            volume: one(own, volumes).name,
            last: own.below(3),
          } as const;
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

function drawChanges(random: Random, features: Features, { agents, servers }: Topology): Operation[] {
  const kinds = (['restarts', 'upgrades', 'configurations'] as const).filter((feature) =>
    features.has(feature),
  );
  return kinds.flatMap((feature) => {
    const own = random.fork(feature);
    return Array.from({ length: own.between(1, 2) }, (): Operation => {
      const timed = { atMs: own.below(workloadMs), node: one(own, [...agents, ...servers]).name };
      const downMs = 1 + own.below(500);
      switch (feature) {
        case 'restarts':
          return { ...timed, kind: 'restart', how: own.pick(['process', 'power']), downMs };
        case 'upgrades':
          return { ...timed, kind: 'upgrade', versions: own.pick([[1], [1, 2]]), downMs };
        case 'configurations':
          return {
            ...timed,
            kind: 'configure',
            change: {
              segmentBytesMax: own.pick([65_536, 262_144]),
              cacheBytesMax: own.pick([0, 65_536]),
              intervalMs: 500 + own.below(3000),
            },
            downMs,
          };
      }
    });
  });
}

function one<T>(random: Random, items: readonly T[]): T {
  const [first, ...rest] = items;
  if (first === undefined) throw new RangeError('nothing to choose from');
  return random.pick([first, ...rest]);
}
