/**
 * Configurations made plain, one setting at a time: blocks of 4 KiB stored as they are under blake3, the latest version wins, both protocol versions, usual sizes; operations without patience
 * and without an image at hand; random images that are overwritten in place.
 *
 * Law: each change sets what no other one does, so that any of them can be left out. What is plain is what schema.ts has for what a file leaves out.
 */
import { isServer } from '../scenario/scenario.js';
import type {
  AgentConfig,
  Operation,
  Scenario,
  ScenarioNode,
  ScenarioVolume,
  ServerConfig,
} from '../scenario/scenario.js';

export type Change = (from: Scenario) => Scenario;

const plainServer = {
  fingerprint: 'blake3',
  chunker: 'fixed:4096',
  codec: 'stored',
  level: 1,
  policy: 'latest-wins',
  versions: [1, 2],
  intervalMs: 60_000,
  segmentBytesMax: 65_536,
  retainLast: undefined,
} as const satisfies { readonly [K in Exclude<keyof ServerConfig, 'peers'>]: ServerConfig[K] | undefined };

const plainAgent = { versions: [1, 2], cacheBytesMax: 1_048_576 } as const satisfies AgentConfig;

/** Settings of operations that may be left out. */
const extras = ['patienceMs', 'base', 'first'] as const;

export function plainConfigurations({ nodes, operations, volumes }: Scenario): Change[] {
  return [
    ...nodes.flatMap((node, at) =>
      Object.entries(isServer(node) ? plainServer : plainAgent).flatMap(([key, value]): Change[] =>
        isSame(Object.entries(node.config).find(([name]) => name === key)?.[1], value)
          ? []
          : [(from) => withSetting(from, at, key, value)],
      ),
    ),
    ...operations.flatMap((operation, at) =>
      extras.flatMap((key): Change[] => (key in operation ? [(from) => withoutExtra(from, at, key)] : [])),
    ),
    ...volumes.flatMap(({ kind, edit }, at): Change[] => [
      ...(kind === 'random' ? [] : [(from: Scenario) => withVolume(from, at, () => ({ kind: 'random' }))]),
      ...(edit.kind === 'overwrite'
        ? []
        : [
            (from: Scenario) => withVolume(from, at, (now) => ({ edit: { ...now.edit, kind: 'overwrite' } })),
          ]),
    ]),
  ];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function withSetting(scenario: Scenario, at: number, key: string, value: unknown): Scenario {
  return {
    ...scenario,
    nodes: scenario.nodes.map((node, place) => {
      if (place !== at) return node;
      const others = without(node.config, key);
      const config = value === undefined ? others : { ...others, [key]: value };
      // As the lists of plain settings are typed.
      return { ...node, config } as unknown as ScenarioNode;
    }),
  };
}

function withoutExtra(scenario: Scenario, at: number, key: (typeof extras)[number]): Scenario {
  return {
    ...scenario,
    operations: scenario.operations.map((operation, place) => {
      if (place !== at) return operation;
      return without(operation, key) as unknown as Operation;
    }),
  };
}

function withVolume(
  scenario: Scenario,
  at: number,
  change: (now: ScenarioVolume) => Partial<ScenarioVolume>,
): Scenario {
  return {
    ...scenario,
    volumes: scenario.volumes.map((volume, place) =>
      place === at ? { ...volume, ...change(volume) } : volume,
    ),
  };
}

function without(settings: object, key: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name !== key));
}
