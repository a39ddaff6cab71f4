/**
 * The congestion window and the retransmission timer of one TCP sender.
 *
 * Sources: RFC 5681 (slow start, congestion avoidance; Reno), RFC 6582 and 6675 (one reduction a window, recovery with selective acknowledgements),
 * RFC 6298 (timer; its minimum is Linux's 200 ms), RFC 6928 (initial window of 10 segments). Reno, not CUBIC: its throughput has a closed form
 * (Mathis et al. 1997) that the model can be checked against, and at the round trips and losses of interest here CUBIC falls back to Reno's rate.
 */

const initialWindowSegments = 10;
const timeoutMsMin = 200;
const timeoutMsMax = 120_000;
const firstTimeoutMs = 1000;

export class Congestion {
  #windowSegments = initialWindowSegments;
  #threshold = Infinity;
  #smoothedMs: number | undefined;
  #deviationMs = 0;
  #backoff = 0;

  get windowSegments(): number {
    return Math.floor(this.#windowSegments);
  }

  get roundTripMs(): number {
    return this.#smoothedMs ?? firstTimeoutMs / 2;
  }

  get timeoutMs(): number {
    const base =
      this.#smoothedMs === undefined ? firstTimeoutMs : this.#smoothedMs + Math.max(1, 4 * this.#deviationMs);
    return Math.min(timeoutMsMax, Math.max(timeoutMsMin, base) * 2 ** this.#backoff);
  }

  measured(roundTripMs: number): void {
    this.#backoff = 0;
    if (this.#smoothedMs === undefined) {
      this.#smoothedMs = roundTripMs;
      this.#deviationMs = roundTripMs / 2;
      return;
    }
    this.#deviationMs += (Math.abs(this.#smoothedMs - roundTripMs) - this.#deviationMs) / 4;
    this.#smoothedMs += (roundTripMs - this.#smoothedMs) / 8;
  }

  /** Segments were acknowledged while the window was what held the sender back. */
  acknowledged(segments: number): void {
    if (this.#windowSegments < this.#threshold)
      this.#windowSegments = Math.min(this.#windowSegments + segments, Math.max(this.#threshold, 1));
    else this.#windowSegments += segments / this.#windowSegments;
  }

  /** A loss that acknowledgements tell of: half of what is under way, once a window. */
  reduced(segmentsUnderWay: number): void {
    this.#threshold = Math.max(2, Math.min(segmentsUnderWay, this.#windowSegments) / 2);
    this.#windowSegments = this.#threshold;
  }

  /** The timer ran out: from one segment again, and the timer doubles. */
  timedOut(segmentsUnderWay: number): void {
    if (this.#backoff === 0) this.#threshold = Math.max(2, segmentsUnderWay / 2);
    this.#windowSegments = 1;
    this.#backoff = Math.min(this.#backoff + 1, 20);
  }
}
