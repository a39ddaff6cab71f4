/**
 * Which versions of a volume to keep: a pure function of the set and the policy, so every server that holds the same versions decides alike. The rules by time are
 * restic's (`forget --keep-last 3 --keep-daily 7 ...`): for each of the last n hours, days, weeks (from Monday), months and years that have a version, by UTC
 * and the version's own hybrid time, the last version of it.
 *
 * Law: whatever the policy says, a version that nobody has superseded stays, and so do the nearest common ancestors of concurrent heads, without which
 * they could not be merged block by block.
 */
import { UsageError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import { commonAncestors, headsOf, maximal, versionSet } from '../versions/history.js';
import { compareLateness, type Dot, type Version } from '../versions/version.js';

/** How many of each to keep; what is not given keeps none, Infinity all. */
export interface RetentionPolicy {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
}

export type RetentionReason = keyof RetentionPolicy | 'head' | 'ancestor';

export interface Retention {
  /** Ascending by dot, each with all that speaks for it. */
  readonly keep: readonly { readonly version: Version; readonly reasons: readonly RetentionReason[] }[];
  /** Ascending. */
  readonly forget: readonly Dot[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The period that a time lies in, as a number that differs from that of every other period. */
const periods: Readonly<Record<Exclude<keyof RetentionPolicy, 'last'>, (wallMs: number) => number>> = {
  hourly: (wallMs) => Math.floor(wallMs / hourMs),
  daily: (wallMs) => Math.floor(wallMs / dayMs),
  // 1970-01-01 was a Thursday.
  weekly: (wallMs) => Math.floor((Math.floor(wallMs / dayMs) + 3) / 7),
  monthly: (wallMs) => monthOf(Math.floor(wallMs / dayMs)),
  yearly: (wallMs) => Math.floor(monthOf(Math.floor(wallMs / dayMs)) / 12),
};

/** `versions` are those of one volume. Throws UsageError for a count that is no whole number from 0, DataError for two versions of one dot. */
export function retain(versions: readonly Version[], policy: RetentionPolicy): Retention {
  const set = versionSet(versions);
  const reasons = new Map<Version, RetentionReason[]>(set.map((version) => [version, []]));
  const keep = (version: Version, reason: RetentionReason): void => {
    const known = reasons.get(version);
    if (known?.includes(reason) === false) known.push(reason);
  };
  const heads = headsOf(set);
  const unsuperseded = isPlanted('concurrent-heads-forgotten') ? [] : [...heads, ...maximal(set)];
  for (const head of unsuperseded) keep(head, 'head');
  heads.forEach((head, i) => {
    for (const other of heads.slice(i + 1)) {
      for (const ancestor of commonAncestors(set, head, other)) keep(ancestor, 'ancestor');
    }
  });
  const latestFirst = [...set].sort((a, b) => compareLateness(b, a));
  for (const version of latestFirst.slice(0, countOf(policy, 'last'))) keep(version, 'last');
  for (const rule of ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const) {
    for (const version of lastOfEach(latestFirst, periods[rule], countOf(policy, rule))) keep(version, rule);
  }
  return {
    keep: set.flatMap((version) => {
      const known = reasons.get(version) ?? [];
      return known.length > 0 ? [{ version, reasons: known }] : [];
    }),
    forget: set.filter((version) => reasons.get(version)?.length === 0).map(({ dot }) => dot),
  };
}

function countOf(policy: RetentionPolicy, rule: keyof RetentionPolicy): number {
  const count = policy[rule] ?? 0;
  if (count < 0 || !(Number.isInteger(count) || count === Infinity)) {
    throw new UsageError(`retention cannot keep ${count} versions (${rule})`);
  }
  return count;
}

/** The first version of each of the first `count` periods. */
function lastOfEach(
  latestFirst: readonly Version[],
  periodOf: (wallMs: number) => number,
  count: number,
): Version[] {
  const kept: Version[] = [];
  let previous: number | undefined;
  for (const version of latestFirst) {
    if (kept.length === count) break;
    const period = periodOf(version.time.wallMs);
    if (period !== previous) kept.push(version);
    previous = period;
  }
  return kept;
}

/** Months since year 0 of the proleptic Gregorian calendar. Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days. */
function monthOf(day: number): number {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  // Counted from March.
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  return (yearOfEra + era * 400) * 12 + month + 2;
}
