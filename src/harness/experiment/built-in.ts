/**
 * The built-in configurations of the laboratory: every strategy, each with and without sub-block delta, at the sizes that people ask
 * about, and the likeliest of them again with ids that resist planted collisions. Compression is chosen per stream, but for `adaptive` with
 * the encoder whose bytes are the same everywhere, so that every profile may use them.
 */
import type { Profile } from '../../engine/profile/profile.js';
import { resolveStrategy } from '../../engine/strategy/settings.js';
import type { Settings } from '../../engine/strategy/settings.js';
import type { Strategy, StrategyName } from '../../engine/strategy/strategy.js';
import { configurationName, uniqueConfigurations } from './configuration.js';
import type { Configuration } from './configuration.js';

const KiB = 1024;

/** zstd's own default; names of configurations mention other levels only. */
const usualLevel = 3;
const common: Settings = { codec: 'auto', level: usualLevel, deflate: 'portable', decisions: false };

interface Shape {
  readonly name: StrategyName;
  readonly settings: Settings;
  /** Whether it also runs when there is little time. */
  readonly quick: boolean;
}

/** Each runs with and without sub-block delta. */
const shapes: readonly Shape[] = [
  // As live-replication runs it, so that it is measured once; the profiles that want portable bytes bring their own.
  { name: 'adaptive', settings: { effort: 'fast', deflate: 'native' }, quick: true },
  { name: 'compare', settings: { blockBytes: 4 * KiB }, quick: true },
  { name: 'fixed', settings: { blockBytes: 64 * KiB }, quick: true },
  { name: 'fastcdc', settings: { averageBytes: 16 * KiB }, quick: false },
  { name: 'fastcdc', settings: { averageBytes: 64 * KiB }, quick: true },
  { name: 'strided', settings: { averageBytes: 16 * KiB }, quick: false },
  { name: 'strided', settings: { averageBytes: 64 * KiB }, quick: true },
  { name: 'rolling', settings: { blockBytes: 0 }, quick: true },
];

const collisionResistant: readonly Shape[] = [
  { name: 'fixed', settings: { blockBytes: 64 * KiB, subBlock: true }, quick: true },
  { name: 'strided', settings: { averageBytes: 16 * KiB, subBlock: true }, quick: false },
];

/** The built-in configurations (when `quick`, every strategy still, at one size) followed by each profile's own, without repetitions. */
export function laboratoryConfigurations(profiles: readonly Profile[], quick: boolean): Configuration[] {
  const wanted = (shape: Shape): boolean => shape.quick || !quick;
  const builtIn = [
    ...shapes
      .filter(wanted)
      .flatMap(({ name, settings }) =>
        [false, true].map((subBlock) => ({ name, settings: { ...settings, subBlock } })),
      ),
    ...collisionResistant
      .filter(wanted)
      .map(({ name, settings }) => ({ name, settings: { ...settings, fingerprint: 'blake3' } })),
  ].map(({ name, settings }) => configuration(resolveStrategy(name, { ...common, ...settings }), []));
  const own = profiles.map(({ name, strategy }) => configuration(strategy, [name]));
  return uniqueConfigurations([...builtIn, ...own]);
}

/** A strategy under its short name. */
export function describeConfiguration(strategy: Strategy): Configuration {
  return configuration(strategy, []);
}

function configuration(strategy: Strategy, profiles: readonly string[]): Configuration {
  return { id: configurationName(strategy, usualLevel), strategy, profiles };
}
