/** Scenarios for tests of minimising, drawn from a seed: valid, of any shape, each operation and fault with a time of its own. */
import { Random } from '../../../src/base/prng.js';
import { scenarioSchemaName } from '../../../src/simulator/scenario/scenario.js';
import type {
  Operation,
  Scenario,
  ScenarioNode,
  ScenarioVolume,
} from '../../../src/simulator/scenario/scenario.js';
import type { ScheduledFault } from '../../../src/simulator/fault/schedule.js';

export function drawnScenario(seed: number): Scenario {
  const random = new Random(seed).fork('drawn');
  const servers = Array.from({ length: random.between(1, 3) }, (_, at) => `server-${at}`);
  const agents = Array.from({ length: random.between(1, 3) }, (_, at) => `agent-${at}`);
  const volumes = Array.from({ length: random.between(1, 3) }, (_, at) => volume(`volume-${at}`, random));
  const pick = <T>(from: readonly T[]): T => {
    const found = from[random.below(from.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  const all = [...servers, ...agents];
  return {
    schema: scenarioSchemaName,
    name: `drawn ${seed}`,
    seed,
    nodes: [
      ...servers.map((name) => server(name, servers, random)),
      ...agents.map((name): ScenarioNode => ({ ...machine(name, random), role: 'agent', config: agent })),
    ],
    wires: agents.flatMap((from) =>
      servers.map((to) => ({
        from,
        to,
        there: random.below(2) === 0 ? {} : { corrupt: 0.01 },
        back: random.below(2) === 0 ? {} : { bytesPerSecond: 1e6 },
      })),
    ),
    network: { mode: 'stream', resetChance: random.below(2) / 10 },
    volumes,
    operations: Array.from({ length: random.between(1, 12) }, (_, at): Operation => {
      const where = { server: pick(servers), volume: pick(volumes).name };
      const atMs = 10 * at;
      if (random.below(4) === 0) return { atMs, node: pick(servers), kind: 'collect' };
      return { atMs, node: pick(agents), kind: 'push', ...where, snapshot: at };
    }),
    faults: Array.from({ length: random.below(12) }, (_, at): ScheduledFault => {
      const atMs = 10 * at + 5;
      if (random.below(3) === 0)
        return { atMs, fault: { kind: 'reset', from: pick(agents), to: pick(servers) } };
      return { atMs, fault: { kind: 'pause', node: pick(all), forMs: 10 } };
    }),
    faultsEndMs: 1000,
    limits: { convergeMs: 60_000, eventCountMax: 100_000, bufferBytesMax: 1 << 26 },
  };
}

const agent = { versions: [2], cacheBytesMax: 1 << 20 } as const;

function machine(name: string, random: Random): Pick<ScenarioNode, 'name' | 'disk' | 'clock'> {
  return {
    name,
    disk: random.below(2) === 0 ? {} : { readError: 0.01 },
    clock: { skewMs: random.below(2) * 500, driftPpm: 0 },
  };
}

function server(name: string, servers: readonly string[], random: Random): ScenarioNode {
  return {
    ...machine(name, random),
    role: 'server',
    config: {
      fingerprint: 'blake3',
      chunker: 'fixed:4096',
      codec: 'stored',
      level: 1,
      policy: 'latest-wins',
      versions: [2],
      peers: servers.filter((peer) => peer !== name),
      intervalMs: 1000,
      segmentBytesMax: 65_536,
    },
  };
}

function volume(name: string, random: Random): ScenarioVolume {
  return {
    name,
    bytes: random.between(5000, 300_000),
    kind: 'random',
    edit: { kind: 'overwrite', count: random.between(1, 9), bytes: random.between(1, 9000) },
  };
}
