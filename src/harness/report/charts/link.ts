/** Time to sync against bandwidth, one panel a profile, with the exact bandwidths at which one configuration overtakes another. */
import { formatDuration } from '../../../base/units.js';
import { timeToSyncMs } from '../../tuning/link-model.js';
import type { ProfileVerdict } from '../../tuning/verdict.js';
import type { LabResults, ProfileRecord } from '../lab-results.js';
import { formatBitRate } from '../words.js';
import type { Chart, ChartRow } from './chart.js';

/** Links between a pager and a data centre. */
const slowest = 100e3;
const fastest = 10e9;
const stepsPerDecade = 8;

/** Distance between two lines of the list, as a factor of time: about 16 pixels where a panel spans four decades. */
const nameSpacing = 1.75;

export function linkChart(results: LabResults): Chart {
  // One table for all marks: a facet divides one source only.
  const table: ChartRow[] = [];
  const families = new Map(results.configurations.map(({ id, family }) => [id, family]));
  for (const verdict of results.verdicts) {
    const profile = results.profiles.find(({ name }) => name === verdict.profile);
    if (profile === undefined || verdict.ranking.length === 0) continue;
    const panel = { profile: panelTitle(profile) };
    const lineOf = (id: string): { fixedMs: number; bytes: number } =>
      verdict.ranking.find(({ configuration }) => configuration === id)?.meanSync ?? { fixedMs: 0, bytes: 0 };
    const winners = new Set(verdict.quickest.map(({ configuration }) => configuration));
    for (const { configuration, meanSync } of verdict.ranking) {
      const kind = winners.has(configuration)
        ? 'quickest'
        : configuration === verdict.own.configuration
          ? 'own'
          : 'other';
      for (const bitsPerSecond of bandwidths()) {
        table.push({
          role: 'line',
          ...panel,
          configuration,
          kind,
          family: families.get(configuration) ?? '',
          bitsPerSecond,
          ms: timeToSyncMs(meanSync, bitsPerSecond),
        });
      }
    }
    // Below the quickest line nothing is ever drawn: the panel is stretched downwards to hold the list of winners there.
    const ranges = verdict.quickest.filter(
      ({ fromBitsPerSecond, toBitsPerSecond }) =>
        fromBitsPerSecond < fastest && (toBitsPerSecond ?? Infinity) > slowest,
    );
    const lowest = Math.min(...ranges.map((range) => timeToSyncMs(lineOf(range.configuration), fastest)));
    const bottom = lowest / nameSpacing ** (ranges.length + 0.7);
    ranges.forEach(({ configuration, fromBitsPerSecond, toBitsPerSecond }, index) => {
      const from = Math.max(fromBitsPerSecond, slowest);
      const to = Math.min(toBitsPerSecond ?? Infinity, fastest);
      if (from > slowest && from < fastest) {
        table.push({
          ...panel,
          role: 'crossover',
          bitsPerSecond: from,
          ms: timeToSyncMs(lineOf(configuration), from),
        });
      }
      const middle = Math.sqrt(from * to);
      const family = families.get(configuration) ?? '';
      const number = String(index + 1);
      table.push(
        {
          ...panel,
          role: 'tag',
          family,
          label: number,
          bitsPerSecond: middle,
          ms: timeToSyncMs(lineOf(configuration), middle),
        },
        {
          ...panel,
          role: 'name',
          family,
          label: `${number}  ${configuration} ${rangeWords(fromBitsPerSecond, toBitsPerSecond)}`,
          ms: bottom * nameSpacing ** (ranges.length - 1 - index + 0.5),
        },
      );
    });
    table.push({ ...panel, role: 'extent', bitsPerSecond: slowest, ms: bottom });
    const { bitsPerSecond } = profile.link;
    const quickest = quickestAt(verdict, bitsPerSecond);
    table.push({
      role: 'link',
      ...panel,
      bitsPerSecond,
      ms: timeToSyncMs(lineOf(quickest), bitsPerSecond),
      label: `${formatBitRate(bitsPerSecond)}: ${formatDuration(timeToSyncMs(lineOf(quickest), bitsPerSecond))}`,
    });
  }
  return {
    name: 'link',
    title: title(results),
    subtitle: [
      'Diff + round trips + transfer + apply, mean over all workloads, at the round-trip time of the profile. Numbered: the quickest, from slow links to fast;',
      "dots: exact crossovers. Dashed: the profile's own strategy; grey: eligible, never the quickest. Vertical: the profile's link and the shortest time on it.",
    ],
    datasets: { table },
  };
}

function title(results: LabResults): string {
  const crossovers = results.verdicts.flatMap(({ quickest }) =>
    quickest
      .map(({ fromBitsPerSecond }) => fromBitsPerSecond)
      .filter((from) => from > slowest && from < fastest),
  );
  if (crossovers.length === 0) return 'One configuration is the quickest on every link';
  const low = Math.min(...crossovers);
  const high = Math.max(...crossovers);
  return low === high
    ? `The quickest configuration changes at ${formatBitRate(low)}`
    : `Which configuration syncs first depends on the link: it changes between ${formatBitRate(low)} and ${formatBitRate(high)}`;
}

function rangeWords(from: number, to: number | null): string {
  if (from === 0) return to === null ? 'on every link' : `below ${formatBitRate(to)}`;
  return to === null ? `above ${formatBitRate(from)}` : `to ${formatBitRate(to)}`;
}

function panelTitle({ name, link }: ProfileRecord): string {
  return `${name} (${formatDuration(link.roundTripMs)} round trip)`;
}

function quickestAt({ quickest }: ProfileVerdict, bitsPerSecond: number): string {
  return (
    quickest.find(({ toBitsPerSecond }) => toBitsPerSecond === null || bitsPerSecond <= toBitsPerSecond)
      ?.configuration ?? ''
  );
}

function bandwidths(): number[] {
  const steps = Math.round(Math.log10(fastest / slowest) * stepsPerDecade);
  return Array.from({ length: steps + 1 }, (_, step) => slowest * 10 ** (step / stepsPerDecade));
}
