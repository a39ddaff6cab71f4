/** What the tests of links share: the calibration that ships, one engine for all worlds, images. */
import { readFileSync } from 'node:fs';
import { Random } from '../../../src/base/prng.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { wireOf, type LinkKind } from '../../../src/harness/links/link-kinds.js';
import { LinkWorld, type LinkWorldOptions } from '../../../src/harness/links/link-world.js';
import { bulkTransfer, type BulkTransfer } from '../../../src/simulator/network/bulk.js';
import { newEquipment } from '../../../src/simulator/run/equipment.js';
import { readCalibration } from '../../../src/simulator/process/calibration.js';

const file = new URL('../../../workloads/calibration.json', import.meta.url);
export const calibration = readCalibration(JSON.parse(readFileSync(file, 'utf8')));
export const equipment = newEquipment();

export async function newLinkWorld(
  seed: number,
  link: LinkKind,
  options: LinkWorldOptions = {},
): Promise<LinkWorld> {
  const world = new LinkWorld(seed, link, calibration, equipment, options);
  await world.start();
  return world;
}

/** So many bytes over a connection that is open already. */
export function bulkOver(link: LinkKind, bytes: number, seed: number): Promise<BulkTransfer> {
  const wire = wireOf(link);
  return bulkTransfer(bytes, { forward: wire, back: wire }, seed);
}

/** What nothing compresses. */
export function noise(bytes: number, seed: number): Uint8Array {
  const all = new Uint8Array(bytes);
  new Random(seed).fill(all);
  return all;
}

export function imageOf(bytes: Uint8Array): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes }]);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
