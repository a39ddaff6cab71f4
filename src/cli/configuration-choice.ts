/** A configuration as one text: `fastcdc`, `thin-link`, `./mine.yaml`, each with settings behind commas: `fixed,blockBytes=16KiB,level=9`. */
import { resolve } from 'node:path';
import { UsageError } from '../base/errors.js';
import { loadProfile } from '../engine/profile/read.js';
import { strategyNames, type Strategy } from '../engine/strategy/strategy.js';
import { chooseStrategy } from './strategy-choice.js';

/** `option` is for messages. Throws UsageError, WorldError. */
export function configurationOf(text: string, option: string): Strategy {
  const { name, pairs } = partsOf(text, option);
  const isStrategy = isStrategyName(name);
  return chooseStrategy({
    profile: isStrategy ? undefined : loadProfile(name),
    strategy: isStrategy ? name : undefined,
    settings: Object.fromEntries(pairs),
    manifest: undefined,
  });
}

/** The same as options of a diff, for any version of the program: what is not said is that version's own. Throws UsageError, WorldError. */
export function diffOptionsOf(text: string, option: string): { options: string[]; isSigned: boolean } {
  const { name, pairs } = partsOf(text, option);
  const settings = pairs.flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  if (isStrategyName(name)) return { options: ['--strategy', name, ...settings], isSigned: false };
  const profile = loadProfile(name);
  const given = profile.name === name ? name : resolve(name);
  return {
    options: ['--profile', given, ...settings],
    isSigned: profile.features.signatures === 'required',
  };
}

function isStrategyName(name: string): boolean {
  return strategyNames.some((known) => known === name);
}

function partsOf(text: string, option: string): { name: string; pairs: (readonly [string, string])[] } {
  const [name = '', ...rest] = text.split(',').map((part) => part.trim());
  const pairs = rest.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`--${option}: expected key=value, not '${pair}'`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  return { name, pairs };
}
