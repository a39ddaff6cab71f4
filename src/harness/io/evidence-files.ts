/** What the evidence of shipped profiles is made from and where it lies: reports/PROFILE/, workloads/kept.json, workloads/evidence.yaml. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { WorldError } from '../../base/errors.js';
import { readShippedProfile } from '../../engine/profile/files.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { evidenceSchema, type Evidence } from '../report/evidence-results.js';
import type { Kept } from '../tuning/support.js';

const root = new URL('../../../', import.meta.url);
export const evidenceWorkloads = fileURLToPath(new URL('workloads/evidence.yaml', root));

const keptSchema = z.record(
  z.string(),
  z.strictObject({ scoreMin: z.number().positive(), because: z.string().min(1) }),
);

/** Throws WorldError where the file is missing or is none. */
export function readEvidence(folder: string): Evidence {
  return read(join(folder, 'evidence.json'), evidenceSchema);
}

/** By profile, why it stays though something is better. */
export function readKept(): Readonly<Record<string, Kept>> {
  return read(fileURLToPath(new URL('workloads/kept.json', root)), keptSchema);
}

/** Names of what evidence follows from: the profile's file, the workloads' definitions. */
export function evidenceSources(profile: string): { readonly profile: string; readonly workloads: string } {
  const workloads = orWorldError('read', evidenceWorkloads, () => readFileSync(evidenceWorkloads));
  return { profile: sha256(readShippedProfile(profile)), workloads: sha256(workloads) };
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function read<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  const text = orWorldError('read', path, () => readFileSync(path, 'utf8'));
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new WorldError(`${path} is damaged`, { cause, hint: 'make it again: snapdelta tune --shipped' });
  }
}
