/**
 * How likely it is that two different blocks share a digest by accident: the birthday bound over a digest that behaves like a random
 * function. Nothing here speaks of attackers; whether a collision can be planted is `collisionResistant` of the fingerprint.
 *
 *     p = 1 - exp(-n (n - 1) / 2^(bits + 1))        n blocks with different contents
 *
 * Source: Menezes, van Oorschot, Vanstone, "Handbook of Applied Cryptography", 1996, fact 2.27. Probabilities are given as
 * decimal logarithms, since those of wide digests are below the smallest positive number.
 */

/**
 * What a profile may risk at most over its whole id space, as a decimal logarithm. A disk that loses one sector in 10^15 bits read
 * has a chance of 10^-12 to lose one within the first 1,000 bits: below this the digest is not what fails.
 */
export const collisionLog10Max = -12;

/** log10 of the probability that any two of `blocks` (>= 0) different blocks share a digest of `bits` bits; -Infinity below two blocks. */
export function collisionLog10(bits: number, blocks: number): number {
  if (blocks < 2) return -Infinity;
  const pairsLog10 = Math.log10(blocks) + Math.log10(blocks - 1) - Math.log10(2);
  const exponentLog10 = pairsLog10 - bits * Math.log10(2);
  // 1 - exp(-x) is x to within x / 2; in between, the exact form still has all its digits.
  return exponentLog10 < -9 ? exponentLog10 : Math.log10(-Math.expm1(-(10 ** exponentLog10)));
}

/** How many different blocks a digest of `bits` bits tells apart until the probability of a collision reaches 10^log10 (log10 below 0). */
export function blocksWithin(bits: number, log10: number): number {
  const exponent = -Math.log1p(-(10 ** log10));
  return Math.sqrt(2 * exponent) * 2 ** (bits / 2);
}
