/** Pushes over modelled links, as `bench links` counts them: exact, by its schema, and told as found. */
import { describe, expect, it, test } from 'vitest';
import { benchLinks } from '../../src/harness/bench-links.js';
import { linkFaultsChart, timeToSyncChart } from '../../src/harness/report/charts/links.js';
import { linksResultsSchema, winnersOf, type LinksRow } from '../../src/harness/report/links-results.js';
import { faultsTable, syncTable, winnerSentences } from '../../src/harness/report/links-tables.js';

const choices = {
  profiles: ['cold-storage'],
  strategies: ['whole', 'blocks', 'chunk deltas'],
  topologies: ['lan', 'lan, then wan'],
  severities: [0, 5],
  bytes: 128 * 1024,
  snapshots: 4,
  seeds: 2,
  environment: false,
} as const;

describe('bench links', () => {
  it('gives the same document twice, by its schema', async () => {
    const results = await benchLinks(choices);
    expect(await benchLinks(choices)).toEqual(results);
    expect(linksResultsSchema.parse(results)).toEqual(results);
    expect([results.faults.length, results.sync.length]).toEqual([6, 2]);
    expect(faultsTable(results).rows).toHaveLength(6);
    expect(syncTable(results).rows).toHaveLength(2);
    expect(linkFaultsChart(results).datasets['table']?.filter(({ role }) => role === 'line').length).toBe(
      results.faults.reduce((sum, { recoveryLagMs }) => sum + (recoveryLagMs === null ? 2 : 3), 0),
    );
    expect(timeToSyncChart(results).datasets['table']).toHaveLength(2);

    const at = (strategy: string, severity: number): LinksRow | undefined =>
      results.faults.find((row) => row.strategy === strategy && row.severity === severity);
    // Insertions move every block behind them, and no chunk; of a chunk little is new.
    expect(at('chunk deltas', 0)?.bytesOnWire).toBeLessThan((at('blocks', 0)?.bytesOnWire ?? 0) / 3);
    expect(at('blocks', 0)?.bytesOnWire).toBeLessThan(at('whole', 0)?.bytesOnWire ?? 0);
    // Weather costs everybody something.
    for (const strategy of choices.strategies) {
      const [fair, foul] = [at(strategy, 0), at(strategy, 5)];
      expect(foul?.bytesOnWire).toBeGreaterThan(fair?.bytesOnWire ?? Infinity);
      expect(foul?.p99Ms).toBeGreaterThan(fair?.p99Ms ?? Infinity);
    }
    // Crashes are timed so that they catch a push.
    expect(at('whole', 0)?.recoveryLagMs).toBeGreaterThan(0);
    // A second server behind a longer link has it later.
    expect(results.sync[1]?.p50Ms).toBeGreaterThan(results.sync[0]?.p50Ms ?? Infinity);
  });

  it('refuses names and severities that there are not', async () => {
    await expect(benchLinks({ ...choices, profiles: ['x'] })).rejects.toThrow("no profile 'x'");
    await expect(benchLinks({ ...choices, severities: [9] })).rejects.toThrow('no severity 9');
  });
});

test('a winner reigns until another is more than a tenth better', () => {
  const rows = [
    ['a', [100, 100, 100, 100, 130]],
    ['b', [110, 91, 89, 200, 100]],
  ] as const;
  const faults = rows.flatMap(([strategy, values]) =>
    values.map((bytesOnWire, severity): LinksRow => ({
      profile: 'p',
      topology: 't',
      strategy,
      severity,
      bytesOnWire,
      workedMs: 1,
      attempts: 1,
      recoveryLagMs: null,
      p50Ms: 1,
      p90Ms: 1,
      p99Ms: 1,
      samples: 1,
    })),
  );
  const winners = winnersOf(faults);
  expect(winners.filter(({ metric }) => metric === 'bytesOnWire')).toEqual([
    { profile: 'p', metric: 'bytesOnWire', severity: 0, strategy: 'a', value: 100 },
    { profile: 'p', metric: 'bytesOnWire', severity: 2, strategy: 'b', value: 89 },
    { profile: 'p', metric: 'bytesOnWire', severity: 3, strategy: 'a', value: 100 },
    { profile: 'p', metric: 'bytesOnWire', severity: 4, strategy: 'b', value: 100 },
  ]);
  expect(winners.some(({ metric }) => metric === 'recoveryLagMs')).toBe(false);
  expect(winnerSentences({ winners })[0]).toBe(
    'p, least bytes on the wire: a (100 B), from severity 2 on b (89 B), from severity 3 on a (100 B), from severity 4 on b (100 B)',
  );
});
