/**
 * Which strategy a diff runs: the profile's, with --strategy and --set laid over it, or the default for what the base is. What the
 * profile demands holds for the result.
 */
import { UsageError } from '../base/errors.js';
import type { Manifest } from '../engine/fingerprint/manifest.js';
import type { Profile } from '../engine/profile/profile.js';
import { violations } from '../engine/profile/requirements.js';
import { cuttingSettings } from '../engine/strategy/blocks-detector.js';
import {
  defaultStrategyName,
  resolveStrategy,
  settingKeys,
  settingsOf,
} from '../engine/strategy/settings.js';
import type { Settings } from '../engine/strategy/settings.js';
import { strategyNames } from '../engine/strategy/strategy.js';
import type { Strategy } from '../engine/strategy/strategy.js';

export interface StrategyRequest {
  readonly profile: Profile | undefined;
  readonly strategy: string | undefined;
  readonly settings: Settings;
  /** The base, where it is known by its manifest alone. */
  readonly manifest: Manifest | undefined;
}

/** Throws UsageError. */
export function chooseStrategy(request: StrategyRequest): Strategy {
  const { profile, settings } = request;
  const start = startingPoint(request);
  const strategy = resolveStrategy(start.name, { ...start.settings, ...settings });
  const [violation] = profile === undefined ? [] : violations(strategy, profile);
  if (violation !== undefined) {
    throw new UsageError(`profile ${profile?.name ?? ''}: ${violation.key}: ${violation.problem}`);
  }
  return strategy;
}

function startingPoint({ profile, strategy, manifest }: StrategyRequest): {
  name: string;
  settings: Settings;
} {
  if (profile !== undefined) {
    const name = strategy ?? profile.strategy.name;
    const known = strategyNames.find((candidate) => candidate === name);
    // Another strategy keeps what it shares with the profile's own: fingerprint, compression ...
    const keys = known === undefined ? [] : settingKeys(known);
    const kept = Object.entries(settingsOf(profile.strategy)).filter(([key]) => keys.includes(key));
    return { name, settings: Object.fromEntries(kept) };
  }
  if (manifest !== undefined) {
    const { name, settings: sizes } = cuttingSettings(manifest.chunker);
    const shared = { fingerprint: manifest.fingerprint, subBlock: false };
    // Blocks can only be compared with blocks that were cut alike.
    return strategy === undefined || strategy === name
      ? { name, settings: { ...sizes, ...shared } }
      : { name: strategy, settings: shared };
  }
  return { name: strategy ?? defaultStrategyName, settings: {} };
}
