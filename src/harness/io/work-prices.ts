/** The prices of work that come with the program, workloads/work-prices.json: made by `bench prices --out`, read by `tune` and `canary`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { WorldError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { workPricesSchema, type WorkPrices } from '../tuning/work-prices.js';

export const shippedPricesPath = fileURLToPath(
  new URL('../../../workloads/work-prices.json', import.meta.url),
);

export interface ReadPrices {
  readonly prices: WorkPrices;
  /** Of the prices alone, in hexadecimal: what a search that went by them can be compared by. */
  readonly sha256: string;
}

/** Throws WorldError where the file cannot be read or has other prices than the model asks for. */
export function readWorkPrices(path: string = shippedPricesPath): ReadPrices {
  const text = orWorldError('read', path, () => readFileSync(path, 'utf8'));
  const read = workPricesSchema.safeParse(parsed(path, text));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new WorldError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'damaged'}`, {
      hint: `make it again: snapdelta bench prices --out ${path}`,
    });
  }
  const { prices } = read.data;
  return { prices, sha256: createHash('sha256').update(JSON.stringify(prices)).digest('hex') };
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WorldError(`${path} is not JSON`, { cause, hint: 'install snapdelta again' });
  }
}
