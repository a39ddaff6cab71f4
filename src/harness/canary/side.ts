/**
 * One side of a rollout as plain data: the configuration that a volume runs with, and, where a trial of the judge plants them, its flaws.
 *
 * A flaw is something that a release could do wrong and a configuration cannot say: the fleet acts it out (flaws.ts, side-coder.ts). What ships has none.
 */
import type { Capability } from '../../replication/protocol/messages.js';
import type { RepositoryConfig } from '../../replication/repository/repository.js';
import { isCutting, type Strategy } from '../../engine/strategy/strategy.js';

export const flawNames = [
  /** Segments below `strength` bytes are not compressed. */
  'small-segments-stored',
  /** A share of the segments is encoded without its base. */
  'base-forgotten',
  /** Encoding takes so much more CPU, as a share. */
  'more-work',
  /** So much more memory is held while a segment is encoded, as a share. */
  'more-memory',
  /** Every push is acknowledged later, by a share of its duration. */
  'slow-acknowledgement',
  /** One push in twenty takes `1 + strength` times as long. */
  'slow-tail',
  /** A share of the segments ends its connection. */
  'connections-given-up',
  /** A share of the servers' objects is acknowledged and not kept. */
  'objects-lost',
  /** Objects are acknowledged `strength` milliseconds before they are durable. */
  'durable-later',
  /** A share of the pushes is acknowledged and not sent. */
  'pushes-skipped',
  /** Agents that speak protocol version 1 alone are sent away. */
  'old-agents-refused',
  /** Manifests are kept in a form of its own, which the stable side cannot read. */
  'own-manifest-form',
  /** Packages carry a number that differs from run to run. */
  'clock-in-packages',
] as const;
export type FlawName = (typeof flawNames)[number];

export interface Flaw {
  readonly name: FlawName;
  readonly strength: number;
}

export interface Side {
  readonly label: string;
  readonly strategy: Strategy;
  readonly flaws: readonly Flaw[];
}

/** Of a flaw that the side has; 0 for one that it has not. */
export function strengthOf({ flaws }: Pick<Side, 'flaws'>, name: FlawName): number {
  return flaws.find((flaw) => flaw.name === name)?.strength ?? 0;
}

/** Blocks of a repository whose strategy cuts none; what the strategy compares is no smaller. */
const blockBytesMin = 4096;

/** How a new repository is kept under a strategy: cut as it cuts, hashed as it hashes, compressed as it compresses. */
export function repositoryOf({ strategy }: Pick<Side, 'strategy'>): RepositoryConfig {
  const { fingerprint, compression } = strategy;
  const codec = compression.codec === 'auto' ? 'zstd' : compression.codec;
  const most = codec === 'zstd' ? 19 : codec === 'deflate' ? 9 : 1;
  const level = Math.min(most, compression.level === 'auto' ? 3 : compression.level);
  return { fingerprint, chunker: chunkerOf(strategy), codec, level };
}

function chunkerOf(strategy: Strategy): RepositoryConfig['chunker'] {
  if (!isCutting(strategy))
    return { name: 'fixed', blockBytes: Math.max(blockBytesMin, strategy.blockBytes) };
  if (strategy.name === 'fixed') return { name: 'fixed', blockBytes: strategy.blockBytes };
  const { name, minBytes, averageBytes, maxBytes } = strategy;
  return { name, minBytes, averageBytes, maxBytes };
}

const always: readonly Capability[] = ['select', 'manifest-delta', 'resume', 'credit', 'progressive'];

/** What a side agrees to: deltas of segments only where the strategy encodes against the base. */
export function capabilitiesOf({ strategy }: Pick<Side, 'strategy'>): readonly Capability[] {
  return strategy.subBlock ? [...always, 'delta'] : always;
}
