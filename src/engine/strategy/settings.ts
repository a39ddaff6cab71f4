/**
 * Settings: flat key=value pairs from the command line or a profile, resolved once into a Strategy with every choice made. The same
 * keys are written into packages.
 */
import { UsageError, present, unreachable } from '../../base/errors.js';
import { blockBytesMax, blockBytesMin } from '../../base/limits.js';
import { suggestion } from '../../base/suggest.js';
import { formatBytes, parseBytes } from '../../base/units.js';
import {
  contentChunkers,
  isContentChunkerName,
  type ChunkSizes,
  type ContentChunkerName,
} from '../chunk/content-chunkers.js';
import { chunkerNames } from '../chunk/spec.js';
import { recogniserNames } from '../detect/recognise/recognisers.js';
import { isRollingBlockSize } from '../detect/signature.js';
import { fingerprintNames } from '../fingerprint/fingerprint.js';
import { codecNames } from '../package/codecs.js';
import type { ParameterValue } from '../package/model.js';
import {
  blockBytesOf,
  effortNames,
  strategyNames,
  type CompressionSetting,
  type Strategy,
  type StrategyName,
  exchangeNames,
  isCutting,
  type ExchangeName,
} from './strategy.js';

export type Settings = Readonly<Record<string, ParameterValue>>;

/** What runs when nobody chose and the base's content is at hand: it finds what moved, and costs little where nothing did. */
export const defaultStrategyName = 'adaptive' satisfies StrategyName;

const KiB = 1024;
const commonKeys = ['fingerprint', 'subBlock', 'codec', 'level', 'deflate', 'decisions'] as const;
const adaptiveKeys = ['blockBytes', 'effort', 'recognisers'] as const;
const chunkKeys = ['minBytes', 'averageBytes', 'maxBytes'] as const satisfies (keyof ChunkSizes)[];

/** The keys that a strategy understands. */
export function settingKeys(name: StrategyName): readonly string[] {
  const own = isContentChunkerName(name) ? chunkKeys : name === 'adaptive' ? adaptiveKeys : ['blockBytes'];
  const exchange = chunkerNames.some((chunker) => chunker === name) ? ['exchange'] : [];
  return [...own, ...exchange, ...commonKeys];
}

/** Throws UsageError for an unknown strategy or key, and for a value that cannot be meant. */
export function resolveStrategy(name: string, settings: Settings = {}): Strategy {
  const known = strategyNames.find((candidate) => candidate === name);
  if (known === undefined) {
    throw new UsageError(`unknown strategy '${name}'`, { hint: suggestion(name, strategyNames) });
  }
  const keys = settingKeys(known);
  for (const key of Object.keys(settings)) {
    if (!keys.includes(key)) {
      throw new UsageError(`strategy ${known} has no setting '${key}'`, { hint: suggestion(key, keys) });
    }
  }
  const read = new SettingReader(settings);
  const common = {
    fingerprint: read.choice('fingerprint', fingerprintNames, 'xxh3-128'),
    subBlock: read.flag('subBlock', true),
    compression: compressionOf(read),
    decisions: read.flag('decisions', false),
  };
  if (isContentChunkerName(known)) {
    return { name: known, ...chunkSizes(known, read), exchange: exchangeOf(read), ...common };
  }
  switch (known) {
    case 'adaptive':
      return {
        name: known,
        blockBytes: read.powerOfTwo('blockBytes', 4 * KiB, 512, 64 * KiB),
        effort: read.choice('effort', effortNames, 'fast'),
        recognisers: read.someOf('recognisers', recogniserNames),
        ...common,
      };
    case 'compare':
      return { name: known, blockBytes: read.powerOfTwo('blockBytes', 4 * KiB, 512, 1024 * KiB), ...common };
    case 'fixed':
      return {
        name: known,
        blockBytes: read.powerOfTwo('blockBytes', 64 * KiB, 4 * KiB, 1024 * KiB),
        exchange: exchangeOf(read),
        ...common,
      };
    case 'rolling': {
      const blockBytes = read.bytes('blockBytes', 0, 0, 1024 * KiB);
      if (blockBytes !== 0 && (blockBytes < 512 || !isRollingBlockSize(blockBytes))) {
        throw new UsageError(
          `blockBytes: ${blockBytes} is not 0 (automatic) or a power of two from 512 B to 1 MiB`,
        );
      }
      return { name: known, blockBytes, ...common };
    }
    default:
      return unreachable(known);
  }
}

function exchangeOf(read: SettingReader): ExchangeName {
  return read.choice('exchange', exchangeNames, 'kept');
}

/** The settings that packages carry: all but how block ids came to be known, which changes no byte of a package. */
export function packageSettings(strategy: Strategy): Record<string, ParameterValue> {
  return Object.fromEntries(Object.entries(settingsOf(strategy)).filter(([key]) => key !== 'exchange'));
}

/** The flat settings that resolve to this strategy; the usual way of exchange goes without saying. */
export function settingsOf(strategy: Strategy): Record<string, ParameterValue> {
  const { fingerprint, subBlock, compression, decisions } = strategy;
  const exchange = isCutting(strategy) && strategy.exchange !== 'kept' ? { exchange: strategy.exchange } : {};
  const common = { ...exchange, fingerprint, subBlock, ...compression, decisions };
  if ('averageBytes' in strategy) {
    const { minBytes, averageBytes, maxBytes } = strategy;
    return { minBytes, averageBytes, maxBytes, ...common };
  }
  const { blockBytes } = strategy;
  return strategy.name === 'adaptive'
    ? { blockBytes, effort: strategy.effort, recognisers: listOf(strategy.recognisers), ...common }
    : { blockBytes, ...common };
}

/** As `someOf` reads it; the choice is spelled out, so that it means the same where there are more. */
function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(',');
}

/** One short line for tables and charts: `fastcdc 64 KiB + sub-block`, `adaptive fast 4 KiB`. */
export function describeStrategy(strategy: Strategy): string {
  const bytes = blockBytesOf(strategy);
  const size = bytes === 0 ? 'auto' : formatBytes(bytes);
  const effort = strategy.name === 'adaptive' ? ` ${strategy.effort}` : '';
  return `${strategy.name}${effort} ${size}${strategy.subBlock ? ' + sub-block' : ''}`;
}

function chunkSizes(name: ContentChunkerName, read: SettingReader): ChunkSizes {
  const { averageBytesMin, averageBytesMax } = contentChunkers[name];
  const averageBytes = read.powerOfTwo('averageBytes', 64 * KiB, averageBytesMin, averageBytesMax);
  const minBytes = read.bytes('minBytes', averageBytes / 4, blockBytesMin, averageBytes);
  const maxBytes = read.bytes('maxBytes', averageBytes * 4, averageBytes, blockBytesMax);
  return { minBytes, averageBytes, maxBytes };
}

function compressionOf(read: SettingReader): CompressionSetting {
  return {
    codec: read.choice('codec', ['auto', ...codecNames], 'auto'),
    level: read.isAuto('level') ? 'auto' : read.integer('level', 3, 1, 22),
    deflate: read.choice('deflate', ['portable', 'native'], 'native'),
  };
}

class SettingReader {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  choice<T extends string>(key: string, choices: readonly T[], otherwise: T): T {
    const value = this.#settings[key];
    if (value === undefined) return otherwise;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined) {
      throw new UsageError(`${key}: '${value}' is not one of ${choices.join(', ')}`, {
        hint: suggestion(String(value), choices),
      });
    }
    return choice;
  }

  /** `all` (the default), `none`, or names with commas between; in the order of `choices`. */
  someOf<T extends string>(key: string, choices: readonly T[]): readonly T[] {
    const value = String(this.#settings[key] ?? 'all');
    if (value === 'all') return choices;
    if (value === 'none') return [];
    const given = value.split(',');
    const unknown = given.find((name) => !choices.some((choice) => choice === name));
    if (unknown !== undefined) {
      throw new UsageError(`${key}: '${unknown}' is not all, none, or of ${choices.join(', ')}`, {
        hint: suggestion(unknown, ['all', 'none', ...choices]),
      });
    }
    return choices.filter((choice) => given.includes(choice));
  }

  isAuto(key: string): boolean {
    return this.#settings[key] === 'auto';
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.#settings[key];
    if (value === undefined) return otherwise;
    const flags: Readonly<Record<string, boolean>> = {
      true: true,
      on: true,
      yes: true,
      false: false,
      off: false,
      no: false,
    };
    const flag = flags[String(value)];
    if (flag === undefined) throw new UsageError(`${key}: '${value}' is not on or off`);
    return flag;
  }

  integer(key: string, otherwise: number, low: number, high: number): number {
    const value = Number(this.#settings[key] ?? otherwise);
    if (!Number.isInteger(value))
      throw new UsageError(`${key}: '${present(this.#settings[key], key)}' is not a whole number`);
    if (value < low || value > high) throw new UsageError(`${key}: ${value} is not from ${low} to ${high}`);
    return value;
  }

  bytes(key: string, otherwise: number, low: number, high: number): number {
    const given = this.#settings[key];
    const value = given === undefined ? otherwise : parseBytes(String(given), key);
    if (value < low || value > high) {
      throw new UsageError(
        `${key}: ${formatBytes(value)} is not from ${formatBytes(low)} to ${formatBytes(high)}`,
      );
    }
    return value;
  }

  powerOfTwo(key: string, otherwise: number, low: number, high: number): number {
    const value = this.bytes(key, otherwise, low, high);
    if (!Number.isInteger(Math.log2(value))) throw new UsageError(`${key}: ${value} is not a power of two`);
    return value;
  }
}
