/**
 * Reads profiles: shipped ones by name, others by path. Whatever is wrong is one UsageError that names file, line, column and key.
 */
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { resolveStrategy } from '../strategy/settings.js';
import type { Strategy } from '../strategy/strategy.js';
import { ConfigurationDocument } from './document.js';
import { readProfileFile, readShippedProfile, shippedProfileNames } from './files.js';
import { objectiveMetrics } from './profile.js';
import type { Profile, ProfileLimits } from './profile.js';
import { violations } from './requirements.js';
import { profileSchema } from './schema.js';

export { shippedProfileNames } from './files.js';

/**
 * A shipped profile by name, or a profile file by path (anything with a slash or a .yaml or .yml ending). Throws UsageError for an
 * unknown name or a bad document, WorldError for a file that cannot be read.
 */
export function loadProfile(nameOrPath: string): Profile {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath)) return parseProfile(readProfileFile(nameOrPath), nameOrPath);
  const known = shippedProfileNames();
  if (!known.includes(nameOrPath)) {
    throw new UsageError(`unknown profile '${nameOrPath}'`, {
      hint: `${suggestion(nameOrPath, known).replace(/[^?]$/, '$&.')} A file of your own is given by a path that ends in .yaml`,
    });
  }
  return parseProfile(readShippedProfile(nameOrPath), `${nameOrPath}.yaml`);
}

/** A profile from YAML text; `fileName` is for messages. */
export function parseProfile(text: string, fileName: string): Profile {
  const document = new ConfigurationDocument(text, fileName);
  const {
    name,
    summary,
    strategy: settings,
    objectives,
    link,
    limits,
    features,
  } = document.read(profileSchema);
  const strategy = locatedStrategy(document, settings);
  const bounds = withoutUnlimited(limits);
  const [violation] = violations(strategy, { features, limits: bounds });
  if (violation !== undefined) throw document.errorAt(['strategy', violation.key], violation.problem);
  return {
    name,
    summary,
    strategy,
    objectives: objectiveMetrics
      .map((metric) => ({ metric, weight: objectives[metric] }))
      .filter(({ weight }) => weight > 0),
    link,
    limits: bounds,
    features,
  };
}

/** Resolves the strategy block; the registry's complaint is put at the key that it names. */
function locatedStrategy(
  document: ConfigurationDocument,
  settings: { readonly name: string; readonly [key: string]: string | number | boolean },
): Strategy {
  const { name, ...parameters } = settings;
  try {
    return resolveStrategy(name, parameters);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    // The registry names the key first: "blockBytes: 3 KiB is not ..." or "strategy fixed has no setting 'blokBytes'".
    const unknown = / has no setting '(\w+)'$/.exec(error.message)?.[1];
    if (unknown !== undefined) throw document.errorAtKey(['strategy'], unknown, 'unknown key', error.hint);
    const [, key = 'name', problem = error.message] = /^(\w+): (.*)$/.exec(error.message) ?? [];
    throw document.errorAt(['strategy', key], problem, error.hint);
  }
}

function withoutUnlimited(limits: {
  readonly [Key in keyof ProfileLimits]: number | undefined;
}): ProfileLimits {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}
