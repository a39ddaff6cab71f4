/**
 * The level of compression where settings leave it open (`level: auto`): the fewer literals a target will have, the more time each of their bytes may take, so that
 * the whole run costs no more than a matching tool that passes all of the target through its search (docs/effort.md has the measurements).
 *
 * Law: decided once, between detection and encoding, from the effort, the extents and the target's size alone: not by workers, clock or machine. The
 * package's header says which level was used.
 */
import { extentKind, type ExtentColumns } from '../detect/extents.js';
import type { CompressionChoice } from '../package/codecs.js';
import type { Strategy } from './strategy.js';

/** Where time counts: level 9 takes four times as long for 5 % fewer bytes. */
const levelFast = 3;
const levelMost = 19;
/** The last level before binary trees: they cost three to five times as much for at most 4 %. */
const levelLeast = 12;

/**
 * The highest level that fits, by literals in thousandths of the target. A matching tool spends some 36 ms on a MiB of target; a MiB of literals beside its context takes
 * 0.8 s at level 16 and 1.7 s at level 19. Levels 13 to 15 cost nearly what level 16 does, for less than half of its gain.
 */
const steps = [
  { literalsPerMilleMax: 20, level: levelMost },
  { literalsPerMilleMax: 45, level: 16 },
] as const;

/** Of data with base bytes opposite, one part in so many remained literal: 9 % on pages of a database, 18 % on a release of sources. */
const opposedPerLiteral = 10;

/** The strategy's compression, with its level decided for this target. */
export function decidedCompression(
  strategy: Strategy,
  found: NewData,
  targetBytes: number,
): CompressionChoice {
  const { level, ...rest } = strategy.compression;
  return { ...rest, level: level === 'auto' ? decidedLevel(strategy, found, targetBytes) : level };
}

/** Strategies without efforts go by the amount alone. */
function decidedLevel(strategy: Strategy, found: NewData, targetBytes: number): number {
  const effort = strategy.name === 'adaptive' ? strategy.effort : 'thorough';
  if (effort === 'fast') return levelFast;
  if (effort === 'maximum') return levelMost;
  const { opposedBytes, unopposedBytes } = found;
  const literalBytes = unopposedBytes + opposedBytes / (strategy.subBlock ? opposedPerLiteral : 1);
  const fitting = steps.find(
    ({ literalsPerMilleMax }) => literalBytes * 1000 <= targetBytes * literalsPerMilleMax,
  );
  return fitting?.level ?? levelLeast;
}

export interface NewData {
  /** Bytes of extents of new data that have base bytes to be encoded against, and of those that have none. */
  readonly opposedBytes: number;
  readonly unopposedBytes: number;
}

export function newData({ kinds, lengths, references }: ExtentColumns): NewData {
  let opposedBytes = 0;
  let unopposedBytes = 0;
  for (let i = 0; i < kinds.length; i++) {
    if (kinds[i] !== extentKind.data) continue;
    const length = lengths[i] ?? 0;
    if ((references[i] ?? -1) >= 0) opposedBytes += length;
    else unopposedBytes += length;
  }
  return { opposedBytes, unopposedBytes };
}
