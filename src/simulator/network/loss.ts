/**
 * Which segments of a path are lost: independently, or in bursts (Gilbert-Elliott: a good and a bad state, each with its loss). The process jumps
 * from loss to loss by geometric distances, so that a path without losses costs nothing for each segment.
 *
 * Source: Gilbert 1960, Elliott 1963; the parameters are those of netem's `loss gemodel p r 1-h 1-k`.
 */
import type { Random } from '../../base/prng.js';

export type Loss =
  | { readonly kind: 'independent'; readonly probability: number }
  | {
      readonly kind: 'gilbert-elliott';
      /** Chance, for each segment, to go from the good state to the bad one, and back. */
      readonly toBad: number;
      readonly toGood: number;
      readonly lossInBad: number;
      readonly lossInGood: number;
    };

/** The share of segments that is lost in the long run. */
export function meanLoss(loss: Loss): number {
  if (loss.kind === 'independent') return loss.probability;
  if (loss.toBad + loss.toGood === 0) return loss.lossInGood;
  const bad = loss.toBad / (loss.toBad + loss.toGood);
  return bad * loss.lossInBad + (1 - bad) * loss.lossInGood;
}

/** How many trials pass before the first success: 0 at once; Infinity when there is none. */
export function geometric(probability: number, random: Random): number {
  if (probability <= 0) return Infinity;
  if (probability >= 1) return 0;
  return Math.floor(Math.log1p(-random.float()) / Math.log1p(-probability));
}

export class LossProcess {
  readonly #random: Random;
  readonly #loss: Loss;
  #isBad = false;
  /** Segments until the next loss in this state, and until the state changes. */
  #untilLoss = 0;
  #untilChange = Infinity;

  constructor(loss: Loss, random: Random) {
    this.#random = random;
    this.#loss = loss;
    this.#enter();
  }

  #enter(): void {
    const loss = this.#loss;
    if (loss.kind === 'independent') {
      this.#untilChange = Infinity;
      this.#untilLoss = geometric(loss.probability, this.#random);
      return;
    }
    this.#untilChange = geometric(this.#isBad ? loss.toGood : loss.toBad, this.#random) + 1;
    this.#untilLoss = geometric(this.#isBad ? loss.lossInBad : loss.lossInGood, this.#random);
  }

  /** Which of the next `count` segments are lost, ascending. */
  next(count: number): number[] {
    const lost: number[] = [];
    for (let at = 0; at < count;) {
      const step = Math.min(count - at, this.#untilChange, this.#untilLoss);
      at += step;
      this.#untilLoss -= step;
      this.#untilChange -= step;
      if (this.#untilChange <= 0) {
        this.#isBad = !this.#isBad;
        this.#enter();
        continue;
      }
      if (at < count && this.#untilLoss <= 0) {
        lost.push(at++);
        this.#untilChange--;
        const loss = this.#loss;
        const chance =
          loss.kind === 'independent' ? loss.probability : this.#isBad ? loss.lossInBad : loss.lossInGood;
        this.#untilLoss = geometric(chance, this.#random);
      }
    }
    return lost;
  }
}
