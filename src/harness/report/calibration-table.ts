/** Table of `bench calibration`: a line for each kind of work. */
import { formatBytes, formatDuration } from '../../base/units.js';
import type { Calibration } from '../../simulator/process/calibration.js';
import type { Table } from './tables.js';

export function calibrationTable(work: Calibration): Table {
  return {
    title: 'CPU work of replication',
    columns: [
      { title: 'kind', align: 'left' },
      { title: 'a second', align: 'right' },
      { title: 'start', align: 'right' },
    ],
    rows: Object.entries(work).map(([kind, { bytesPerSecond, startMicros }]) => [
      kind,
      { text: formatBytes(bytesPerSecond), value: bytesPerSecond },
      { text: formatDuration(startMicros / 1000), value: startMicros },
    ]),
  };
}
