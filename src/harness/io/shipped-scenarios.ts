/** The scenarios that come with the program, by name: workloads/scenarios. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';

const folder = new URL('../../../workloads/scenarios/', import.meta.url);

/** Sorted. */
export function shippedScenarioNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/** The file of a shipped scenario by its name, or the path itself (anything with a slash or an ending of .yaml, .yml or .json). Throws UsageError for an unknown name. */
export function scenarioPath(nameOrPath: string): string {
  if (/[/\\]|\.(ya?ml|json)$/.test(nameOrPath)) return nameOrPath;
  const known = shippedScenarioNames();
  if (known.includes(nameOrPath)) return fileURLToPath(new URL(`${nameOrPath}.yaml`, folder));
  throw new UsageError(`unknown scenario '${nameOrPath}'`, {
    hint: `${suggestion(nameOrPath, known).replace(/[^?]$/, '$&.')} A file of your own is given by a path that ends in .yaml or .json`,
  });
}
