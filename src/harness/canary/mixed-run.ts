/**
 * One volume that changes sides in the midst of its history, as in a rollout that is rolled back: the stable side begins, server and agent are upgraded, an agent that was left behind
 * pushes to the candidate's server, the server goes back before the agent does, then the agent, too. In the end the stable side restores everything.
 */
import { UsageError } from '../../base/errors.js';
import { memoryTarget } from '../../engine/snapshot/target-memory.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import type { WorkPrices } from '../tuning/work-prices.js';
import type { FleetVolume } from './fleet.js';
import type { GateName, Problem } from './gates.js';
import type { Side } from './side.js';
import { messageOf, VolumeWorld } from './volume-run.js';

interface Step {
  readonly agent: 'stable' | 'candidate';
  readonly server: 'stable' | 'candidate';
  readonly versions: readonly (1 | 2)[];
  /** The gate that a failure breaks. */
  readonly gate: GateName;
  readonly words: string;
}

const all = [1, 2] as const;

const steps: readonly Step[] = [
  {
    agent: 'candidate',
    server: 'candidate',
    versions: all,
    gate: 'compatibility',
    words: 'after the upgrade',
  },
  {
    agent: 'stable',
    server: 'candidate',
    versions: [1],
    gate: 'compatibility',
    words: 'by an agent that was left behind and speaks protocol version 1',
  },
  {
    agent: 'candidate',
    server: 'stable',
    versions: all,
    gate: 'rollback',
    words: 'by an agent of the candidate, after the server was rolled back',
  },
  { agent: 'stable', server: 'stable', versions: all, gate: 'rollback', words: 'after the rollback' },
];

export async function runMixed(
  volume: FleetVolume,
  stable: Side,
  candidate: Side,
  equipment: Equipment,
  prices: WorkPrices,
): Promise<readonly Problem[]> {
  const calm = { ...volume, severity: { loss: 0, resetsPerMinute: 0, crashesPerMinute: 0 } };
  const sides = { stable, candidate };
  const world = new VolumeWorld(calm, stable, equipment, prices);
  const { links } = world;
  const problem = (gate: GateName, message: string): Problem => ({ gate, volume: volume.number, message });
  try {
    await links.start();
    await links.cost(() => world.push(0));
  } catch (cause) {
    throw new UsageError(`the stable side itself cannot push volume ${volume.number}: ${messageOf(cause)}`, {
      cause,
    });
  }
  for (const [index, { agent, server, versions, gate, words }] of steps.entries()) {
    try {
      await world.restart(sides[agent], sides[server], versions);
      await links.cost(() => world.push(index + 1));
      await links.cost(() => pullHead(world, index + 1));
    } catch (error) {
      return [problem(gate, `a push or a pull fails ${words}: ${messageOf(error)}`)];
    }
  }
  return (await links.cost(() => world.damage())).result.map((message) =>
    problem('rollback', `after the rollback ${message}`),
  );
}

async function pullHead(world: VolumeWorld, snapshot: number): Promise<void> {
  const target = memoryTarget();
  await world.links.agent.pull('server', 'disk', target, { isAdopted: false });
  const pulled = target.snapshot();
  const bytes = new Uint8Array(pulled.layout.totalBytes);
  pulled.openReader().read(0, bytes);
  if (Buffer.compare(bytes, world.image(snapshot)) !== 0)
    throw new Error(`snapshot ${snapshot} comes back with other bytes`);
}
