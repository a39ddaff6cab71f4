/**
 * Scrubbing a tracker: leaves that it calls clean are drawn at random and read after all. Here is the draw, and what it proves.
 *
 * Of N clean leaves k are drawn without replacement. If m of them had changed, at least one of these is drawn with probability
 * 1 - C(N - m, k) / C(N, k): the hypergeometric law. Draw: R. Floyd, "A sample of brilliance", Communications of the ACM 30(9), 1987.
 */
import type { Random } from '../../../base/prng.js';

/** `count` different indexes below `population`, ascending; all of them where there are no more. */
export function sampleOf(population: number, count: number, random: Random): number[] {
  const drawn = new Set<number>();
  for (let last = Math.max(0, population - count); last < population; last++) {
    const index = random.below(last + 1);
    drawn.add(drawn.has(index) ? last : index);
  }
  return [...drawn].sort((a, b) => a - b);
}

/** Probability that a draw of `sampled` out of `clean` leaves meets one of `changed` that changed unseen. */
export function caughtProbability(clean: number, sampled: number, changed: number): number {
  if (changed <= 0 || sampled <= 0) return 0;
  if (sampled + changed > clean) return 1;
  let missed = 1;
  // The formula is symmetric in the two counts: the smaller makes the shorter product.
  const [few, many] = sampled < changed ? [sampled, changed] : [changed, sampled];
  for (let i = 0; i < few; i++) missed *= (clean - many - i) / (clean - i);
  return 1 - missed;
}
