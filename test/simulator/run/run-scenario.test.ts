/** Whole runs: the code that ships, watched by every invariant. */
import { describe, expect, test } from 'vitest';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { runScenario } from '../../../src/simulator/run/run-scenario.js';
import { readTrace } from '../../../src/simulator/trace/format.js';
import { generateScenario } from '../../../src/simulator/swarm/generate.js';

const equipment = newEquipment();

describe('a run', () => {
  test.each([...Array(20).keys()])(
    'does all, restores after each, and breaks nothing: seed %i',
    async (seed) => {
      const outcome = await runScenario(generateScenario(seed), { equipment });
      expect(outcome.violation).toBeUndefined();
      // Of a disk that lies nobody expects an answer.
      const isLying = outcome.struck.some(({ kind }) => kind === 'misdirected' || kind === 'bit-rot');
      if (isLying || outcome.scenario.faults.some(({ fault }) => fault.kind === 'bit-rot')) return;
      expect(outcome.acknowledgedCount).toBeGreaterThan(0);
      expect(outcome.restoredCount).toBeGreaterThan(outcome.acknowledgedCount);
    },
  );

  test('has the digest that follows from its scenario, recorded or not', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const scenario = generateScenario(seed);
      const first = await runScenario(scenario, { equipment });
      const second = await runScenario(scenario, { isRecorded: true });
      expect(second.digest).toBe(first.digest);
      expect(readTrace(second.trace ?? new Uint8Array()).digest).toBe(first.digest);
      expect(second.statistics).toEqual(first.statistics);
    }
  });
});
