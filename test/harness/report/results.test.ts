import { describe, expect, it } from 'vitest';
import { stages } from '../../../src/base/meter.js';
import { readSpecification } from '../../../src/harness/io/chart-files.js';
import { draughtOf } from '../../../src/harness/report/reported-kinds.js';
import { chartNames } from '../../../src/harness/report/charts/chart.js';
import { labResultsSchema } from '../../../src/harness/report/lab-results.js';
import { resultJsonSchema, resultSchemaNames } from '../../../src/harness/report/schemas.js';
import { syntheticResults } from '../synthetic.js';

const results = syntheticResults();

describe('result documents', () => {
  it('keep their schema, through JSON and back', () => {
    expect(labResultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
  });

  it('refuse what the schema does not know', () => {
    expect(labResultsSchema.safeParse({ ...results, extra: 1 }).success).toBe(false);
    expect(labResultsSchema.safeParse({ ...results, schema: 'snapdelta/lab-results/1' }).success).toBe(false);
    const [row] = results.rows;
    expect(labResultsSchema.safeParse({ ...results, rows: [{ ...row, workers: 0 }] }).success).toBe(false);
  });

  it('name unit, direction and kind of every metric that rows carry', () => {
    const known = results.metrics.map(({ name }) => name);
    const [row] = results.rows;
    expect([...Object.keys(row?.exact ?? {}), ...Object.keys(row?.samples ?? {})].sort()).toEqual(
      known.sort(),
    );
    for (const metric of results.metrics) expect(metric.unit).not.toBe('');
  });

  it('have published JSON Schemas', () => {
    expect(resultSchemaNames).toEqual([
      'snapdelta/lab-results/3',
      'snapdelta/bench-kernels/2',
      'snapdelta/exact-kernels/1',
      'snapdelta/bench-chunkers/1',
      'snapdelta/bench-detection/1',
      'snapdelta/bench-pipeline/2',
      'snapdelta/exact-pipeline/2',
      'snapdelta/bench-processes/1',
      'snapdelta/bench-peers/1',
      'snapdelta/bench-growth/1',
      'snapdelta/simulation/1',
      'snapdelta/bench-links/1',
      'snapdelta/tune-results/1',
      'snapdelta/snapshots/1',
      'snapdelta/trace/1',
      'snapdelta/trace-replay/1',
      'snapdelta/gate/1',
      'snapdelta/gate-calibration/1',
      'snapdelta/gate-history/1',
      'snapdelta/measures/1',
      'snapdelta/canary/1',
    ]);
    for (const name of resultSchemaNames) {
      expect(resultJsonSchema(name)).toMatchObject({
        $id: name,
        type: 'object',
        additionalProperties: false,
        properties: { schema: { const: name } },
      });
    }
    expect(resultJsonSchema('something else')).toBeUndefined();
  });
});

describe('charts', () => {
  it('are all there when there is data', () => {
    expect(
      draughtOf(results)
        .charts.map(({ name }) => name)
        .sort(),
    ).toEqual([...chartNames.laboratory].sort());
    expect(draughtOf({ ...results, kernels: [] }).charts.map(({ name }) => name)).not.toContain('kernels');
  });

  it('state a finding', () => {
    for (const { title } of draughtOf(results).charts) expect(title).toMatch(/\d/);
  });

  it('have a colour for every stage', () => {
    const drawn = JSON.stringify(readSpecification('stages'));
    for (const stage of stages) expect(drawn).toContain(`"${stage}"`);
  });

  it('put crossovers on both lines', () => {
    const link = draughtOf(results).charts.find(({ name }) => name === 'link');
    const crossovers = link?.datasets['table']?.filter(({ role }) => role === 'crossover') ?? [];
    expect(crossovers.length).toBeGreaterThan(2);
    for (const { profile, bitsPerSecond, ms } of crossovers) {
      const verdict = results.verdicts.find((item) => String(profile).startsWith(`${item.profile} `));
      const times = verdict?.quickest
        .filter(
          ({ fromBitsPerSecond, toBitsPerSecond }) =>
            fromBitsPerSecond === bitsPerSecond || toBitsPerSecond === bitsPerSecond,
        )
        .map(({ configuration }) => {
          const line = verdict.ranking.find((place) => place.configuration === configuration)?.meanSync;
          return (line?.fixedMs ?? NaN) + (8000 * (line?.bytes ?? NaN)) / Number(bitsPerSecond);
        });
      expect(times).toEqual([expect.closeTo(Number(ms), 6), expect.closeTo(Number(ms), 6)]);
    }
  });
});
