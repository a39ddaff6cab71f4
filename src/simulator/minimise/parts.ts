/**
 * What a scenario can do without: its parts in classes, each with the scenario that is left when only some of them stay.
 *
 * Law: what is left is a valid scenario: whatever names a part that is gone goes with it.
 */
import { exactClock } from '../process/wall-clock.js';
import type { StruckFault } from '../fault/plan.js';
import type { ScheduledFault } from '../fault/schedule.js';
import { isServer } from '../scenario/scenario.js';
import type { Scenario, ScenarioNode } from '../scenario/scenario.js';

/** One class of parts: as many as there are, and the scenario with those alone whose places are kept; undefined when that is none. */
export interface Parts {
  readonly name: string;
  readonly count: number;
  keep(places: ReadonlySet<number>): Scenario | undefined;
}

/** The classes in the order in which they are tried: first those whose parts take others with them, or make runs shorter. */
export const partClasses: readonly ((scenario: Scenario) => Parts)[] = [
  faultParts,
  nodeParts,
  volumeParts,
  operationParts,
  weatherParts,
];

/** Scheduled faults and those that struck by chance, in one list. */
function faultParts(scenario: Scenario): Parts {
  const { faults, struck = [] } = scenario;
  return {
    name: 'faults',
    count: faults.length + struck.length,
    keep: (places) => ({
      ...scenario,
      faults: faults.filter((_, place) => places.has(place)),
      ...(scenario.struck === undefined
        ? {}
        : { struck: struck.filter((_, place) => places.has(faults.length + place)) }),
    }),
  };
}

function nodeParts(scenario: Scenario): Parts {
  const { nodes } = scenario;
  return {
    name: 'nodes',
    count: nodes.length,
    keep: (places) => {
      const left = nodes.filter((_, place) => places.has(place));
      if (left.length === 0) return undefined;
      const names = new Set(left.map(({ name }) => name));
      return {
        ...scenario,
        nodes: left.map((node) => withPeersAmong(node, names)),
        wires: scenario.wires.filter(({ from, to }) => names.has(from) && names.has(to)),
        operations: scenario.operations.filter(
          (one) => names.has(one.node) && (!('server' in one) || names.has(one.server)),
        ),
        faults: scenario.faults.filter((one) => nodesOf(one).every((name) => names.has(name))),
      };
    },
  };
}

function withPeersAmong(node: ScenarioNode, names: ReadonlySet<string>): ScenarioNode {
  if (!isServer(node)) return node;
  return { ...node, config: { ...node.config, peers: node.config.peers.filter((peer) => names.has(peer)) } };
}

function nodesOf({ fault }: ScheduledFault): string[] {
  return 'node' in fault ? [fault.node] : [fault.from, fault.to];
}

function volumeParts(scenario: Scenario): Parts {
  const { volumes } = scenario;
  return {
    name: 'volumes',
    count: volumes.length,
    keep: (places) => {
      const left = volumes.filter((_, place) => places.has(place));
      const names = new Set(left.map(({ name }) => name));
      return {
        ...scenario,
        volumes: left,
        operations: scenario.operations.filter((one) => !('volume' in one) || names.has(one.volume)),
      };
    },
  };
}

function operationParts(scenario: Scenario): Parts {
  const { operations } = scenario;
  return {
    name: 'operations',
    count: operations.length,
    keep: (places) => ({ ...scenario, operations: operations.filter((_, place) => places.has(place)) }),
  };
}

/** Everything about machines and paths that is not as it is by default: each can be made plain by itself. */
function weatherParts(scenario: Scenario): Parts {
  const calm: ((from: Scenario) => Scenario)[] = [];
  scenario.nodes.forEach(({ disk, clock }, at) => {
    if (Object.keys(disk).length > 0) calm.push((from) => withNode(from, at, { disk: {} }));
    if (clock.skewMs !== 0 || clock.driftPpm !== 0)
      calm.push((from) => withNode(from, at, { clock: exactClock }));
  });
  scenario.wires.forEach((wire, at) => {
    for (const way of ['there', 'back'] as const)
      if (Object.keys(wire[way]).length > 0) calm.push((from) => withWire(from, at, way));
  });
  if (scenario.network.mode === 'frames' || scenario.network.resetChance > 0)
    calm.push((from) => ({ ...from, network: { mode: 'stream', resetChance: 0 } }));
  return {
    name: 'weather',
    count: calm.length,
    keep: (places) =>
      calm.filter((_, place) => !places.has(place)).reduce((from, change) => change(from), scenario),
  };
}

function withNode(
  scenario: Scenario,
  at: number,
  change: Partial<Pick<ScenarioNode, 'disk' | 'clock'>>,
): Scenario {
  return {
    ...scenario,
    nodes: scenario.nodes.map((node, place) => (place === at ? { ...node, ...change } : node)),
  };
}

function withWire(scenario: Scenario, at: number, way: 'there' | 'back'): Scenario {
  return {
    ...scenario,
    wires: scenario.wires.map((wire, place) => (place === at ? { ...wire, [way]: {} } : wire)),
  };
}

/** Chance is frozen: these opportunities strike, and no others. */
export function withStruck(scenario: Scenario, struck: readonly StruckFault[]): Scenario {
  return { ...scenario, struck };
}
