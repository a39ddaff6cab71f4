/** Numbers of a scenario that may become smaller: bytes of volumes, their edits, how long nodes are down and faults last, how long faults are possible. */
import type { Scenario, ScenarioVolume } from '../scenario/scenario.js';

/** A number, how far down it makes sense to go, and the scenario with another one in its place. */
export interface Size {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  with(value: number): Scenario;
}

/** Below a page no chunker cuts. */
const volumeBytesLow = 4096;
/** A process that is started again at once. */
const durationMsLow = 1;

export function sizesOf(scenario: Scenario): Size[] {
  return [
    ...scenario.volumes.flatMap(({ name, bytes, edit }, at): Size[] => [
      {
        name: `bytes of ${name}`,
        value: bytes,
        low: volumeBytesLow,
        with: (value) => withVolume(scenario, at, { bytes: value }),
      },
      {
        name: `edits of ${name}`,
        value: edit.count,
        low: 1,
        with: (count) => withVolume(scenario, at, { edit: { ...edit, count } }),
      },
      {
        name: `bytes of an edit of ${name}`,
        value: edit.bytes,
        low: 1,
        with: (value) => withVolume(scenario, at, { edit: { ...edit, bytes: value } }),
      },
    ]),
    ...scenario.operations.flatMap((operation, at): Size[] =>
      'downMs' in operation
        ? [
            {
              name: `time of a ${operation.kind}`,
              value: operation.downMs,
              low: durationMsLow,
              with: (downMs) => ({
                ...scenario,
                operations: scenario.operations.map((one, place) =>
                  place === at ? { ...operation, downMs } : one,
                ),
              }),
            },
          ]
        : [],
    ),
    ...scenario.faults.flatMap(({ atMs, fault }, at): Size[] => {
      const key = 'downMs' in fault ? 'downMs' : 'forMs' in fault ? 'forMs' : undefined;
      if (key === undefined) return [];
      return [
        {
          name: `time of a ${fault.kind}`,
          value: 'downMs' in fault ? fault.downMs : 'forMs' in fault ? fault.forMs : 0,
          low: durationMsLow,
          with: (value) => ({
            ...scenario,
            faults: scenario.faults.map((one, place) =>
              place === at ? { atMs, fault: { ...fault, [key]: value } } : one,
            ),
          }),
        },
      ];
    }),
    {
      name: 'end of faults',
      value: scenario.faultsEndMs,
      low: lastMs(scenario),
      with: (value) => ({ ...scenario, faultsEndMs: value }),
    },
  ];
}

function withVolume(scenario: Scenario, at: number, change: Partial<ScenarioVolume>): Scenario {
  return {
    ...scenario,
    volumes: scenario.volumes.map((volume, place) => (place === at ? { ...volume, ...change } : volume)),
  };
}

/** When the last thing that is planned happens. */
function lastMs({ operations, faults }: Scenario): number {
  return Math.max(0, ...operations.map(({ atMs }) => atMs), ...faults.map(({ atMs }) => atMs));
}

/** What planned is for later than this is gone. */
export function until(scenario: Scenario, atMs: number): Scenario {
  return {
    ...scenario,
    operations: scenario.operations.filter((one) => one.atMs <= atMs),
    faults: scenario.faults.filter((one) => one.atMs <= atMs),
  };
}
