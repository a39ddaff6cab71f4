/** Faults at times: crashes, power cuts, pauses, partitions, clocks that jump, disks that are full or slow for a while. Half of them strike in the midst of some operation. */
import type { Random } from '../../base/prng.js';
import type { Fault, ScheduledFault } from '../fault/schedule.js';
import type { Operation } from '../scenario/scenario.js';
import type { Feature, Features } from './features.js';
import { drawMoment, drawWhile } from './moments.js';
import type { Topology } from './topology.js';

type Draw = (random: Random, node: string, path: readonly [string, string]) => Fault;

/** Downtimes and the like: from a millisecond to some seconds, short ones as likely as long ones. */
function duration(random: Random): number {
  return drawWhile(random, 4000);
}

const draws: Partial<Readonly<Record<Feature, Draw>>> = {
  crashes: (random, node) => ({ kind: 'crash', node, how: 'process', downMs: duration(random) }),
  'power-cuts': (random, node) => ({ kind: 'crash', node, how: 'power', downMs: duration(random) }),
  'crashes-at-waits': (random, node) => ({
    kind: 'crash-at-wait',
    node,
    how: random.pick(['process', 'power']),
    waitCount: 1 + random.below(100),
    downMs: duration(random),
  }),
  pauses: (random, node) => ({ kind: 'pause', node, forMs: duration(random) }),
  'slow-cores': (random, node) => ({
    kind: 'cpu',
    node,
    slowness: 1 + random.below(50),
    forMs: duration(random),
  }),
  clocks: (random, node) =>
    random.below(2) === 0
      ? { kind: 'clock-jump', node, byMs: random.between(-400_000, 400_000) }
      : { kind: 'clock-drift', node, ppm: random.between(-500, 500) },
  'full-disks': (random, node) => ({
    kind: 'disk',
    node,
    options: { capacityBytes: 1 + random.below(400_000) },
    forMs: duration(random),
  }),
  'slow-disks': (random, node) => ({
    kind: 'disk',
    node,
    options: {
      operationMs: 0.1 + random.float() * 5,
      cacheMs: random.float() * 2,
      syncMs: 1 + random.float() * 50,
      bytesPerSecond: 1e7,
    },
    forMs: duration(random),
  }),
  rot: (_, node) => ({ kind: 'bit-rot', node }),
  partitions: (random, _, [from, to]) => ({
    kind: 'partition',
    from,
    to,
    isOneWay: random.below(2) === 0,
    forMs: duration(random),
  }),
  resets: (_random, _node, [from, to]) => ({ kind: 'reset', from, to }),
};

export function drawFaults(
  random: Random,
  features: Features,
  { agents, servers, wires, liar }: Topology,
  operations: readonly Operation[],
): ScheduledFault[] {
  const names = [...agents, ...servers].map(({ name }) => name);
  const faults = Object.entries(draws).flatMap(([feature, draw]) => {
    if (!features.has(feature as Feature)) return [];
    const own = random.fork(feature);
    return Array.from({ length: own.pick([1, 1, 2]) }, (): ScheduledFault => {
      // Servers half of the time, however many agents there are.
      const node = own.below(2) === 0 ? (names[own.below(names.length)] ?? '') : servers[0].name;
      const wire = wires[own.below(wires.length)];
      const path = [wire?.from ?? '', wire?.to ?? ''] as const;
      const atMs = drawMoment(own, operations);
      return { atMs, fault: draw(own, feature === 'rot' ? liar : node, path) };
    });
  });
  return faults.sort((a, b) => a.atMs - b.atMs);
}
