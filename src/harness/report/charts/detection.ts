/** Bytes of a Merkle walk against those of the manifest, by the number of changed blocks: a panel for each image. */
import type { DetectionRow } from '../detection-results.js';
import type { Chart } from './chart.js';

export function detectionChart(rows: readonly DetectionRow[]): Chart {
  // A logarithmic axis has no 0: nothing changed stands in the table.
  const drawn = rows.filter(({ changed }) => changed > 0);
  const panelOf = ({ blocks }: DetectionRow): string => `${blocks.toLocaleString('en')} blocks`;
  const beyond = drawn.filter(({ bytes, manifestBytes }) => bytes > manifestBytes).length;
  return {
    name: 'detection',
    title:
      beyond === 0
        ? 'A Merkle walk exchanges less than the manifest, whatever changed'
        : `A Merkle walk exchanges less than the manifest in ${drawn.length - beyond} of ${drawn.length} cases`,
    subtitle: [
      'Bytes of all messages, both ways, by the number of changed blocks; both axes are logarithmic, less is better.',
      'The dashed line is the manifest. Small walks carry a few KiB more than they need, for fewer round trips.',
    ],
    datasets: {
      table: drawn.map((row) => ({
        panel: panelOf(row),
        change: row.change,
        changed: row.changed,
        bytes: row.bytes,
        manifestBytes: row.manifestBytes,
        roundTrips: row.roundTrips,
      })),
    },
    parameters: { panelOrder: [...new Set(drawn.map(panelOf))] },
  };
}
