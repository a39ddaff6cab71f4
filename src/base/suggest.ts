/**
 * "Did you mean": the known name nearest to a mistyped one, by the optimal string alignment distance (edits, and swaps of
 * neighbours). A suggestion must be close, at most a third of the longer name away, so that nonsense gets none.
 */

/** The nearest of `known`, the first of equals; undefined when none is close. */
export function nearest(given: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const name of known) {
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance && distance <= Math.max(1, Math.max(given.length, name.length) / 3)) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** A hint for an unknown name: the nearest known one, or else all of them. */
export function suggestion(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  return near === undefined ? `known: ${known.join(', ')}` : `did you mean '${near}'?`;
}

/** Inserts, deletes, replacements and swaps of neighbours that turn `a` into `b`. Quadratic: for names, not for files. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
