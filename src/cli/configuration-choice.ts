/** A configuration as one text: `fastcdc`, `thin-link`, `./mine.yaml`, each with settings behind commas: `fixed,blockBytes=16KiB,level=9`. */
import { UsageError } from '../base/errors.js';
import { loadProfile } from '../engine/profile/read.js';
import { strategyNames, type Strategy } from '../engine/strategy/strategy.js';
import { chooseStrategy } from './strategy-choice.js';

/** `option` is for messages. Throws UsageError, WorldError. */
export function configurationOf(text: string, option: string): Strategy {
  const [name = '', ...pairs] = text.split(',').map((part) => part.trim());
  const settings = Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--${option}: expected key=value, not '${pair}'`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const isStrategy = strategyNames.some((known) => known === name);
  return chooseStrategy({
    profile: isStrategy ? undefined : loadProfile(name),
    strategy: isStrategy ? name : undefined,
    settings,
    manifest: undefined,
  });
}
