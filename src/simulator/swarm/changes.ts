/** What operators change about machines while there is work: restarts, other releases, other configurations. */
import type { Random } from '../../base/prng.js';
import type { Configuration, Operation } from '../scenario/scenario.js';
import type { Feature, Features } from './features.js';
import { drawMoment, drawWhile, one } from './moments.js';
import { policies, type Topology } from './topology.js';

export function drawChanges(
  random: Random,
  features: Features,
  topology: Topology,
  work: readonly Operation[],
): Operation[] {
  const { agents, servers } = topology;
  const nodes = [...agents, ...servers];
  const some = (feature: Feature, draw: (own: Random) => Operation[]): Operation[] => {
    if (!features.has(feature)) return [];
    const own = random.fork(feature);
    return Array.from({ length: own.pick([1, 1, 2]) }, () => draw(own)).flat();
  };
  const timed = (own: Random): { readonly atMs: number; readonly node: string; readonly downMs: number } => ({
    atMs: drawMoment(own, work),
    node: one(own, nodes).name,
    downMs: drawWhile(own, 500),
  });
  return [
    ...some('restarts', (own) => [{ ...timed(own), kind: 'restart', how: own.pick(['process', 'power']) }]),
    ...some('upgrades', (own) => [{ ...timed(own), kind: 'upgrade', versions: own.pick([[1], [1, 2]]) }]),
    ...some('configurations', (own) => [
      {
        ...timed(own),
        kind: 'configure',
        change: {
          segmentBytesMax: own.pick([65_536, 262_144]),
          cacheBytesMax: own.pick([0, 65_536]),
          intervalMs: 3000 + own.below(20_000),
        },
      },
    ]),
    // Once: two that overtake each other would leave servers that differ.
    ...(features.has('configurations') ? drawPolicy(random.fork('policy'), features, topology, work) : []),
  ];
}

/** How conflicts are settled and what is kept is the same at all servers in the end; they learn of it one after the other. */
function drawPolicy(
  random: Random,
  features: Features,
  { servers }: Topology,
  work: readonly Operation[],
): Operation[] {
  const change: Configuration = {
    ...(features.has('merging') && random.below(2) === 0
      ? { policy: random.pick(['latest-wins', ...policies]) }
      : {}),
    // Servers that keep each other's versions would bring back for ever what one of them has just let go.
    ...(servers.length === 1 && random.below(2) === 0 ? { retainLast: random.between(1, 3) } : {}),
  };
  if (Object.keys(change).length === 0) return [];
  const atMs = drawMoment(random, work);
  return servers.map(({ name }) => ({
    kind: 'configure',
    atMs: atMs + random.below(2000),
    node: name,
    change,
    downMs: drawWhile(random, 500),
  }));
}
