/** A scenario that the swarm drew and that found a planted fault, made small: what is left is what the fault needs. */
import { afterEach, expect, test } from 'vitest';
import { plant } from '../../../src/base/planted.js';
import { minimise } from '../../../src/simulator/minimise/minimise.js';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { runScenario } from '../../../src/simulator/run/run-scenario.js';
import { readScenario } from '../../../src/simulator/scenario/read.js';
import { generateScenario } from '../../../src/simulator/swarm/generate.js';

const equipment = newEquipment();
/** One of the first that find it, with one agent: minimising does not give one agent the other's work. */
const seed = 23;

afterEach(() => plant(undefined));

test('a collection that marks one version a volume: two pushes and a collection', async () => {
  plant('one-version-marked');
  const found = await minimise(generateScenario(seed), (scenario) => runScenario(scenario, { equipment }));
  const small = readScenario(JSON.parse(JSON.stringify(found?.scenario)));
  expect(found?.isMinimal).toBe(true);
  expect(small.operations.map(({ kind }) => kind)).toEqual(['push', 'push', 'collect']);
  expect([small.nodes.length, small.wires, small.faults, small.struck]).toEqual([2, [], [], []]);
  const [server, agent] = small.nodes;
  expect(server).toEqual({
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
      intervalMs: 60_000,
      segmentBytesMax: 65_536,
    },
  });
  expect(agent?.config).toEqual({ versions: [1, 2], cacheBytesMax: 1_048_576 });
  expect(small.volumes).toHaveLength(1);
  expect(small.volumes[0]?.bytes).toBeLessThanOrEqual(8192);
}, 240_000);
