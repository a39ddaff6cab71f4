/** Tables of a recorded trace. */
import { formatBytes } from '../../base/units.js';
import type { Cell, Table } from './tables.js';
import type { TraceResults } from './trace-results.js';

const volumesShownMax = 1000;

/** The busiest first; beyond a thousand the page would not be read. */
export function traceVolumesTable({ volumes }: TraceResults): Table {
  const bytes = (value: number): Cell => ({ text: formatBytes(value), value });
  const count = (value: number): Cell => ({ text: value.toLocaleString('en'), value });
  return {
    title: 'Volumes',
    columns: [
      { title: 'volume', align: 'left' },
      { title: 'writes', align: 'right' },
      { title: 'reads', align: 'right' },
      { title: 'written', align: 'right' },
      { title: 'address space', align: 'right' },
    ],
    rows: volumes
      .slice(0, volumesShownMax)
      .map(({ name, writes, reads, writtenBytes, addressSpaceBytes }) => [
        name,
        count(writes),
        count(reads),
        bytes(writtenBytes),
        bytes(addressSpaceBytes),
      ]),
  };
}
