/** Scenarios that once broke an invariant, made small: each breaks none any more. */
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { runScenario } from '../../../src/simulator/run/run-scenario.js';
import { readScenario } from '../../../src/simulator/scenario/read.js';

const folder = new URL('once-failed/', import.meta.url);
const equipment = newEquipment();

test.each(readdirSync(folder))('%s', async (file) => {
  const scenario = readScenario(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  const { violation } = await runScenario(scenario, { equipment });
  expect(violation).toBeUndefined();
});
