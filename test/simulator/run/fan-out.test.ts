/**
 * Three to five servers in a mesh, a chain and a ring, cut from each other while agents push at two of them: once the partitions have healed, all hold the same versions and agree on heads
 * (the invariant `agreement`), each restored byte for byte.
 */
import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import type { ScheduledFault } from '../../../src/simulator/fault/schedule.js';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { runScenario } from '../../../src/simulator/run/run-scenario.js';
import {
  scenarioSchemaName,
  type AgentNode,
  type PushOperation,
  type Scenario,
  type ServerNode,
} from '../../../src/simulator/scenario/scenario.js';

const equipment = newEquipment();
const quiet = { disk: {}, clock: { skewMs: 0, driftPpm: 0 } };

type Topology = 'mesh' | 'chain' | 'ring';

/** Indices of the servers that a server sends to. */
function peersOf(topology: Topology, index: number, count: number): number[] {
  const all = [...Array(count).keys()].filter((other) => other !== index);
  if (topology === 'mesh') return all;
  if (topology === 'chain') return all.filter((other) => Math.abs(other - index) === 1);
  return [(index + 1) % count];
}

function scenarioOf(topology: Topology, count: number, policy: string, seed: number): Scenario {
  const random = new Random(seed).fork('partitions');
  const names = [...Array(count).keys()].map((index) => `server-${index}`);
  const servers = names.map((name, index): ServerNode => ({
    ...quiet,
    name,
    role: 'server',
    config: {
      fingerprint: index === 1 ? 'xxh3-128' : 'blake3',
      chunker: index === 1 ? 'fixed:8192' : 'fixed:4096',
      codec: 'stored',
      level: 1,
      policy,
      versions: [1, 2],
      peers: peersOf(topology, index, count).map((peer) => names[peer] ?? ''),
      intervalMs: 2000,
      segmentBytesMax: 16_384,
    },
  }));
  const ends = [names[0] ?? '', names.at(-1) ?? ''];
  const agents = ends.map((_, index): AgentNode => ({
    ...quiet,
    name: `agent-${index}`,
    role: 'agent',
    config: { versions: [1, 2], cacheBytesMax: 1_048_576 },
  }));
  const operations = agents.flatMap(({ name }, index) =>
    [0, 1, 2].map((snapshot): PushOperation => ({
      kind: 'push',
      atMs: 100 + 900 * snapshot + 50 * index,
      node: name,
      server: ends[index] ?? '',
      volume: 'disk',
      snapshot: 3 * index + snapshot,
    })),
  );
  const faults = Array.from({ length: 6 }, (): ScheduledFault => {
    const from = random.below(count);
    const to = (from + 1 + random.below(count - 1)) % count;
    return {
      atMs: random.below(3000),
      fault: {
        kind: 'partition',
        from: names[from] ?? '',
        to: names[to] ?? '',
        isOneWay: random.below(2) === 0,
        forMs: 200 + random.below(4000),
      },
    };
  });
  return {
    schema: scenarioSchemaName,
    name: `${topology} of ${count}, ${policy}, ${seed}`,
    seed,
    nodes: [...servers, ...agents],
    wires: [],
    network: { mode: 'stream', resetChance: 0.2 },
    volumes: [
      { name: 'disk', bytes: 65_536, kind: 'random', edit: { kind: 'overwrite', count: 2, bytes: 100 } },
    ],
    operations,
    faults,
    faultsEndMs: 8000,
    limits: { convergeMs: 600_000, eventCountMax: 400_000, bufferBytesMax: 65_536 },
  };
}

describe('servers that send to each other', () => {
  test.each([
    ['mesh', 3, 'latest-wins'],
    ['mesh', 4, 'fork'],
    ['chain', 3, 'latest-wins'],
    ['chain', 5, 'block-merge:4096'],
    ['ring', 4, 'latest-wins'],
  ] as const)(
    '%s of %i, %s: agree once partitions heal',
    async (topology, count, policy) => {
      for (let seed = 1; seed <= 2; seed++) {
        const outcome = await runScenario(scenarioOf(topology, count, policy, seed), { equipment });
        expect(outcome.violation).toBeUndefined();
        expect(outcome.acknowledgedCount).toBe(6);
        // Every version on every server at the end.
        expect(outcome.restoredCount).toBeGreaterThanOrEqual(6 * count);
      }
    },
    240_000,
  );
});
