/**
 * Which features a seed has: each is there or not by a coin of its own, and all that is drawn later asks this list first.
 *
 * Law: a feature that is off leaves no trace in the scenario. Chances are given in percent.
 */
import type { Random } from '../../base/prng.js';

/** How many seeds in a hundred have it. */
export const featureChances = {
  // Of the topology and the configuration: most worlds are one agent and one server.
  servers: 8,
  'many-agents': 10,
  // Both, and one volume for all.
  federation: 4,
  'shared-volume': 80,
  'other-stores': 30,
  'old-sides': 14,
  merging: 65,
  'small-cache': 30,
  'small-buffers': 4,
  // Of the workload.
  'many-pushes': 4,
  'common-past': 60,
  reverts: 25,
  impatience: 25,
  pulls: 14,
  bases: 40,
  lists: 8,
  collections: 36,
  retention: 25,
  revisits: 5,
  expiry: 15,
  scrubs: 10,
  restarts: 15,
  upgrades: 12,
  configurations: 20,
  // Of the network.
  frames: 25,
  distance: 60,
  'narrow-links': 16,
  loss: 20,
  bursts: 12,
  corruption: 15,
  duplication: 10,
  reordering: 15,
  resets: 16,
  partitions: 20,
  // Of machines.
  crashes: 20,
  'power-cuts': 20,
  'crashes-at-waits': 28,
  pauses: 12,
  'slow-cores': 15,
  clocks: 25,
  // Of disks.
  'slow-memory': 6,
  'read-errors': 12,
  'write-errors': 15,
  'sync-errors': 15,
  'full-disks': 12,
  'slow-disks': 15,
  rot: 8,
  misdirection: 8,
} as const;

export type Feature = keyof typeof featureChances;

export type Features = ReadonlySet<Feature>;

export function drawFeatures(random: Random): Features {
  const names = Object.keys(featureChances).filter(
    (name): name is Feature => random.fork(name).float() * 100 < featureChances[name as Feature],
  );
  return new Set(names);
}
