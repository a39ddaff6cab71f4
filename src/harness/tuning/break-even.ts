/**
 * Where another choice would be the better one: the next bandwidth, and the next round-trip time, below and above the profile's own, at which the best of several configurations
 * is no longer the one that was chosen.
 *
 * Scores are smooth in both but for the floors of score.ts, so a walk in steps of 9 % and a bisection find the border to a thousandth. Limit: a choice that is best only between two steps is
 * missed.
 */
import type { LinkModel } from '../../engine/profile/profile.js';

export interface BreakEven<T> {
  readonly at: number;
  readonly choice: T;
}

export interface BreakEvens<T> {
  readonly below: BreakEven<T> | undefined;
  readonly above: BreakEven<T> | undefined;
}

const step = 2 ** (1 / 8);
const bisections = 24;
/** From 1 kbit/s to 10 Tbit/s, from a microsecond to a quarter of an hour. */
const ranges = {
  bitsPerSecond: { min: 1e3, max: 1e13 },
  roundTripMs: { min: 1e-3, max: 1e6 },
} as const;

/** `best` says which choice is best on a link; `chosen` is that on `link` itself. */
export function breakEvens<T>(
  best: (link: LinkModel) => T,
  link: LinkModel,
  along: keyof typeof ranges,
): BreakEvens<T> {
  const chosen = best(link);
  const { min, max } = ranges[along];
  const start = Math.min(max, Math.max(min, link[along]));
  const at = (value: number): T => best({ ...link, [along]: value });
  return {
    below: walk(start, 1 / step, (value) => value >= min, at, chosen),
    above: walk(start, step, (value) => value <= max, at, chosen),
  };
}

function walk<T>(
  start: number,
  factor: number,
  isInside: (value: number) => boolean,
  at: (value: number) => T,
  chosen: T,
): BreakEven<T> | undefined {
  for (let value = start; isInside(value * factor); value *= factor) {
    if (at(value * factor) === chosen) continue;
    let [same, other] = [value, value * factor];
    for (let i = 0; i < bisections; i++) {
      const middle = Math.sqrt(same * other);
      if (at(middle) === chosen) same = middle;
      else other = middle;
    }
    return { at: other, choice: at(other) };
  }
  return undefined;
}
