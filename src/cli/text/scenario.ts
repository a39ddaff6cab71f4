/** The parts of a scenario in words, a line for each. */
import { formatBytes, formatDuration } from '../../base/units.js';
import { meanLoss } from '../../simulator/network/loss.js';
import type { WireOptions } from '../../simulator/network/wire.js';
import type { Outcome as RunOutcome } from '../../simulator/run/run-scenario.js';
import { isServer } from '../../simulator/scenario/scenario.js';
import type {
  Scenario,
  ScenarioNode,
  ScenarioVolume,
  ScenarioWire,
} from '../../simulator/scenario/scenario.js';

export function nodeText(node: ScenarioNode): string {
  const { name, role, disk, clock } = node;
  const own = isServer(node)
    ? [
        node.config.fingerprint,
        node.config.chunker,
        node.config.codec,
        node.config.policy,
        ...(node.config.peers.length === 0 ? [] : [`sends on to ${node.config.peers.join(', ')}`]),
      ]
    : [`cache of ${formatBytes(node.config.cacheBytesMax)}`];
  const weak = [
    ...Object.entries(disk).map(([key, value]) => `disk ${key} ${value}`),
    ...(clock.skewMs === 0 ? [] : [`clock ${signed(clock.skewMs)}`]),
    ...(clock.driftPpm === 0 ? [] : [`drift ${clock.driftPpm} ppm`]),
  ];
  return `${name}: ${role}, protocol ${node.config.versions.join(' and ')}, ${[...own, ...weak].join(', ')}`;
}

function signed(ms: number): string {
  return ms < 0 ? `${formatDuration(-ms)} behind` : `${formatDuration(ms)} ahead`;
}

export function pathText({ from, to, there, back }: ScenarioWire): string {
  const [one, other] = [wayText(there), wayText(back)];
  return one === other ? `${from} - ${to}: ${one}` : `${from} - ${to}: ${one}; back ${other}`;
}

function wayText(wire: Partial<WireOptions>): string {
  const { latency, bytesPerSecond, loss } = wire;
  const chances = (['corrupt', 'duplicate', 'reorder'] as const)
    .filter((key) => (wire[key] ?? 0) > 0)
    .map((key) => `${percent(wire[key] ?? 0)} ${key}`);
  return [
    formatDuration(latency?.ms ?? 1),
    ...(bytesPerSecond === undefined ? [] : [`${formatBytes(bytesPerSecond)}/s`]),
    ...(loss === undefined || meanLoss(loss) === 0
      ? []
      : [`${percent(meanLoss(loss))} lost${loss.kind === 'gilbert-elliott' ? ' in bursts' : ''}`]),
    ...chances,
  ].join(', ');
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

export function volumeText({ name, bytes, kind, edit }: ScenarioVolume): string {
  const change =
    edit.kind === 'rewrite'
      ? 'rewritten each time'
      : `${edit.count} x ${edit.kind} of ${formatBytes(edit.bytes)}`;
  return `${name}: ${formatBytes(bytes)} ${kind}, ${change}`;
}

export function operationsText({ operations }: Scenario): string {
  return operations.length === 0 ? 'none' : tally(operations.map(({ kind }) => kind));
}

/** By schedule, and by chance: what was planned, and what struck. */
export function faultsText({ scenario, struck }: Pick<RunOutcome, 'scenario' | 'struck'>): string[] {
  const planned = scenario.faults.map(({ fault }) => fault.kind);
  const lines = [
    ...(planned.length === 0 ? [] : [`by schedule: ${tally(planned)}`]),
    ...(struck.length === 0
      ? []
      : [`by chance: ${tally(struck.map(({ domain, kind }) => `${domain} ${kind}`))}`]),
  ];
  return lines.length === 0 ? ['none'] : lines;
}

/** `3 push, 1 collect`, in the order of first appearance. */
function tally(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
}
