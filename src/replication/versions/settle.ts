/**
 * Which of several sides prevails, where each may have changed something since it parted from the others. Three-way merging for any number of
 * sides and any number of nearest ancestors.
 *
 * Law: side i yields to side j when all nearest ancestors of the two have what i has, and j has something else: i changed nothing since, j
 * did. Sides that yield to nobody are candidates; if they do not agree, that is a conflict, and the latest candidate prevails. Where
 * ancestors disagree (criss-cross histories) nobody yields: reverting to one of them may be a change. The result does not depend on the
 * order of sides, only on their lateness.
 */
export interface Settled {
  /** A side. */
  readonly winner: number;
  /** Sides that yield to nobody, in the order given. */
  readonly candidates: readonly number[];
  readonly isConflict: boolean;
}

/**
 * `sides` are numbers, the latest last, at least one. `nearest` names the nearest common ancestors of two of them, at least one, as numbers of the
 * same kind; `isSame` compares what two of all these have.
 */
export function settle(
  sides: readonly number[],
  nearest: (a: number, b: number) => readonly number[],
  isSame: (a: number, b: number) => boolean,
): Settled {
  const last = sides[sides.length - 1] ?? 0;
  if (sides.every((side) => isSame(side, last))) {
    return { winner: last, candidates: sides, isConflict: false };
  }
  const yields = (i: number): boolean =>
    sides.some((j) => !isSame(i, j) && nearest(i, j).every((ancestor) => isSame(ancestor, i)));
  const standing = sides.filter((side) => !yields(side));
  // With three sides and reverted changes each may yield to another.
  const candidates = standing.length > 0 ? standing : sides;
  const winner = candidates[candidates.length - 1] ?? last;
  return { winner, candidates, isConflict: !candidates.every((side) => isSame(side, winner)) };
}
