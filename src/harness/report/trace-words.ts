/** What a recorded trace holds, in words and small pictures for a terminal. */
import { textTable } from '../../base/text-table.js';
import { formatBytes, formatDuration, formatNumber } from '../../base/units.js';
import { traceFormatWords } from '../../workload/trace/names.js';
import type { TraceResults } from './trace-results.js';

type Fact = readonly [name: string, text: string];

const volumesListedMax = 12;

/** One line for each figure. */
export function traceFacts(trace: TraceResults): Fact[] {
  const about = trace.isEstimated ? 'about ' : '';
  const { dedup } = trace;
  return [
    ['trace', `${trace.file} (${trace.format}: ${traceFormatWords[trace.format].title})`],
    ...volumeFact(trace),
    ['requests', `${trace.writes} writes, ${trace.reads} reads, ${trace.trims} trims, ${trace.syncs} syncs`],
    ...(trace.durationMicros === 0
      ? []
      : [['rate', `${formatNumber(trace.requestsPerSecond)} requests a second`] as const]),
    ['read', formatBytes(trace.readBytes)],
    [
      'written',
      `${formatBytes(trace.writtenBytes)}, ${about}${formatBytes(trace.distinctBytes)} of it distinct places`,
    ],
    ['rewrites', `each place ${about}${formatNumber(trace.rewriteRatio)} times`],
    ...(dedup === null
      ? []
      : [
          [
            'contents',
            `${about}${dedup.distinctContents} in ${dedup.contents} writes: each ${about}${formatNumber(dedup.ratio)} times`,
          ] as const,
        ]),
    ['address space', formatBytes(trace.addressSpaceBytes)],
    ['duration', formatDuration(trace.durationMicros / 1000)],
  ];
}

function volumeFact({ volume, volumes, format }: TraceResults): Fact[] {
  if (volume === null) return [];
  const kind = traceFormatWords[format].volume ?? 'volume';
  if (volumes.length === 1) return [['volume', `${volume} (${kind})`]];
  const isBusiest = volumes[0]?.name === volume;
  const place = isBusiest ? 'the busiest' : 'one';
  return [['volume', `${volume} (${kind}), ${place} of ${volumes.length}; --volume takes another`]];
}

/** The busiest volumes of a trace that has several; empty for others. */
export function volumesText({ volumes }: TraceResults): string {
  if (volumes.length < 2) return '';
  const shown = volumes.slice(0, volumesListedMax);
  const rows = shown.map(({ name, writes, reads, writtenBytes, addressSpaceBytes }) => [
    name,
    String(writes),
    String(reads),
    formatBytes(writtenBytes),
    formatBytes(addressSpaceBytes),
  ]);
  const left = volumes.length - shown.length;
  const more = left === 0 ? '' : `\n... and ${left} more: --json has all`;
  return `${textTable(['volume', 'writes', 'reads', 'written', 'address space'], rows)}${more}`;
}

/** Written bytes over time and by address, a column of an eighth-block each. Empty without writes. */
export function traceHistograms({ heat, writes }: TraceResults): string {
  if (writes === 0) return '';
  const { overTime, byAddress } = projections(heat);
  return [
    `written over time, ${formatDuration(heat.time.binSize / 1000)} a column`,
    bars(overTime),
    `written by address from ${formatBytes(heat.address.first)} on, ${formatBytes(heat.address.binSize)} a column`,
    bars(byAddress),
  ].join('\n');
}

const blocks = '▁▂▃▄▅▆▇█';

/** Written bytes by bin of either axis alone. */
export function projections({ cells, address }: TraceResults['heat']): {
  readonly overTime: readonly number[];
  readonly byAddress: readonly number[];
} {
  return {
    overTime: cells.map(sum),
    byAddress: Array.from({ length: address.count }, (_, index) => sum(cells.map((row) => row[index] ?? 0))),
  };
}

/** Nothing is a blank, little is the lowest block. */
function bars(values: readonly number[]): string {
  const highest = Math.max(...values);
  const bar = (value: number): string =>
    value === 0 ? ' ' : (blocks[Math.ceil((value / highest) * blocks.length) - 1] ?? ' ');
  return values.map(bar).join('').trimEnd();
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The volume in one sentence. */
export function traceSentence({
  writes,
  reads,
  durationMicros,
  writtenBytes,
  distinctBytes,
  rewriteRatio,
  isEstimated,
}: TraceResults): string {
  if (writes === 0) return `The trace has ${counted(reads, 'read')} and writes nothing`;
  const about = isEstimated ? 'about ' : '';
  return `${counted(writes, 'write')} in ${formatDuration(durationMicros / 1000)}: ${formatBytes(writtenBytes)} into ${about}${formatBytes(distinctBytes)} of places, each written ${about}${formatNumber(rewriteRatio)} times`;
}

export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
