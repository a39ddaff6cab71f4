/** Simulated runs, told: one in full, many in sums. */
import { textFacts, textTable } from '../../base/text-table.js';
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';
import type { SimulationResults } from '../../harness/report/simulation-results.js';
import type { Fixture } from '../../harness/simulate/fixture.js';
import { rowFigures } from '../../harness/simulate/row.js';
import type { Outcome as RunOutcome } from '../../simulator/run/run-scenario.js';
import type { Scenario } from '../../simulator/scenario/scenario.js';
import { faultsText, nodeText, operationsText, pathText, volumeText } from './scenario.js';
import { counted, cutOff } from './words.js';

/** Violations that are listed; the others are in the results. */
const listedMax = 10;
/** Paths that are listed: a full mesh of ten nodes has 45. */
const pathsMax = 12;

/** What is left with --quiet: whether something broke, and how to see it again. */
export function verdictText({ rows, seedCount, violationCount }: SimulationResults, again: string): string {
  const broken = rows.filter(({ violation }) => violation !== null).slice(0, listedMax);
  return textFacts([
    ['verdict', verdictOf(seedCount, violationCount)],
    ...broken.map(({ seed, violation }): [string, string] => [
      '',
      `${violation?.invariant ?? ''}: ${again} --seed ${seed}`,
    ]),
  ]);
}

function verdictOf(seedCount: number, violationCount: number): string {
  return violationCount === 0
    ? `every invariant held in ${counted(seedCount, 'seed')}`
    : `BROKEN in ${violationCount} of ${counted(seedCount, 'seed')}`;
}

/** Topology, what happened, the verdict, and how to see it again. */
export function runText(outcome: RunOutcome, again: string): string {
  const { scenario, statistics, digest } = outcome;
  const paths = scenario.wires.slice(0, pathsMax).map(pathText);
  return textFacts([
    ['scenario', `${scenario.name}, seed ${scenario.seed}`],
    ...listed('nodes', scenario.nodes.map(nodeText)),
    ...listed('paths', [...paths, ...cutOff(scenario.wires.length, paths.length, 'path')]),
    ...listed('volumes', scenario.volumes.map(volumeText)),
    ['operations', operationsText(scenario)],
    ...listed('faults', faultsText(outcome)),
    ['happened', happenedText(outcome)],
    [
      'world',
      `${counted(statistics.eventCount, 'event')} in ${formatDuration(statistics.simulatedMs)} simulated; ${formatBytes(statistics.bytesOnWire)} on the wire, ${formatBytes(statistics.retransmittedBytes)} of it sent again; ${counted(statistics.connectionCount, 'connection')}`,
    ],
    ['digest', digest],
    ...verdictFacts(outcome),
    ['again', again],
  ]);
}

function happenedText({ scenario, statistics, acknowledgedCount, restoredCount }: RunOutcome): string {
  const pushes = scenario.operations.filter(({ kind }) => kind === 'push').length;
  const restarts = Math.max(0, statistics.startCount - scenario.nodes.length);
  return `${acknowledgedCount} of ${pushes} pushes acknowledged; ${counted(restarts, 'restart')}; ${counted(restoredCount, 'restore')} compared byte for byte`;
}

export function verdictFacts({ violation }: Pick<RunOutcome, 'violation'>): [string, string][] {
  if (violation === undefined) return [['verdict', 'every invariant held']];
  const { invariant, message, atMs, eventCount } = violation;
  return [
    ['verdict', `BROKEN: ${invariant}, at ${formatDuration(atMs)} of simulated time, event ${eventCount}`],
    ['', message],
  ];
}

function listed(title: string, lines: readonly string[]): [string, string][] {
  return lines.map((line, index) => [index === 0 ? title : '', line]);
}

/** Sums, percentiles, and the first seeds that failed. */
export function seedsText(results: SimulationResults): string {
  const { source, rows, seedCount, violationCount, digest, speed, summaries, determinism } = results;
  const first = rows[0]?.seed ?? 0;
  const last = rows.at(-1)?.seed ?? 0;
  const what = source.kind === 'swarm' ? 'a scenario each' : `of '${source.name}'`;
  const broken = rows.filter(({ violation }) => violation !== null);
  const shown = broken.slice(0, listedMax);
  return [
    textFacts([
      ['seeds', `${first}..${last}, ${what}`],
      [
        'speed',
        `${formatNumber(speed.seedsPerSecond)} seeds a second on ${counted(results.workers, 'worker')}; ${formatNumber(speed.simulatedToWall)} s simulated in a second`,
      ],
      ['digest', `${digest} (of all)`],
      ...determinismFacts(determinism),
      ['verdict', verdictOf(seedCount, violationCount)],
    ]),
    '',
    textTable(
      ['each seed', 'low', '10 %', 'median', '90 %', '99 %', 'high', 'sum'],
      rowFigures.map(({ name, title, unit }) => {
        const { low, p10, median, p90, p99, high, sum } = summaries[name];
        return [title, ...[low, p10, median, p90, p99, high, sum].map((value) => withUnit(value, unit))];
      }),
    ),
    ...(shown.length === 0
      ? []
      : [
          '',
          textTable(
            ['seed', 'at', 'broken invariant', 'message'],
            shown.map(({ seed, violation }) => [
              String(seed),
              formatDuration(violation?.atMs ?? 0),
              violation?.invariant ?? '',
              shortened(violation?.message ?? ''),
            ]),
          ),
          ...cutOff(broken.length, shown.length, 'seed'),
        ]),
  ].join('\n');
}

function determinismFacts(determinism: SimulationResults['determinism']): [string, string][] {
  if (determinism === null) return [];
  const { checkedCount, divergences } = determinism;
  if (divergences.length === 0)
    return [['run twice', `${counted(checkedCount, 'seed')}, each with the same digest in another process`]];
  const seeds = divergences.slice(0, listedMax).map(({ seed }) => seed);
  return [
    [
      'run twice',
      `NOT DETERMINISTIC: ${counted(divergences.length, 'seed')} of ${checkedCount} gave another digest in another process: ${seeds.join(', ')}${divergences.length > seeds.length ? ' ...' : ''}`,
    ],
  ];
}

function withUnit(value: number, unit: string): string {
  if (unit === 'B') return formatBytes(value);
  return unit === 'ms' ? formatDuration(value) : String(value);
}

const messageCharsMax = 100;

function shortened(text: string): string {
  return text.length <= messageCharsMax ? text : `${text.slice(0, messageCharsMax - 4)} ...`;
}

/** What a minimised failure still has, beside what it had. */
export function fixtureText(path: string, before: Scenario, { scenario, found, violation }: Fixture): string {
  const runs = counted(found?.runCount ?? 0, 'run');
  const bound =
    found?.isMinimal === true ? 'without any one of them it holds' : 'the bound on runs ended the search';
  return textFacts([
    ['minimised', `${path}: ${scenarioSize(scenario)}, after ${runs}; ${bound}`],
    ['before', scenarioSize(before)],
    ['broken', violation.invariant],
    ['again', `snapdelta replay ${path}`],
  ]);
}

export function scenarioSize({ nodes, volumes, operations, faults, struck = [] }: Scenario): string {
  const bytes = volumes.reduce((sum, volume) => sum + volume.bytes, 0);
  return `${counted(nodes.length, 'node')}, ${counted(operations.length, 'operation')}, ${counted(faults.length + struck.length, 'fault')}, ${formatBytes(bytes)}`;
}
