/** What a Merkle walk exchanges, as `bench detection` counts it: exact, in proportion to the change, never far above the manifest. */
import { describe, expect, it } from 'vitest';
import { benchDetection } from '../../src/harness/bench-detection.js';
import { detectionResultsSchema } from '../../src/harness/report/detection-results.js';
import { detectionTable } from '../../src/harness/report/detection-table.js';
import { detectionChart } from '../../src/harness/report/charts/detection.js';

const choices = { blocks: [1000, 20_000], changed: [0, 1, 10, 100], speed: false } as const;

describe('bench detection', () => {
  it('gives the same document twice, by its schema', async () => {
    const results = await benchDetection(choices);
    expect(await benchDetection(choices)).toEqual(results);
    expect(detectionResultsSchema.parse(results)).toEqual(results);
    expect(results.rows).toHaveLength(2 * (1 + 3 * 4));
    expect(detectionTable(results).rows).toHaveLength(results.rows.length);
    expect(detectionChart(results.rows).datasets['table']).toHaveLength(24);
  });

  it('counts in proportion to the change', async () => {
    const { rows } = await benchDetection({ ...choices, tripBytes: 0 });
    for (const row of rows) {
      expect(row.messages === 1).toBe(row.changed === 0);
      expect(row.bytes).toBeLessThan(1.4 * row.manifestBytes);
      // Four KiB of the offer, and for each place that changed a path of nodes.
      const places = row.change === 'random' ? row.changed : Math.ceil(row.changed / 5);
      expect(row.bytes).toBeLessThan(4200 + 1300 * places);
    }
  });

  it('trades bytes for round trips', async () => {
    const one = { blocks: [200_000], changed: [1], speed: false };
    const [thrifty] = (await benchDetection({ ...one, tripBytes: 0 })).rows;
    const [quick] = (await benchDetection({ ...one, tripBytes: 65_536 })).rows;
    expect(quick?.roundTrips).toBeLessThan(thrifty?.roundTrips ?? 0);
    expect(quick?.bytes).toBeGreaterThan(thrifty?.bytes ?? Infinity);
  });
});
