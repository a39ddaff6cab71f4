/** Disks and clocks of machines. Disks that change what was synced are drawn for one server at most, since nothing that it promised is then worth watching. */
import type { Random } from '../../base/prng.js';
import type { DiskOptions } from '../disk/device.js';
import type { ClockOptions } from '../process/wall-clock.js';
import type { Features } from './features.js';

export function drawDisk(random: Random, features: Features, mayLie: boolean): Partial<DiskOptions> {
  const chance = (feature: 'read-errors' | 'write-errors' | 'sync-errors'): number =>
    features.has(feature) && random.fork(feature).below(2) === 0 ? random.fork(feature).float() * 0.03 : 0;
  const [readError, writeError, syncError] = [
    chance('read-errors'),
    chance('write-errors'),
    chance('sync-errors'),
  ];
  const lies = random.fork('lies');
  return {
    ...(features.has('slow-memory') ? { cacheMs: 0.05 } : {}),
    ...(readError > 0 ? { readError } : {}),
    ...(writeError > 0 ? { writeError } : {}),
    ...(syncError > 0 ? { syncError } : {}),
    ...(mayLie && features.has('misdirection') ? { misdirected: lies.float() * 0.05 } : {}),
    ...(mayLie && features.has('rot') ? { bitRot: lies.float() * 0.05 } : {}),
  };
}

/** Most clocks are within a minute; some are further off than anybody accepts (versions/limits.ts), until they are put right. */
export function drawClock(random: Random, features: Features): ClockOptions {
  if (!features.has('clocks')) return { skewMs: 0, driftPpm: 0 };
  const skewMs = random.between(-60_000, 60_000) * (random.below(8) === 0 ? 10 : 1);
  return { skewMs, driftPpm: random.between(-200, 200) };
}
