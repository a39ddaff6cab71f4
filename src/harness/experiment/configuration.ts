/**
 * A configuration: one fully resolved strategy under a short name, as rows of result files refer to it. The record says everything
 * that judging needs, so that verdicts can be drawn again from a result file alone.
 */
import { z } from 'zod';
import { formatBytes } from '../../base/units.js';
import { fingerprintNames, fingerprints } from '../../engine/fingerprint/fingerprint.js';
import { blockBytesOf, isCutting, strategyNames } from '../../engine/strategy/strategy.js';
import { settingsOf } from '../../engine/strategy/settings.js';
import type { Strategy } from '../../engine/strategy/strategy.js';

export const configurationSchema = z.strictObject({
  id: z.string().describe('what rows and verdicts refer to'),
  family: z.enum(strategyNames),
  subBlock: z.boolean(),
  fingerprint: z.enum(fingerprintNames),
  collisionResistantIds: z.boolean(),
  needsBaseContent: z
    .boolean()
    .describe('whether the diffing side must hold the bytes of the base, not only digests'),
  portableBytes: z
    .boolean()
    .describe('whether packages have the same bytes on every platform and Node version'),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  profiles: z.array(z.string()).describe('shipped profiles whose own strategy this is'),
});
export type ConfigurationRecord = z.infer<typeof configurationSchema>;

export interface Configuration {
  readonly id: string;
  readonly strategy: Strategy;
  readonly profiles: readonly string[];
}

/**
 * The short name: family, effort where it has one, block size, `+delta` for sub-block delta, then what departs from the usual: the fingerprint unless xxh3-128,
 * codec and level unless chosen automatically at `usualLevel`. Different strategies may share one: see uniqueConfigurations.
 */
export function configurationName(strategy: Strategy, usualLevel: number): string {
  const size = blockBytesOf(strategy);
  const { codec, level } = strategy.compression;
  const shown = codec === 'auto' || codec === 'stored' || codec === 'lz4' ? codec : `${codec}-${level}`;
  return [
    strategy.name === 'adaptive' ? `${strategy.name} ${strategy.effort}` : strategy.name,
    `${size === 0 ? 'auto' : formatBytes(size).replace(/ (?:([KM])i)?B$/, '$1')}${strategy.subBlock ? '+delta' : ''}`,
    strategy.fingerprint === 'xxh3-128' ? '' : strategy.fingerprint,
    isCutting(strategy) && strategy.exchange !== 'kept' ? strategy.exchange : '',
    codec === 'auto' && level === usualLevel ? '' : shown === 'auto' ? `level-${level}` : shown,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** Merges equal strategies (their profiles add up) and numbers those that share a name. Keeps the order of first mention. */
export function uniqueConfigurations(candidates: readonly Configuration[]): Configuration[] {
  const byStrategy = new Map<string, Configuration>();
  for (const candidate of candidates) {
    const key = canonicalJson(candidate.strategy);
    const known = byStrategy.get(key);
    byStrategy.set(key, {
      ...(known ?? candidate),
      profiles: [...(known?.profiles ?? []), ...candidate.profiles],
    });
  }
  const used = new Map<string, number>();
  return [...byStrategy.values()].map((configuration) => {
    const count = (used.get(configuration.id) ?? 0) + 1;
    used.set(configuration.id, count);
    return count === 1 ? configuration : { ...configuration, id: `${configuration.id} #${count}` };
  });
}

export function configurationRecord({ id, strategy, profiles }: Configuration): ConfigurationRecord {
  const { name, subBlock, fingerprint, compression } = strategy;
  return {
    id,
    family: name,
    subBlock,
    fingerprint,
    collisionResistantIds: fingerprints[fingerprint].collisionResistant,
    needsBaseContent: name === 'adaptive' || name === 'compare' || subBlock,
    portableBytes:
      compression.deflate === 'portable' || (compression.codec !== 'auto' && compression.codec !== 'deflate'),
    // The others stand in fields of their own.
    parameters: Object.fromEntries(
      Object.entries(settingsOf(strategy)).filter(([key]) => key !== 'fingerprint' && key !== 'subBlock'),
    ),
    profiles: [...profiles],
  };
}

function canonicalJson(value: object): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
