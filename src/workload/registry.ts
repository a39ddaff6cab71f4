/** The synthetic workloads by the name that workload files and commands use. */
import { UsageError } from '../base/errors.js';
import { suggestion } from '../base/suggest.js';
import { appendLog } from './generator/append-log.js';
import { databasePages } from './generator/database-pages.js';
import { everythingChanged } from './generator/everything-changed.js';
import { incompressible } from './generator/incompressible.js';
import { insertShift } from './generator/insert-shift.js';
import { mailbox } from './generator/mailbox.js';
import { randomOverwrite } from './generator/random-overwrite.js';
import { sourceTree } from './generator/source-tree.js';
import { sparse } from './generator/sparse.js';
import { unchanged } from './generator/unchanged.js';
import { vmImage } from './generator/vm-image.js';
import type { Workload } from './workload.js';

/** In the order of listings: from what changes least predictably to the two extremes. */
export const generators: readonly Workload[] = [
  databasePages,
  vmImage,
  insertShift,
  randomOverwrite,
  appendLog,
  sourceTree,
  mailbox,
  incompressible,
  sparse,
  unchanged,
  everythingChanged,
];

/** The generator of that name. Throws UsageError with a suggestion when there is none. */
export function generatorNamed(name: string): Workload {
  const found = generators.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`unknown workload generator '${name}'`, {
    hint: suggestion(
      name,
      generators.map((workload) => workload.name),
    ),
  });
}
