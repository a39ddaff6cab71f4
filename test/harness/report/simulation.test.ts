/** What the page of `simulate` says: the verdict, failures with what shows them again, seeds by feature. */
import { describe, expect, test } from 'vitest';
import { draughtOf } from '../../../src/harness/report/reported-kinds.js';
import {
  divergencesTable,
  failuresTable,
  featureCounts,
  featuresTable,
  seedsShownMax,
  seedsTable,
  simulationVerdict,
} from '../../../src/harness/report/simulation-tables.js';
import { cellText } from '../../../src/harness/report/tables.js';
import { featuresOf } from '../../../src/simulator/swarm/generate.js';
import { syntheticSimulationResults } from '../simulate/rows.js';

const results = syntheticSimulationResults('byte 12 is wrong');
const texts = (rows: readonly (readonly Parameters<typeof cellText>[0][])[]) =>
  rows.map((row) => row.map(cellText));

describe('the verdict', () => {
  test('counts what broke, and says whether seeds were run twice', () => {
    expect(simulationVerdict(results)).toBe('Broken in 2 of 30 seeds, a world of its own each');
    const held = { ...results, violationCount: 0, seedCount: 1 };
    const named = { ...held, source: { kind: 'scenario' as const, name: 'thin-link' } };
    expect(simulationVerdict(named)).toBe("Every invariant held in 1 seed, of 'thin-link'");
    const divergences = [{ seed: 4, first: 'a', second: 'b' }];
    expect(simulationVerdict({ ...held, determinism: { checkedCount: 30, divergences: [] } })).toContain(
      '; 30 run twice, each with the same digest on another thread',
    );
    const differing = { ...held, determinism: { checkedCount: 30, divergences } };
    expect(simulationVerdict(differing)).toContain(
      '; NOT DETERMINISTIC: 1 of 30 run twice gave another digest',
    );
    expect(texts(divergencesTable(differing).rows)).toEqual([['4', 'a', 'b']]);
  });

  test('names what shows each failure again', () => {
    expect(texts(failuresTable(results).rows)).toEqual([
      ['3', 'restores-are-exact', '1.50 s', '70', 'byte 12 is wrong', 'snapdelta simulate --seed 3'],
      ['20', 'restores-are-exact', '1.50 s', '70', 'byte 12 is wrong', 'snapdelta simulate --seed 20'],
    ]);
    const named = {
      ...results,
      source: { kind: 'scenario' as const, name: 'thin-link' },
      isCalibrated: true,
    };
    expect(failuresTable(named).rows[0]?.at(-1)).toBe(
      'snapdelta simulate --scenario thin-link --calibration FILE --seed 3',
    );
  });
});

test('features are counted by the seeds that drew them', () => {
  const counts = featureCounts(results.rows);
  for (const { feature, held, broken } of counts) {
    const having = results.rows.filter(({ seed }) => [...featuresOf(seed)].some((name) => name === feature));
    expect(held + broken).toBe(having.length);
    expect(broken).toBe(having.filter(({ seed }) => seed === 3 || seed === 20).length);
  }
  expect(counts.map(({ held, broken }) => held + broken)).toEqual(
    counts.map(({ held, broken }) => held + broken).sort((a, b) => b - a),
  );
  expect(featuresTable(results).rows).toHaveLength(counts.length);
});

test('charts leave features out where there are none; many seeds are thinned, failures are not', () => {
  const plain = results.rows.map(({ seed, digest, violation, figures }) => ({
    seed,
    digest,
    violation,
    figures,
  }));
  expect(draughtOf({ ...results, rows: plain }).charts.map(({ name }) => name)).toEqual([
    'simulation-figures',
  ]);
  const many = Array.from({ length: 40 }, () => results.rows).flat();
  const [, figures] = draughtOf({ ...results, rows: many }).charts;
  const roles = (figures?.datasets['table'] ?? []).map(({ role }) => role);
  expect(roles.filter((role) => role === 'seed')).toHaveLength(6 * 200);
  expect(roles.filter((role) => role === 'broken')).toHaveLength(6 * 80);
  expect(seedsTable({ ...results, rows: many })).toMatchObject({ title: `The first ${seedsShownMax} seeds` });
});
