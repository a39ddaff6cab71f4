/**
 * Which features a seed has: each is there or not by a coin of its own, and all that is drawn later asks this list first.
 *
 * Law: a feature that is off leaves no trace in the scenario. Chances are given in percent.
 */
import type { Random } from '../../base/prng.js';

/** How many seeds in a hundred have it. */
export const featureChances = {
  // Of the topology and the configuration.
  servers: 40,
  'many-agents': 40,
  'shared-volume': 50,
  'other-stores': 30,
  'old-sides': 20,
  merging: 50,
  'small-cache': 30,
  'small-buffers': 25,
  // Of the workload.
  'many-pushes': 25,
  'common-past': 60,
  reverts: 25,
  impatience: 20,
  pulls: 50,
  bases: 40,
  lists: 20,
  collections: 50,
  retention: 30,
  expiry: 20,
  scrubs: 20,
  restarts: 25,
  upgrades: 20,
  configurations: 20,
  // Of the network.
  frames: 25,
  distance: 60,
  'narrow-links': 25,
  loss: 30,
  bursts: 15,
  corruption: 20,
  duplication: 20,
  reordering: 20,
  resets: 25,
  partitions: 25,
  // Of machines.
  crashes: 40,
  'power-cuts': 40,
  'crashes-at-waits': 35,
  pauses: 20,
  'slow-cores': 15,
  clocks: 25,
  // Of disks.
  'read-errors': 12,
  'write-errors': 15,
  'sync-errors': 15,
  'full-disks': 12,
  'slow-disks': 15,
  rot: 6,
  misdirection: 6,
} as const;

export type Feature = keyof typeof featureChances;

export type Features = ReadonlySet<Feature>;

export function drawFeatures(random: Random): Features {
  const names = Object.keys(featureChances).filter(
    (name): name is Feature => random.fork(name).float() * 100 < featureChances[name as Feature],
  );
  return new Set(names);
}
