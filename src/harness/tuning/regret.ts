/** What a choice loses on each workload against the best there, and what would have been lost had the workload not been among those that were tried. */
import { present } from '../../base/errors.js';

export interface Regret<T> {
  readonly workload: string;
  /** Which is best on this workload alone. */
  readonly best: T;
  /** The chosen one's score over the best's: 1 where it is the best. */
  readonly ratio: number;
  /** Which would have been chosen by all other workloads; undefined where there is no other. */
  readonly withoutIt: { readonly choice: T; readonly ratio: number } | undefined;
}

/** `logScore` gives a choice's score on some of the workloads, which is the mean of those on each. The first of equal choices is chosen. */
export function regrets<T>(
  choices: readonly T[],
  chosen: T,
  workloads: readonly string[],
  logScore: (choice: T, workloads: readonly string[]) => number,
): Regret<T>[] {
  const bestOn = (some: readonly string[]): T => {
    let best = present(choices[0], 'choice');
    for (const choice of choices) if (logScore(choice, some) < logScore(best, some)) best = choice;
    return best;
  };
  return workloads.map((workload) => {
    const best = bestOn([workload]);
    const ratio = (choice: T): number => Math.exp(logScore(choice, [workload]) - logScore(best, [workload]));
    const others = workloads.filter((other) => other !== workload);
    const choice = others.length === 0 ? undefined : bestOn(others);
    return {
      workload,
      best,
      ratio: ratio(chosen),
      withoutIt: choice === undefined ? undefined : { choice, ratio: ratio(choice) },
    };
  });
}
