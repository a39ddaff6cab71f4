/**
 * How a part of the world asks whether an opportunity goes wrong. Each domain and entity has its own; whether it answers by chance or from a
 * recorded list is not the part's concern (fault/).
 *
 * Law: a part asks at every opportunity, also when the probability is 0, so that the n-th opportunity of a kind is the same one in every run.
 */
import type { Random } from '../../base/prng.js';

export interface Strikes {
  /** The stream from which this fault's parameters are drawn, or undefined when nothing goes wrong. `probability` is in [0, 1]. */
  strike(kind: string, probability: number): Random | undefined;
}

/** Nothing goes wrong. */
export const noStrikes: Strikes = { strike: () => undefined };
