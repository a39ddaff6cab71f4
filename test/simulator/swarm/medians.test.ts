/**
 * What the median seed of the swarm is: two nodes, three snapshots, 256 KiB, 200 events and a few more, several full restores; and that the mean is not far from it. docs/simulator.md has
 * the numbers, which follow from the seeds alone.
 *
 *     ACCEPT_GOLDEN=1 npx vitest run test/simulator/swarm
 *
 * writes them anew.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { runScenario } from '../../../src/simulator/run/run-scenario.js';
import { isServer, type Scenario } from '../../../src/simulator/scenario/scenario.js';
import { generateScenario } from '../../../src/simulator/swarm/generate.js';
import { root, textOf } from '../../tidy/sources.js';

const seeds = [...Array(200).keys()];
const path = 'docs/simulator.md';
const rowsPattern = /(^\| seed \| nodes \| snapshots \|.*\n\|.*\n)((?:\|.*\|\n)+)/m;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rowOf(name: string, values: readonly number[]): string {
  const cells = values.map((value) =>
    value.toLocaleString('en', { maximumFractionDigits: value < 100 ? 1 : 0 }),
  );
  return `| ${[name, ...cells].join(' | ')} |\n`;
}

test('the median seed', async () => {
  const equipment = newEquipment();
  const rows: number[][] = [];
  for (const seed of seeds) {
    const scenario = generateScenario(seed);
    const { nodes, operations, volumes } = scenario;
    const images = operations.flatMap((one) =>
      one.kind === 'push' ? [`${one.volume} ${one.snapshot}`] : [],
    );
    const { statistics, restoredCount, violation } = await runScenario(scenario, { equipment });
    expect(violation).toBeUndefined();
    rows.push([
      nodes.length,
      new Set(images).size,
      volumes.reduce((sum, { bytes }) => sum + bytes, 0),
      operations.length,
      statistics.eventCount,
      restoredCount,
    ]);
  }
  const columns = [0, 1, 2, 3, 4, 5].map((column) => rows.map((row) => row[column] ?? 0));
  const [medians, means] = [columns.map(median), columns.map(mean)];
  const text = rowOf('median', medians) + rowOf('mean', means);
  if (process.env['ACCEPT_GOLDEN'] === '1')
    writeFileSync(join(root, path), textOf(path).replace(rowsPattern, `$1${text}`));
  expect(rowsPattern.exec(textOf(path))?.[2]).toBe(text);
  const [nodeCount, snapshotCount, bytes, , eventCount, restoredCount] = medians;
  expect([nodeCount, snapshotCount]).toEqual([2, 3]);
  expect(bytes).toBeGreaterThanOrEqual(262_144);
  expect(eventCount).toBeGreaterThanOrEqual(150);
  expect(eventCount).toBeLessThanOrEqual(250);
  expect(means[4]).toBeLessThanOrEqual(1.4 * (eventCount ?? 0));
  expect(restoredCount).toBeGreaterThanOrEqual(6);
}, 240_000);

test('what takes many nodes is there in one seed of eight', () => {
  const scenarios = [...Array(2000).keys()].map(generateScenario);
  const share = (has: (scenario: Scenario) => boolean): number =>
    scenarios.filter(has).length / scenarios.length;
  const serverCount = ({ nodes }: Scenario): number => nodes.filter(isServer).length;
  const agentCount = ({ nodes }: Scenario): number => nodes.length - nodes.filter(isServer).length;
  expect(share((scenario) => serverCount(scenario) > 1)).toBeCloseTo(0.117, 1.5);
  expect(share((scenario) => agentCount(scenario) > 1)).toBeCloseTo(0.136, 1.5);
  expect(share((scenario) => agentCount(scenario) > scenario.volumes.length)).toBeCloseTo(0.117, 1.5);
  // Where merges travel: several writers of one volume, at several servers.
  expect(
    share((scenario) => serverCount(scenario) > 1 && agentCount(scenario) > scenario.volumes.length),
  ).toBeCloseTo(0.045, 1.5);
  // One lying disk at most, and not always the first server's.
  const liars = scenarios.map(({ nodes, faults }) => {
    const rotten = faults.flatMap(({ fault }) => (fault.kind === 'bit-rot' ? [fault.node] : []));
    const lying = nodes.filter(({ disk }) => disk.bitRot !== undefined || disk.misdirected !== undefined);
    return new Set([...rotten, ...lying.map(({ name }) => name)]);
  });
  expect(Math.max(...liars.map(({ size }) => size))).toBe(1);
  expect(liars.filter((names) => names.has('server-2')).length).toBeGreaterThan(5);
});
