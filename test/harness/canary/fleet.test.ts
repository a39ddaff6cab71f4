/** Volumes of the fleet: the same from the same seed, and each planted flaw shows where it should: in its gate, or in its metric. */
import { describe, expect, test } from 'vitest';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import { fleetVolume, type FleetVolume } from '../../../src/harness/canary/fleet.js';
import { FleetLane } from '../../../src/harness/canary/lane.js';
import { runMixed } from '../../../src/harness/canary/mixed-run.js';
import type { FlawName, Side } from '../../../src/harness/canary/side.js';
import { runVolume, type VolumeFigures } from '../../../src/harness/canary/volume-run.js';
import { readWorkPrices } from '../../../src/harness/io/work-prices.js';
import { newEquipment } from '../../../src/simulator/run/equipment.js';

const equipment = newEquipment();
const { prices } = readWorkPrices();
const stable: Side = { label: 'stable', strategy: resolveStrategy('adaptive'), flaws: [] };

function flawed(name: FlawName, strength: number): Side {
  return { ...stable, label: name, flaws: [{ name, strength }] };
}

/** The first volumes that fit. */
function volumesWhere(fits: (volume: FleetVolume) => boolean, count: number): FleetVolume[] {
  const found: FleetVolume[] = [];
  for (let number = 0; found.length < count; number++) {
    const volume = fleetVolume(1, number);
    if (fits(volume)) found.push(volume);
  }
  return found;
}

const calm = volumesWhere(
  ({ severity, agentVersions, link, volume }) =>
    severity.loss === 0 &&
    link.loss === 0 &&
    agentVersions.length === 2 &&
    volume.kind === 'text' &&
    volume.edit.kind === 'overwrite',
  2,
);

async function figuresOf(side: Side): Promise<VolumeFigures[]> {
  const all: VolumeFigures[] = [];
  for (const volume of calm) {
    const { figures, problems } = await runVolume(volume, side, equipment, prices);
    expect(problems).toEqual([]);
    if (figures !== undefined) all.push(figures);
  }
  expect(all).toHaveLength(calm.length);
  return all;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('a fleet', () => {
  test('follows from its seed, and a larger one has the volumes of a smaller one', () => {
    expect(fleetVolume(1, 7)).toEqual(fleetVolume(1, 7));
    expect(fleetVolume(2, 7)).not.toEqual(fleetVolume(1, 7));
    const fleet = Array.from({ length: 200 }, (_, number) => fleetVolume(1, number));
    expect(new Set(fleet.map(({ link }) => link.name)).size).toBe(5);
    expect(new Set(fleet.map(({ volume }) => volume.kind)).size).toBe(3);
    expect(new Set(fleet.map(({ volume }) => volume.edit.kind)).size).toBe(6);
    expect(new Set(fleet.map(({ severity }) => severity.loss)).size).toBe(4);
    expect(fleet.some(({ agentVersions }) => agentVersions.length === 1)).toBe(true);
  });

  test('a volume gives the same packages and figures again, in bad weather, too', async () => {
    const [stormy] = volumesWhere(({ severity }) => severity.loss >= 0.02, 1);
    if (stormy === undefined) throw new Error('no volume in bad weather');
    const job = { fleetSeed: 1, number: stormy.number, side: stable };
    const first = await new FleetLane(prices).row(job);
    const lane = new FleetLane(prices);
    await lane.row({ ...job, number: 0 });
    expect(await lane.row(job)).toEqual(first);
    expect(first.run.problems).toEqual([]);
  });
});

describe('planted flaws show in figures', () => {
  test.each<[FlawName, number, (figures: VolumeFigures) => number, number]>([
    ['small-segments-stored', 1_000_000, ({ wireBytes }) => wireBytes, 1.1],
    ['base-forgotten', 1, ({ wireBytes }) => wireBytes, 1.5],
    ['more-work', 0.7, ({ workMs }) => workMs, 1.2],
    ['more-memory', 0.5, ({ peakBytes }) => peakBytes, 1.49],
    ['slow-acknowledgement', 0.5, ({ syncMs }) => sum(syncMs), 1.49],
    ['connections-given-up', 0.3, ({ retries }) => 1 + retries, 1.5],
  ])('%s', async (name, strength, of, factor) => {
    const before = await figuresOf(stable);
    const after = await figuresOf(flawed(name, strength));
    expect(sum(after.map(of)) / sum(before.map(of))).toBeGreaterThan(factor);
  });
});

describe('planted flaws break gates', () => {
  test.each<[FlawName, number, string]>([
    ['objects-lost', 1, 'exactness'],
    ['durable-later', 5000, 'exactness'],
    ['pushes-skipped', 1, 'exactness'],
  ])('%s', async (name, strength, gate) => {
    const [volume = fleetVolume(1, 0)] = calm;
    const { problems } = await runVolume(volume, flawed(name, strength), equipment, prices);
    expect(problems.map((problem) => problem.gate)).toContain(gate);
  });

  test('old-agents-refused: an old agent cannot push', async () => {
    const [old = fleetVolume(1, 0)] = volumesWhere(({ agentVersions }) => agentVersions.length === 1, 1);
    const side = flawed('old-agents-refused', 1);
    const { problems } = await runVolume(old, side, equipment, prices);
    expect(problems.map(({ gate }) => gate)).toEqual(['compatibility']);
    const [volume = fleetVolume(1, 0)] = calm;
    const mixed = await runMixed(volume, stable, side, equipment, prices);
    expect(mixed.map(({ gate }) => gate)).toEqual(['compatibility']);
  });

  test('own-manifest-form: alone it serves, after a rollback stable cannot read it', async () => {
    const [volume = fleetVolume(1, 0)] = calm;
    const side = flawed('own-manifest-form', 1);
    expect((await runVolume(volume, side, equipment, prices)).problems).toEqual([]);
    const mixed = await runMixed(volume, stable, side, equipment, prices);
    expect(mixed.length).toBeGreaterThan(0);
  });

  test('clock-in-packages: a second run differs', async () => {
    const [volume = fleetVolume(1, 0)] = calm;
    const side = flawed('clock-in-packages', 1);
    const [first, second] = [
      await runVolume(volume, side, equipment, prices),
      await runVolume(volume, side, equipment, prices),
    ];
    expect(first.problems).toEqual([]);
    expect(second.digest).not.toBe(first.digest);
  });

  test('none: a volume goes to the candidate and back, and everything restores', async () => {
    const other: Side = {
      label: 'chunks',
      strategy: resolveStrategy('fastcdc', { averageBytes: 4096, fingerprint: 'blake3' }),
      flaws: [],
    };
    for (const volume of calm) expect(await runMixed(volume, stable, other, equipment, prices)).toEqual([]);
  });
});
