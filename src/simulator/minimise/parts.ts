/**
 * What a scenario can do without: its parts in classes, each with the scenario that is left when only some of them stay.
 *
 * Law: what is left is a valid scenario: whatever names a part that is gone goes with it.
 */
import { exactClock } from '../process/wall-clock.js';
import { plainConfigurations, type Change } from './plain.js';
import type { StruckFault } from '../fault/plan.js';
import type { ScheduledFault } from '../fault/schedule.js';
import { isServer } from '../scenario/scenario.js';
import type { Scenario, ScenarioNode, ScenarioWire } from '../scenario/scenario.js';

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
  wireParts,
  weatherParts,
  configurationParts,
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

/** Without a wire a path is a plain one. */
function wireParts(scenario: Scenario): Parts {
  const { wires } = scenario;
  return {
    name: 'wires',
    count: wires.length,
    keep: (places) => ({ ...scenario, wires: wires.filter((_, place) => places.has(place)) }),
  };
}

/** What is configured otherwise than a scenario file has it by default. */
function configurationParts(scenario: Scenario): Parts {
  return changedParts('configurations', scenario, plainConfigurations(scenario));
}

/** Everything about machines and paths that is not as it is by default: each can be made plain by itself. */
function weatherParts(scenario: Scenario): Parts {
  const calm: Change[] = [];
  scenario.nodes.forEach(({ disk, clock }, at) => {
    if (Object.keys(disk).length > 0) calm.push((from) => withNode(from, at, { disk: {} }));
    if (clock.skewMs !== 0 || clock.driftPpm !== 0)
      calm.push((from) => withNode(from, at, { clock: exactClock }));
  });
  scenario.wires.forEach((wire, at) => {
    for (const way of ['there', 'back'] as const)
      for (const key of Object.keys(wire[way])) calm.push((from) => withoutOfWire(from, at, way, key));
  });
  if (scenario.network.mode === 'frames' || scenario.network.resetChance > 0)
    calm.push((from) => ({ ...from, network: { mode: 'stream', resetChance: 0 } }));
  return changedParts('weather', scenario, calm);
}

/** Each part goes by a change of its own, which commutes with the others. */
function changedParts(name: string, scenario: Scenario, changes: readonly Change[]): Parts {
  return {
    name,
    count: changes.length,
    keep: (places) =>
      changes.filter((_, place) => !places.has(place)).reduce((from, change) => change(from), scenario),
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

function withoutOfWire(scenario: Scenario, at: number, way: 'there' | 'back', key: string): Scenario {
  const without = (options: ScenarioWire['there']): ScenarioWire['there'] =>
    Object.fromEntries(Object.entries(options).filter(([name]) => name !== key));
  return {
    ...scenario,
    wires: scenario.wires.map((wire, place) =>
      place === at ? { ...wire, [way]: without(wire[way]) } : wire,
    ),
  };
}

/** Chance is frozen: these opportunities strike, and no others. */
export function withStruck(scenario: Scenario, struck: readonly StruckFault[]): Scenario {
  return { ...scenario, struck };
}
