/**
 * Workload files: YAML lists of named workloads, each with where its snapshots come from. The built-in set lies in
 * workloads/lab.yaml; paths in a file are relative to it.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UsageError } from '../../base/errors.js';
import { suggestion } from '../../base/suggest.js';
import { parseBytes } from '../../base/units.js';
import { ConfigurationDocument } from '../../engine/profile/document.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { generators } from '../../workload/registry.js';
import { traceFormatNames } from '../../workload/trace/names.js';
import { workloadBytesMin } from '../../workload/workload.js';

/** The definitions that come with the program. */
export const builtInWorkloads = fileURLToPath(new URL('../../../workloads/lab.yaml', import.meta.url));

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and hyphens');
const summary = z.string().min(1, 'expected a sentence');
const seed = z.int();
const snapshots = z.int().min(1, 'expected at least 1');
const share = z.number().min(0, 'expected 0 to 1').max(1, 'expected 0 to 1');

const bytes = z.string('expected a size with a unit, such as 8MiB').transform((text, context): number => {
  try {
    const value = parseBytes(text, 'bytes');
    if (value >= workloadBytesMin) return value;
    context.addIssue({ code: 'custom', message: `expected at least ${workloadBytesMin / 1024}KiB` });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.addIssue({ code: 'custom', message: error.message.replace('bytes: ', '') });
  }
  return z.NEVER;
});

const generated = z.strictObject({
  from: z.literal('generator'),
  name,
  generator: z.enum(generators.map((workload) => workload.name)),
  bytes,
  seed,
  snapshots,
});

const traced = z.strictObject({
  from: z.literal('trace'),
  name,
  summary,
  file: z.string(),
  format: z.enum(traceFormatNames).optional(),
  volume: z.string().min(1, 'expected a name').optional(),
  bytes,
  seed,
  snapshots,
  cutWrites: z.int().positive('expected at least 1').optional(),
  cutSeconds: z.number().positive('expected more than 0').optional(),
  compressibility: share,
  changedShare: share.gt(0, 'expected more than 0').optional(),
});

const excerpt = z.strictObject({
  from: z.literal('excerpt'),
  name,
  summary,
  file: z.string(),
  parts: z.int().min(1, 'expected at least 1'),
});

const series = z.strictObject({ from: z.literal('series'), name, summary, folder: z.string() });

const packages = z.strictObject({
  from: z.literal('packages'),
  name,
  summary,
  packages: z.array(z.string()).min(1, 'expected at least one package'),
});

const definition = z.discriminatedUnion('from', [generated, traced, excerpt, series, packages], {
  error: "expected 'from' to be generator, trace, excerpt, series or packages",
});

const schema = z.strictObject({ workloads: z.array(definition).min(1, 'expected at least one workload') });

export type WorkloadDefinition = z.output<typeof definition>;

/** The definitions of a file, their paths made absolute. Throws UsageError with line and column, WorldError when it cannot be read. */
export function readWorkloadDefinitions(file: string): WorkloadDefinition[] {
  const document = new ConfigurationDocument(
    orWorldError('read', file, () => readFileSync(file, 'utf8')),
    file,
  );
  const { workloads } = document.read(schema);
  const seen = new Set<string>();
  workloads.forEach((workload, index) => {
    const path = ['workloads', index];
    if (seen.has(workload.name))
      throw document.errorAt([...path, 'name'], `'${workload.name}' is there twice`);
    seen.add(workload.name);
    if (
      workload.from === 'trace' &&
      (workload.cutWrites === undefined) === (workload.cutSeconds === undefined)
    ) {
      throw document.errorAt(path, 'expected one of cutWrites and cutSeconds');
    }
  });
  return workloads.map((workload) => withAbsolutePaths(workload, dirname(file)));
}

function withAbsolutePaths(workload: WorkloadDefinition, folder: string): WorkloadDefinition {
  if ('file' in workload) return { ...workload, file: resolve(folder, workload.file) };
  if ('folder' in workload) return { ...workload, folder: resolve(folder, workload.folder) };
  return workload;
}

/** The definition of that name. Throws UsageError with a suggestion when there is none. */
export function definitionNamed(
  definitions: readonly WorkloadDefinition[],
  wanted: string,
): WorkloadDefinition {
  const found = definitions.find((workload) => workload.name === wanted);
  if (found !== undefined) return found;
  const known = definitions.map((workload) => workload.name);
  throw new UsageError(`unknown workload '${wanted}'`, { hint: suggestion(wanted, known) });
}
