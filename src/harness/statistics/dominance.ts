/**
 * Trade-offs in any number of dimensions, less being better in each: who dominates whom, ranks, crowding, and the hypervolume, which says in one number how good a set of
 * trade-offs is.
 *
 * Sources: Deb, Pratap, Agarwal, Meyarivan, A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II (2002), for ranks and crowding; Zitzler, Thiele (1999) for the hypervolume, here by
 * slicing objectives (While, Hingston, Barone, Huband, 2006). Limit: the hypervolume's time grows as the number of points to the power of dimensions less one; fronts have some tens of points.
 */
import { present } from '../../base/errors.js';

/** One figure a dimension, finite. Points that are compared have the same dimensions. */
export type Point = readonly number[];

/** Whether `a` is nowhere worse than `b`, and somewhere better. */
export function dominates(a: Point, b: Point): boolean {
  let isBetter = false;
  for (let i = 0; i < a.length; i++) {
    const [mine, other] = [present(a[i], 'objective'), present(b[i], 'objective')];
    if (mine > other) return false;
    if (mine < other) isBetter = true;
  }
  return isBetter;
}

/** For each point how many layers of better points lie before it: 0 for those that nothing dominates. */
export function dominanceRanks(points: readonly Point[]): number[] {
  const ranks = points.map(() => -1);
  let left = points.map((_, i) => i);
  for (let rank = 0; left.length > 0; rank++) {
    const front = left.filter((i) => !left.some((j) => dominates(pointAt(points, j), pointAt(points, i))));
    for (const i of front) ranks[i] = rank;
    left = left.filter((i) => ranks[i] === -1);
  }
  return ranks;
}

/** For each point how far its neighbours lie apart, summed over dimensions, each in units of its range; infinite at the ends of a dimension. */
export function crowdingDistances(points: readonly Point[]): number[] {
  const distances = points.map(() => 0);
  const dimensions = points[0]?.length ?? 0;
  for (let d = 0; d < dimensions; d++) {
    const at = (i: number): number => present(pointAt(points, i)[d], 'objective');
    const order = points.map((_, i) => i).sort((a, b) => at(a) - at(b) || a - b);
    const [first, last] = [present(order[0], 'point'), present(order.at(-1), 'point')];
    const range = at(last) - at(first);
    distances[first] = Infinity;
    distances[last] = Infinity;
    if (range === 0) continue;
    for (let k = 1; k < order.length - 1; k++) {
      const [before, here, behind] = [order[k - 1], order[k], order[k + 1]].map((i) => present(i, 'point'));
      if (before === undefined || here === undefined || behind === undefined) continue;
      distances[here] = (distances[here] ?? 0) + (at(behind) - at(before)) / range;
    }
  }
  return distances;
}

/** The volume between the points and the reference, which is worse than all that counts: points that do not dominate it add nothing. */
export function hypervolume(points: readonly Point[], reference: Point): number {
  const inside = points.filter((point) =>
    point.every((value, i) => value < present(reference[i], 'reference')),
  );
  return volumeOf(inside, reference, reference.length);
}

/** Of the first `dimensions` of the points: slices along the last of these, each as thick as to the next point. */
function volumeOf(points: readonly Point[], reference: Point, dimensions: number): number {
  if (points.length === 0) return 0;
  const last = dimensions - 1;
  const end = present(reference[last], 'reference');
  const depth = (point: Point): number => present(point[last], 'objective');
  if (dimensions === 1) return end - Math.min(...points.map(depth));
  const sorted = [...points].sort((a, b) => depth(a) - depth(b));
  let volume = 0;
  for (let i = 0; i < sorted.length; i++) {
    const to = i + 1 < sorted.length ? depth(pointAt(sorted, i + 1)) : end;
    const thickness = to - depth(pointAt(sorted, i));
    if (thickness > 0) volume += thickness * volumeOf(sorted.slice(0, i + 1), reference, last);
  }
  return volume;
}

function pointAt(points: readonly Point[], i: number): Point {
  return present(points[i], 'point');
}
