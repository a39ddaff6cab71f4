/** Failing runs made small, kept as fixtures, and made again; traces that say what they are of. */
import { afterEach, describe, expect, test } from 'vitest';
import { plant } from '../../../src/base/planted.js';
import { minimisedFailure, recordedTrace } from '../../../src/harness/minimise-failure.js';
import { replayFixture, replayTrace } from '../../../src/harness/replay.js';
import { fixtureSchema, runSchema } from '../../../src/harness/simulate/fixture.js';
import { SimulationLane } from '../../../src/harness/simulate/lane.js';
import { usualCalibration } from '../../../src/simulator/process/calibration.js';
import { generateScenario } from '../../../src/simulator/swarm/generate.js';
import { readTrace } from '../../../src/simulator/trace/format.js';
import { failing } from './failing.js';

afterEach(() => plant(undefined));

/** Either fault shows in one of ten seeds. */
const searchedMax = 100;

const runOf = (run: string | undefined) => runSchema.parse(JSON.parse(run ?? ''));

describe('a failing scenario', () => {
  test('becomes a small fixture that fails in the same way, each time the same', async () => {
    const fixture = await minimisedFailure(failing, undefined);
    if (fixture === undefined) throw new Error('it fails');
    const { scenario, violation, found } = fixture;
    expect(violation.invariant).toBe('the world converges');
    expect(found).toMatchObject({ name: 'cut off', seed: 5, isMinimal: true });
    expect(scenario.nodes.map(({ name }) => name)).not.toContain('idler');
    expect(scenario.volumes.map(({ name }) => name)).toEqual(['disk']);
    expect(scenario.operations).toHaveLength(1);
    expect(scenario.operations[0]).toMatchObject({ kind: 'push', volume: 'disk' });
    expect(scenario.struck).toEqual([]);
    expect(scenario.nodes.every(({ disk }) => Object.keys(disk).length === 0)).toBe(true);
    const read = fixtureSchema.parse(JSON.parse(JSON.stringify(fixture)));
    const replayed = await replayFixture(read);
    expect([replayed.verdict, replayed.outcome.digest]).toEqual(['reproduced', fixture.digest]);
    expect(await minimisedFailure(failing, undefined)).toEqual(fixture);
  });

  test('that is repaired no longer fails, and one that fails otherwise is told apart', async () => {
    const fixture = await minimisedFailure(failing, undefined);
    if (fixture === undefined) throw new Error('it fails');
    const limits = { ...fixture.scenario.limits, convergeMs: 3_600_000 };
    const repaired = { ...fixture, scenario: { ...fixture.scenario, limits } };
    expect((await replayFixture(repaired)).verdict).toBe('passes');
    const other = { ...fixture, violation: { ...fixture.violation, invariant: 'another one' } };
    expect((await replayFixture(other)).verdict).toBe('other');
    expect(await minimisedFailure(repaired.scenario, undefined)).toBe(undefined);
  });
});

test.each(['file-not-synced', 'dot-not-durable'] as const)(
  'what shows %s in a swarm comes down to a few parts, and passes without it',
  async (fault) => {
    plant(fault);
    const lane = new SimulationLane({});
    let seed = 0;
    while (seed < searchedMax && (await lane.row(seed)).violation === null) seed++;
    expect(seed, `one of ${searchedMax} seeds shows it`).toBeLessThan(searchedMax);
    const scenario = generateScenario(seed);
    const fixture = await minimisedFailure(scenario, undefined);
    if (fixture === undefined) throw new Error('it fails');
    const { operations, faults, nodes, struck = [] } = fixture.scenario;
    expect(operations.length).toBeLessThanOrEqual(2);
    expect(faults.length + struck.length).toBeLessThanOrEqual(2);
    expect(nodes.length).toBeLessThanOrEqual(2);
    expect(fixture.found?.isMinimal).toBe(true);
    const again = await replayFixture(fixture);
    expect([again.verdict, again.outcome.digest]).toEqual(['reproduced', fixture.digest]);
    plant(undefined);
    expect((await replayFixture(fixture)).verdict).toBe('passes');
  },
);

describe('a trace', () => {
  test('is made again from what it says of itself', async () => {
    const trace = readTrace(await recordedTrace(generateScenario(4), undefined));
    const { outcome, divergence } = await replayTrace(trace, runOf(trace.run));
    expect([outcome.digest, divergence]).toEqual([trace.digest, undefined]);
    expect(outcome.scenario.seed).toBe(4);
  });

  test('carries its calibration', async () => {
    const slow = { ...usualCalibration, hash: { bytesPerSecond: 1e6, startMicros: 100 } };
    const [plain, own] = [
      readTrace(await recordedTrace(generateScenario(4), undefined)),
      readTrace(await recordedTrace(generateScenario(4), slow)),
    ];
    expect(own.digest).not.toBe(plain.digest);
    expect((await replayTrace(own, runOf(own.run))).divergence).toBe(undefined);
  });

  test('of another run names the first event that differs, with those before it', async () => {
    const trace = readTrace(await recordedTrace(generateScenario(4), undefined));
    const altered = trace.records.map((record, index) => (index === 100 ? { ...record, detail: 9 } : record));
    const { divergence } = await replayTrace(
      { ...trace, records: altered, digest: '0'.repeat(32) },
      runOf(trace.run),
    );
    expect(divergence?.index).toBe(100);
    expect([divergence?.first, divergence?.second]).toEqual([altered[100], trace.records[100]]);
    expect(divergence?.context).toEqual(trace.records.slice(95, 100));
  });

  test('with the digest of a run that has other events is damaged', async () => {
    const trace = readTrace(await recordedTrace(generateScenario(4), undefined));
    const altered = trace.records.map((record, index) => (index === 100 ? { ...record, detail: 9 } : record));
    await expect(replayTrace({ ...trace, records: altered }, runOf(trace.run))).rejects.toMatchObject({
      message: 'the trace is damaged: its event 100 is not the one of the run that its digest names',
      exitCode: 3,
    });
  });

  test('whose events are all the same differs in a name', async () => {
    const trace = readTrace(await recordedTrace(generateScenario(4), undefined));
    const { divergence } = await replayTrace({ ...trace, digest: '0'.repeat(32) }, runOf(trace.run));
    expect(divergence).toEqual({ context: [] });
  });
});
