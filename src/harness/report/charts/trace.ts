/** A recorded trace, drawn: what was written over time, and where. */
import { formatBytes, formatDuration } from '../../../base/units.js';
import type { TraceResults } from '../trace-results.js';
import { projections } from '../trace-words.js';
import type { Chart, ChartRow } from './chart.js';

const MiB = 2 ** 20;

export function traceActivityChart({ heat }: TraceResults): Chart {
  const { overTime } = projections(heat);
  const unit = timeUnitOf(heat.time.binSize * heat.time.count);
  const width = heat.time.binSize / unit.micros;
  const table = overTime.map((bytes, index): ChartRow => ({
    from: index * width,
    to: (index + 1) * width,
    rate: bytes / MiB / (heat.time.binSize / 1e6),
    written: formatBytes(bytes),
  }));
  return {
    name: 'trace-activity',
    title: `Half of the bytes are written in ${shareOfHalf(overTime)} of the time`,
    subtitle: [
      `Written bytes over time, ${formatDuration(heat.time.binSize / 1000)} a bar, as a rate. A request counts where it begins.`,
    ],
    datasets: { table: overTime.some((bytes) => bytes > 0) ? table : [] },
    parameters: { timeTitle: [`time, ${unit.name}`] },
  };
}

export function traceHeatChart({ heat }: TraceResults): Chart {
  const { byAddress } = projections(heat);
  const time = timeUnitOf(heat.time.binSize * heat.time.count);
  const address = addressUnitOf(heat.address.first + heat.address.binSize * heat.address.count);
  const [width, height] = [heat.time.binSize / time.micros, heat.address.binSize];
  const table = heat.cells.flatMap((row, column) =>
    row.flatMap((bytes, index): ChartRow[] =>
      bytes === 0
        ? []
        : [
            {
              from: column * width,
              to: (column + 1) * width,
              low: (heat.address.first + index * height) / address.bytes,
              high: (heat.address.first + (index + 1) * height) / address.bytes,
              bytes,
              written: formatBytes(bytes),
              address: formatBytes(heat.address.first + index * height),
            },
          ],
    ),
  );
  return {
    name: 'trace-heat',
    title: `Half of the bytes go to ${shareOfHalf(byAddress)} of the addresses`,
    subtitle: [
      `Written bytes by time and address; ${formatDuration(heat.time.binSize / 1000)} and ${formatBytes(height)} a cell, on a logarithmic scale. What is blank was not written.`,
    ],
    datasets: { table },
    parameters: {
      timeTitle: [`time, ${time.name}`],
      addressTitle: [`address, ${address.name}`],
      ...legendMarks(table.map(({ bytes }) => Number(bytes))),
    },
  };
}

interface TimeUnit {
  readonly name: string;
  readonly micros: number;
}

function timeUnitOf(spanMicros: number): TimeUnit {
  if (spanMicros < 1e6) return { name: 'ms', micros: 1e3 };
  if (spanMicros < 600e6) return { name: 's', micros: 1e6 };
  if (spanMicros < 36_000e6) return { name: 'min', micros: 60e6 };
  return { name: 'h', micros: 3600e6 };
}

/** Sizes that a legend names: powers of two, some four of them. */
function legendMarks(bytes: readonly number[]): { readonly marks: readonly number[] } {
  const [low, high] = [
    Math.log2(bytes.reduce((a, b) => Math.min(a, b), Infinity)),
    Math.log2(bytes.reduce((a, b) => Math.max(a, b), 1)),
  ];
  const step = Math.max(1, Math.ceil((high - low) / 4));
  const marks: number[] = [];
  for (let power = Math.ceil(low); power <= high; power += step) marks.push(2 ** power);
  return { marks };
}

const addressUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** In which the highest address has one to four digits. */
function addressUnitOf(endBytes: number): { readonly name: string; readonly bytes: number } {
  const index = Math.min(addressUnits.length - 1, Math.floor(Math.log2(Math.max(1, endBytes)) / 10));
  return { name: addressUnits[index] ?? 'B', bytes: 1024 ** index };
}

/** How many of the bins, the fullest first, hold half of all: as a percentage of all from the first to the last that is used. */
function shareOfHalf(values: readonly number[]): string {
  const half = values.reduce((sum, value) => sum + value, 0) / 2;
  let held = 0;
  let count = 0;
  for (const value of [...values].sort((a, b) => b - a)) {
    if (held >= half) break;
    held += value;
    count++;
  }
  return `${Math.round((count / values.length) * 100)} %`;
}
