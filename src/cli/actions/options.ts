/** Options that several commands share, resolved: the profile, workers, times, version vectors; and the progress line. */
import { stoppedClock, type Clock } from '../../base/clock.js';
import { UsageError } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { readBuiltProfile } from '../../engine/profile/files.js';
import type { Profile } from '../../engine/profile/profile.js';
import type { Context } from '../command.js';
import type { Input } from '../input.js';

/** Not performance.now(): the first use of `performance` takes 2 ms of CPU. */
export const monotonicClock: Clock = { nowMs: () => Number(process.hrtime.bigint()) / 1e6 };

/** What stages are timed by: their times are said in JSON alone, and looking at the clock around every read takes some 3 % of a diff's CPU. */
export function stageClock({ terminal }: Context): Clock {
  return terminal.json ? monotonicClock : stoppedClock;
}

/** The profile of --profile. A file is read only when it is asked for: YAML and its schema take longer to load than the rest of the program. */
export async function profileOf(input: Input): Promise<Profile | undefined> {
  const name = input.text('profile');
  if (name === undefined) return undefined;
  const built = readBuiltProfile(name);
  if (built !== undefined) return built;
  const { loadProfile } = await import('../../engine/profile/read.js');
  return loadProfile(name);
}

/** As many workers as pay, at most --workers and the profile's limit. */
export function workersFor(
  input: Input,
  profileMax = Infinity,
): { readonly workers: 'auto'; readonly workersMax: number } {
  return { workers: 'auto', workersMax: Math.min(input.count('workers', 1, 256) ?? Infinity, profileMax) };
}

export function progressLine(doing: string, doneBytes: number, totalBytes: number): string {
  const share = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
  return `${doing} ${share} % of ${formatBytes(totalBytes)}`;
}

/** An option that is a share: `2%`, or `0.02`. */
export function shareOf(input: Input, name: string): number | undefined {
  const given = input.text(name);
  if (given === undefined) return undefined;
  const [, number, percent] = /^(\d*\.?\d+)\s*(%?)$/.exec(given) ?? [];
  if (number !== undefined) return Number(number) / (percent === '%' ? 100 : 1);
  throw new UsageError(`--${name}: '${given}' is not a share`, { hint: 'write 2% or 0.02' });
}

/** `2026-01-31T12:00:00Z` (a zone is required) or `@1769860800`, as microseconds since the epoch. */
export function timeMicros(text: string): number {
  const seconds = /^@(-?\d+)$/.exec(text)?.[1];
  const isDated = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const ms = seconds === undefined ? (isDated ? Date.parse(text) : NaN) : Number(seconds) * 1000;
  const micros = Math.round(ms * 1000);
  if (!Number.isSafeInteger(micros)) {
    throw new UsageError(`--time: '${text}' is not a time`, {
      hint: 'write 2026-01-31T12:00:00Z, or @SECONDS since 1970',
    });
  }
  return micros;
}

/** Counters by writer, from NAME=COUNT. */
export function versionVector(pairs: Readonly<Record<string, string>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pairs).map(([writer, text]) => {
      const count = /^\d+$/.test(text) ? Number(text) : NaN;
      if (!Number.isSafeInteger(count)) {
        throw new UsageError(`--writer: '${text}' is not a whole number`, { hint: 'write NAME=COUNT' });
      }
      return [writer, count];
    }),
  );
}
