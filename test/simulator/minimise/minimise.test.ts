import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CancelledError } from '../../../src/base/errors.js';
import type { StruckFault } from '../../../src/simulator/fault/plan.js';
import { minimise } from '../../../src/simulator/minimise/minimise.js';
import type { Verdict } from '../../../src/simulator/minimise/minimise.js';
import { partClasses } from '../../../src/simulator/minimise/parts.js';
import { readScenario } from '../../../src/simulator/scenario/read.js';
import type { Scenario } from '../../../src/simulator/scenario/scenario.js';
import { drawnScenario } from './scenarios.js';

const options = { seed: 20_262, numRuns: 40 };
const chances: readonly StruckFault[] = Array.from({ length: 40 }, (_, ordinal) => ({
  domain: 'disk',
  entity: 'server-0',
  kind: 'read-error',
  ordinal,
  atMs: ordinal,
}));

/** What a made-up failure needs: times of operations and faults, ordinals of faults that struck, bytes of the first volume. */
interface Cause {
  readonly operations: readonly number[];
  readonly faults: readonly number[];
  readonly struck: readonly number[];
  readonly bytes: number;
}

/** A run that fails exactly when all of the cause is there. Each scenario must be a valid one. */
function fakeRun({ operations, faults, struck, bytes }: Cause) {
  const seen: string[] = [];
  const run = (scenario: Scenario): Promise<Verdict> => {
    seen.push(JSON.stringify(scenario));
    readScenario(JSON.parse(JSON.stringify(scenario)));
    const strikes = scenario.struck ?? chances;
    const isFailing =
      operations.every((at) => scenario.operations.some(({ atMs }) => atMs === at)) &&
      faults.every((at) => scenario.faults.some(({ atMs }) => atMs === at)) &&
      struck.every((one) => strikes.some(({ ordinal }) => ordinal === one)) &&
      (bytes === 0 || (scenario.volumes[0]?.bytes ?? 0) >= bytes);
    const violation = { invariant: 'it holds', atMs: 500 };
    return Promise.resolve(isFailing ? { violation, struck: strikes } : { struck: strikes });
  };
  return { run, seen };
}

const causes = fc.nat().chain((seed) => {
  const scenario = drawnScenario(seed);
  const some = (times: readonly number[]) =>
    fc.subarray([...times], { maxLength: Math.min(3, times.length) });
  return fc.record({
    scenario: fc.constant(scenario),
    cause: fc.record({
      operations: some(scenario.operations.map(({ atMs }) => atMs)),
      faults: some(scenario.faults.map(({ atMs }) => atMs)),
      struck: some(chances.map(({ ordinal }) => ordinal)),
      bytes: fc.constantFrom(0, scenario.volumes[0]?.bytes ?? 0, 5000),
    }),
  });
});

describe('minimise', () => {
  test('keeps what the failure needs, and no part that it does not', async () => {
    await fc.assert(
      fc.asyncProperty(causes, async ({ scenario, cause }) => {
        const found = await minimise(scenario, fakeRun(cause).run);
        if (found === undefined) throw new Error('the scenario fails');
        const small = found.scenario;
        expect(small.operations.map(({ atMs }) => atMs)).toEqual(cause.operations);
        expect(small.faults.map(({ atMs }) => atMs)).toEqual(cause.faults);
        expect(small.struck?.map(({ ordinal }) => ordinal)).toEqual(cause.struck);
        expect(found.isMinimal).toBe(true);
        const { run } = fakeRun(cause);
        expect((await run(small)).violation?.invariant).toBe('it holds');
        for (const classOf of partClasses) {
          const parts = classOf(small);
          const places = [...Array(parts.count).keys()];
          for (const place of places) {
            const without = parts.keep(new Set(places.filter((other) => other !== place)));
            if (without !== undefined) expect((await run(without)).violation).toBe(undefined);
          }
        }
      }),
      options,
    );
  });

  test('makes volumes and edits as small as halving goes', async () => {
    const cause = { operations: [], faults: [], struck: [], bytes: 5000 };
    const scenario = { ...drawnScenario(3), operations: [], faults: [] };
    const found = await minimise(scenario, fakeRun(cause).run);
    expect(found?.scenario.volumes).toHaveLength(1);
    expect(found?.scenario.volumes[0]?.bytes).toBeLessThan(2 * 8192);
    expect(found?.scenario.volumes[0]?.bytes).toBeGreaterThanOrEqual(5000);
    expect(found?.scenario.volumes[0]?.edit).toMatchObject({ count: 1, bytes: 1 });
    expect(found?.scenario.faultsEndMs).toBe(0);
  });

  test('asks the same each time, and no scenario twice', async () => {
    const cause = { operations: [0], faults: [], struck: [7, 31], bytes: 0 };
    const [first, second] = [fakeRun(cause), fakeRun(cause)];
    const a = await minimise(drawnScenario(11), first.run);
    expect(await minimise(drawnScenario(11), second.run)).toEqual(a);
    expect(second.seen).toEqual(first.seen);
    expect(new Set(first.seen).size).toBe(first.seen.length);
    expect(a?.runCount).toBe(first.seen.length);
  });

  test('another invariant is no success, and none is no failure', async () => {
    const run = ({ faults }: Scenario): Promise<Verdict> => {
      const invariant = faults.length > 3 ? 'this one' : 'another';
      return Promise.resolve({ violation: { invariant, atMs: 1000 }, struck: [] });
    };
    const scenario = drawnScenario(2);
    expect(scenario.faults.length).toBeGreaterThan(4);
    const found = await minimise(scenario, run);
    expect(found?.scenario.faults).toHaveLength(4);
    expect(found?.verdict.violation?.invariant).toBe('this one');
    expect(await minimise(scenario, () => Promise.resolve({ struck: [] }))).toBe(undefined);
  });

  test('what is planned for later than the violation goes at once', async () => {
    const scenario = drawnScenario(5);
    expect(scenario.operations.length).toBeGreaterThan(3);
    const tried: number[] = [];
    await minimise(
      scenario,
      () => Promise.resolve({ violation: { invariant: 'it holds', atMs: 20 }, struck: [] }),
      { onProgress: (progress) => tried.push(progress.scenario.operations.length), runsMax: 3 },
    );
    expect(tried).toEqual([scenario.operations.length, 3]);
  });

  test('is bounded, and can be stopped', async () => {
    const cause = { operations: [0], faults: [], struck: [3, 38], bytes: 0 };
    const { run, seen } = fakeRun(cause);
    const found = await minimise(drawnScenario(11), run, { runsMax: 9 });
    expect([found?.runCount, seen.length, found?.isMinimal]).toEqual([9, 9, false]);
    expect((await run(found?.scenario ?? drawnScenario(0))).violation?.invariant).toBe('it holds');
    const stop = new AbortController();
    const stopped = minimise(drawnScenario(11), run, {
      signal: stop.signal,
      onProgress: ({ runCount }) => {
        if (runCount === 5) stop.abort();
      },
    });
    await expect(stopped).rejects.toBeInstanceOf(CancelledError);
  });
});
