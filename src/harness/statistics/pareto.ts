/** Pareto fronts in two dimensions, less being better in both. */

/**
 * The items that no other item beats: nothing else is at most as large in both dimensions and smaller in one. Sorted by x, then
 * y; items at the same point are all kept.
 */
export function paretoFront<T>(items: readonly T[], x: (item: T) => number, y: (item: T) => number): T[] {
  const sorted = [...items].sort((a, b) => x(a) - x(b) || y(a) - y(b));
  const front: T[] = [];
  let lowest = Infinity;
  let lowestX = NaN;
  for (const item of sorted) {
    if (y(item) < lowest || (y(item) === lowest && x(item) === lowestX)) {
      front.push(item);
      lowest = y(item);
      lowestX = x(item);
    }
  }
  return front;
}
