/**
 * The simulator finds what programmers do wrong: each fault that can be planted is found again at its seed, and the same seed is clean without it. The swarm is not told what is planted.
 *
 *     ACCEPT_GOLDEN=1 npx vitest run test/simulator/planted -t 'file-not-synced'
 *
 * searches and counts anew (all of them without `-t`: ten minutes), and writes the golden file and the document's table.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { plant, type PlantedFault } from '../../../src/base/planted.js';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { runScenario, type Violation } from '../../../src/simulator/run/run-scenario.js';
import { generateScenario } from '../../../src/simulator/swarm/generate.js';
import {
  countedSeeds,
  documentTable,
  faultNames,
  keepFinding,
  readFindings,
  seedsMax,
  table,
} from './findings.js';

const isAccepting = process.env['ACCEPT_GOLDEN'] === '1';
const equipment = newEquipment();

afterEach(() => plant(undefined));

async function violationAt(seed: number, fault: PlantedFault | undefined): Promise<Violation | undefined> {
  plant(fault);
  return (await runScenario(generateScenario(seed), { equipment })).violation;
}

/** The first seed that finds it, and is clean without it; and how many of those that are counted do. */
async function search(fault: PlantedFault): Promise<void> {
  let first: { readonly seed: number; readonly invariant: string } | undefined;
  let foundCount = 0;
  for (let seed = 0; seed < countedSeeds || (first === undefined && seed < seedsMax); seed++) {
    const violation = await violationAt(seed, fault);
    if (violation === undefined || (await violationAt(seed, undefined)) !== undefined) continue;
    first ??= { seed, invariant: violation.invariant };
    if (seed < countedSeeds) foundCount++;
  }
  if (first !== undefined) keepFinding(fault, { ...first, foundCount });
}

const found = readFindings();

if (isAccepting) {
  describe('searched', () => {
    test.each(faultNames)('%s', search, 3_600_000);
  });
}

describe('found', () => {
  test.each(faultNames.flatMap((fault) => (found[fault] ? [[fault, found[fault]] as const] : [])))(
    '%s',
    async (fault, { seed, invariant }) => {
      expect(seed).toBeLessThan(seedsMax);
      expect((await violationAt(seed, fault))?.invariant).toBe(invariant);
      expect(await violationAt(seed, undefined)).toBeUndefined();
    },
  );
});

test('all are, and docs/planted-faults.md says where', () => {
  expect(Object.keys(found)).toEqual(faultNames);
  expect(faultNames.length).toBeGreaterThanOrEqual(40);
  expect(documentTable()).toBe(table());
});
