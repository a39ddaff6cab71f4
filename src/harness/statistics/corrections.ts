/**
 * Chances adjusted for having looked at many: reject what is at most the level. Source: Holm (1979) keeps the chance of any false
 * rejection; Benjamini and Hochberg (1995) the expected share of false ones among rejections.
 */

/** In the order given. */
export function holm(chances: readonly number[]): number[] {
  return stepped(chances, 1, (chance, rank, count) => chance * (count - rank));
}

/** In the order given; for independent or positively dependent chances. */
export function benjaminiHochberg(chances: readonly number[]): number[] {
  return stepped(chances, -1, (chance, rank, count) => (chance * count) / (rank + 1));
}

/** Adjusts each by its rank from 0, and keeps them in order: upwards by the largest so far, downwards by the smallest. */
function stepped(
  chances: readonly number[],
  direction: 1 | -1,
  adjust: (chance: number, rank: number, count: number) => number,
): number[] {
  const order = [...chances.keys()].sort((a, b) => (chances[a] ?? 0) - (chances[b] ?? 0));
  const ranked = [...order.entries()];
  const adjusted = chances.map(() => 1);
  let bound = direction === 1 ? 0 : 1;
  for (const [rank, place] of direction === 1 ? ranked : ranked.reverse()) {
    const value = Math.min(1, adjust(chances[place] ?? 1, rank, chances.length));
    bound = direction === 1 ? Math.max(bound, value) : Math.min(bound, value);
    adjusted[place] = bound;
  }
  return adjusted;
}
