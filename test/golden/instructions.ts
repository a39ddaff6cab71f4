/**
 * Exact counts that are frozen: a file of whole numbers under names, compared one by one. A change by a single instruction fails, since nothing here
 * is measured: the program itself changed. Where that was meant,
 *
 *     ACCEPT_GOLDEN=1 npx vitest run test/harness/exact
 *
 * writes the counts anew, and the difference is reviewed like code.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** By group and name; in a baseline, each name is a line. */
export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export const howToAccept = 'ACCEPT_GOLDEN=1 npx vitest run test/harness/exact';

/** Sentences on what differs between the baseline of that name and the counts: none when they are equal, and none when accepting. */
export function differencesFromGolden(name: string, counts: Counts): string[] {
  const place = new URL(name, import.meta.url);
  if (process.env['ACCEPT_GOLDEN'] === '1') writeFileSync(place, `${JSON.stringify(counts, null, 2)}\n`);
  return differences(JSON.parse(readFileSync(place, 'utf8')) as Counts, counts);
}

export function differences(baseline: Counts, counts: Counts): string[] {
  const groups = [...new Set([...Object.keys(baseline), ...Object.keys(counts)])];
  const found = groups.flatMap((group) => {
    const [old, now] = [baseline[group] ?? {}, counts[group] ?? {}];
    const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
    return names.flatMap((name) => difference(`${group}, ${name}`, old[name], now[name]));
  });
  return found.length === 0 ? [] : [...found, `if this is meant: ${howToAccept}`];
}

function difference(what: string, old: number | undefined, now: number | undefined): string[] {
  if (old === now) return [];
  if (old === undefined) return [`${what}: ${grouped(now)} instructions, not in the baseline`];
  if (now === undefined) return [`${what}: ${grouped(old)} instructions in the baseline, no longer counted`];
  const percent = ((now - old) / old) * 100;
  const sign = percent < 0 ? '' : '+';
  return [`${what}: ${grouped(old)} -> ${grouped(now)} instructions (${sign}${percent.toPrecision(3)} %)`];
}

function grouped(count = NaN): string {
  return count.toLocaleString('en');
}
