/**
 * Swarm testing: each seed draws which features of the world, of the configuration and of the workload are there at all, and then a scenario of those alone, so that one kind of
 * trouble does not hide what another would show.
 *
 * Law: a scenario is a function of its seed. Each decision has a stream of its own, so that a new one shifts no other.
 * Source: Groce, Zhang, Eide, Chen, Regehr, Swarm Testing (ISSTA 2012). Distributions: docs/simulator.md.
 */
import { Random } from '../../base/prng.js';
import { scenarioSchemaName } from '../scenario/scenario.js';
import type { AgentNode, Operation, Scenario, ServerNode } from '../scenario/scenario.js';
import type { ScheduledFault } from '../fault/schedule.js';

export function generateScenario(seed: number): Scenario {
  const random = new Random(seed).fork('swarm');
  const server: ServerNode = {
    name: 'server-1',
    role: 'server',
    disk: {},
    clock: { skewMs: 0, driftPpm: 0 },
    config: {
      fingerprint: 'blake3',
      chunker: 'fixed:4096',
      codec: 'stored',
      level: 1,
      policy: 'latest-wins',
      versions: [1, 2],
      peers: [],
      intervalMs: 5000,
      segmentBytesMax: 65_536,
    },
  };
  const agent: AgentNode = {
    name: 'agent-1',
    role: 'agent',
    disk: {},
    clock: { skewMs: 0, driftPpm: 0 },
    config: { versions: [1, 2], cacheBytesMax: 1_048_576 },
  };
  const times = random.fork('times');
  const operations: Operation[] = [0, 1, 2].map((snapshot) => ({
    kind: 'push',
    atMs: snapshot * 100 + times.below(100),
    node: agent.name,
    server: server.name,
    volume: 'disk',
    snapshot,
  }));
  operations.push({ kind: 'pull', atMs: 400, node: agent.name, server: server.name, volume: 'disk' });
  const crashes = random.fork('crashes');
  const faults: ScheduledFault[] = Array.from({ length: crashes.below(4) }, () => ({
    atMs: crashes.below(500),
    fault: {
      kind: 'crash',
      node: crashes.pick([server.name, agent.name]),
      how: crashes.pick(['process', 'power']),
      downMs: 1 + crashes.below(100),
    },
  }));
  return {
    schema: scenarioSchemaName,
    name: `swarm ${seed}`,
    seed,
    nodes: [server, agent],
    wires: [{ from: agent.name, to: server.name, there: {}, back: {} }],
    network: { mode: 'stream', resetChance: 0 },
    volumes: [
      {
        name: 'disk',
        bytes: 131_072,
        kind: 'random',
        edit: { kind: 'overwrite', count: 3, bytes: 100 },
      },
    ],
    operations,
    faults,
    faultsEndMs: 1000,
    limits: { convergeMs: 600_000, eventCountMax: 200_000, bufferBytesMax: 262_144 },
  };
}
