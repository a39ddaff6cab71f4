/** Scenario files: what is read is what was written, and what is wrong is named. */
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { readScenario } from '../../../src/simulator/scenario/read.js';
import { generateScenario } from '../../../src/simulator/swarm/generate.js';

const scenario = generateScenario(1);

function errorOf(change: object): string {
  try {
    readScenario({ ...scenario, ...change });
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return String(error);
  }
  throw new Error('it was read');
}

describe('scenario files', () => {
  test('generated scenarios survive JSON', () => {
    for (let seed = 0; seed < 200; seed++) {
      const one = generateScenario(seed);
      expect(readScenario(JSON.parse(JSON.stringify(one)))).toEqual(one);
    }
  });

  test.each([
    [{ schema: 'snapdelta/scenario/v0' }, 'schema'],
    [{ seed: -1 }, 'seed'],
    [{ surplus: 1 }, 'surplus'],
    [{ nodes: [...scenario.nodes, ...scenario.nodes] }, 'two of them have one name'],
    [{ operations: [{ kind: 'collect', node: 'nobody', atMs: 0 }] }, "there is no server 'nobody'"],
    [{ operations: [{ kind: 'dance', node: 'server-1', atMs: 0 }] }, 'operations.0'],
    [{ faults: [{ atMs: 0, fault: { kind: 'bit-rot', node: 'nobody' } }] }, "there is no node 'nobody'"],
    [{ volumes: [] }, "there is no volume 'disk-1'"],
  ])('%o is refused', (change, words) => {
    expect(errorOf(change)).toContain(words);
  });
});
