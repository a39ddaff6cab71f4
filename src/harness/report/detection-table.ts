/** Table of `bench detection`: a line for each image and change. */
import { formatBytes, formatDuration } from '../../base/units.js';
import type { DetectionResults } from './detection-results.js';
import type { Cell, Column, Table } from './tables.js';

export function detectionTable({ rows }: Pick<DetectionResults, 'rows'>): Table {
  return {
    title: 'Exchanged before detection',
    columns: [
      right('blocks'),
      { title: 'change', align: 'left' },
      right('changed'),
      right('walk'),
      right('manifest'),
      right('share'),
      right('messages'),
      right('round trips'),
      right('CPU'),
    ],
    rows: rows.map((row): Cell[] => [
      count(row.blocks),
      row.changed === 0 ? 'none' : row.change,
      count(row.changed),
      { text: formatBytes(row.bytes), value: row.bytes },
      { text: formatBytes(row.manifestBytes), value: row.manifestBytes },
      share(row.bytes / row.manifestBytes),
      count(row.messages),
      count(row.roundTrips),
      row.cpuMs === null ? '' : { text: formatDuration(row.cpuMs), value: row.cpuMs },
    ]),
  };
}

function right(title: string): Column {
  return { title, align: 'right' };
}

function count(value: number): Cell {
  return { text: value.toLocaleString('en'), value };
}

function share(value: number): Cell {
  return { text: `${(value * 100).toFixed(2)} %`, value };
}
