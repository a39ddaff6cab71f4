/**
 * Delta debugging: a small part of a list that still shows what the whole list shows.
 *
 * Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE Transactions on Software Engineering 28 (2002), the
 * algorithm ddmin: halves, then complements, then finer parts. The result is 1-minimal: without any one of its items the failure is gone. For n items
 * n^2 + 3n tests at worst, and 2 log2(n) where one item alone is the cause.
 *
 * Law: the order of the tests follows from the items alone, and no part is tested twice.
 */

/** Whether what is left still fails; the items keep their order. */
export type Fails<T> = (items: readonly T[]) => Promise<boolean>;

/** The whole list must fail; it is not tested again. */
export async function ddmin<T>(items: readonly T[], fails: Fails<T>): Promise<readonly T[]> {
  const seen = new Set<string>();
  const failsAt: Fails<number> = async (part) => {
    const key = part.join(',');
    if (seen.has(key)) return false;
    seen.add(key);
    const isIn = new Set(part);
    return fails(items.filter((_, index) => isIn.has(index)));
  };
  if (items.length === 0 || (await failsAt([]))) return [];
  let left: readonly number[] = items.map((_, index) => index);
  for (let parts = 2; left.length >= 2;) {
    const smaller = await firstFailing(left, parts, failsAt);
    if (smaller !== undefined) {
      left = smaller.items;
      parts = smaller.isComplement ? Math.max(parts - 1, 2) : 2;
    } else if (parts < left.length) parts = Math.min(left.length, parts * 2);
    else break;
  }
  const isLeft = new Set(left);
  return items.filter((_, index) => isLeft.has(index));
}

interface Smaller {
  readonly items: readonly number[];
  readonly isComplement: boolean;
}

/** The first of `parts` parts, or of what is left without one of them, that fails. */
async function firstFailing(
  items: readonly number[],
  parts: number,
  fails: Fails<number>,
): Promise<Smaller | undefined> {
  const border = (part: number): number => Math.floor((part * items.length) / parts);
  for (let part = 0; part < parts; part++) {
    const subset = items.slice(border(part), border(part + 1));
    if (await fails(subset)) return { items: subset, isComplement: false };
  }
  // Of two parts the complements are the parts themselves.
  for (let part = 0; part < parts && parts > 2; part++) {
    const complement = [...items.slice(0, border(part)), ...items.slice(border(part + 1))];
    if (await fails(complement)) return { items: complement, isComplement: true };
  }
  return undefined;
}

/**
 * A smaller number that still fails: `low` first, the leap that saves most, then powers of two from above as long as they fail. `high`, which must
 * fail, where none does.
 */
export async function smallestHalf(
  high: number,
  low: number,
  fails: (value: number) => Promise<boolean>,
): Promise<number> {
  if (high <= low || (await fails(low))) return Math.min(high, low);
  let best = high;
  for (let next = halfOf(best); next > low && (await fails(next)); next = halfOf(best)) best = next;
  return best;
}

/** The largest power of two below. */
function halfOf(value: number): number {
  return 2 ** (Math.ceil(Math.log2(value)) - 1);
}
