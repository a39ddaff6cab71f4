/**
 * What a sender knows of its link from acknowledgements alone: delivery rate and round-trip time; and what follows from them: how much may be under way, how large a piece is sent at
 * once, and how hard to compress. No clock: each call says when.
 *
 * Law: the same calls give the same answers. A rate sample is bytes acknowledged over the time in which they were, from the acknowledgement before a piece was sent to its own, or
 * over the time that sending took where that is longer; so neither idle times nor acknowledgements that come in bunches make a link look fast. Where the sender was idle before, the time holds a
 * round trip in which nothing could be acknowledged: such a sample says between which bounds the rate lies, with that round trip and without it, and moves the estimate no further than to the nearer
 * one. So a small push over a long link does not make it look slow; nor does a sender that has too little to send, whose samples can only raise the estimate.
 * Sources: Cheng, Cardwell, Delivery Rate Estimation (draft-cheng-iccrg-delivery-rate-estimation-02); the largest of late rates, the least round trip and its renewal are those of
 * BBR (Cardwell et al., 2016); smoothing as RFC 6298, section 2.
 * Limits: a round trip ends when the piece is durable, so a slow disk at the other end counts as a slow link, which for the window is right.
 */

export interface LinkEstimateOptions {
  /** Bounds of the window, and where it begins. A window below one segment would stop the sender. */
  readonly windowBytesMin?: number;
  readonly windowBytesMax?: number;
  readonly windowBytesStart?: number;
}

const KiB = 1024;
/** Twice what the link holds: as much again covers acknowledgements that are late. */
const windowFactor = 2;
/** Samples of which the largest rate counts: BBR's ten. */
const lateSamplesMax = 10;
/**
 * After so long the least round trip is measured anew (BBR's ProbeRTT), with half of what the link holds under way, so that no queue of our own is in it: a queue that counted as
 * distance would let the window grow without end.
 */
const leastMaxAgeMs = 10_000;
/** Weights of a new sample in the smoothed rate and the smoothed round trip. */
const rateWeight = 1 / 4;
const roundTripWeight = 1 / 8;
/** A sample of fewer bytes says nothing of a link's rate: 2 ms at 64 Mbit/s are a task switch, or a disk. */
const sampleBytesMin = 16 * KiB;
/** Nor does one that took hardly longer than a round trip alone. */
const sampleRoundTripsMin = 1.5;
/** Below a package's head of some 700 bytes would be more than a hundredth of a piece. */
const pieceBytesMin = 64 * KiB;
const pieceBytesStart = 256 * KiB;
/** A piece is what the link carries in this time: so much is lost to a cut, and an acknowledgement comes so often. */
const pieceMs = 1000;

interface Flight {
  readonly bytes: number;
  readonly sentMs: number;
  /** State when it was sent: bytes acknowledged until then, when the last were, and when those were sent. */
  readonly deliveredBytes: number;
  readonly deliveredMs: number;
  readonly firstSentMs: number;
  /** Whether nothing had been acknowledged since the sender was idle. */
  readonly isAfterIdle: boolean;
  /** Whether it came late from the sender: the link had to wait for it. */
  readonly isLate: boolean;
}

export class LinkEstimate {
  readonly #options: LinkEstimateOptions;
  readonly #windowBytesMin: number;
  readonly #windowBytesMax: number;
  readonly #windowBytesStart: number;
  readonly #flights = new Map<number, Flight>();
  readonly #lateRates: number[] = [];
  /** The least round trip, and when it was measured. */
  #leastMs = 0;
  #leastAtMs = 0;
  /** Since when the least round trip is being measured anew. */
  #probingSinceMs: number | undefined;
  /** The least time in which the other side has answered an offer: a round trip and hardly any bytes. */
  #answerMs = Infinity;
  #inFlightBytes = 0;
  #deliveredBytes = 0;
  #deliveredMs = 0;
  #firstSentMs = 0;
  #isAfterIdle = true;
  #rate: number | undefined;
  #roundTripMs: number | undefined;
  #level: number | undefined;
  #pieceBytes = pieceBytesStart;
  /** Acknowledged on this connection. */
  #acknowledgements = 0;

  constructor(options: LinkEstimateOptions = {}) {
    const {
      windowBytesMin = 64 * KiB,
      windowBytesMax = 16 * KiB * KiB,
      windowBytesStart = 256 * KiB,
    } = options;
    this.#options = options;
    this.#windowBytesMin = windowBytesMin;
    this.#windowBytesMax = windowBytesMax;
    this.#windowBytesStart = windowBytesStart;
  }

  /** Sent and not acknowledged. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Smoothed, in bytes per second; undefined before it could be measured. */
  get rateBytesPerSecond(): number | undefined {
    return this.#rate;
  }

  /** Smoothed; undefined before the first acknowledgement. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** How many bytes may be under way: twice the link's own, within bounds. While the window is what holds the link back, it doubles each round trip. */
  get windowBytes(): number {
    if (this.#lateRates.length === 0) return this.#windowBytesStart;
    const linkBytes = (Math.max(...this.#lateRates) * this.#leastMs) / 1000;
    const wanted = Math.round((this.#probingSinceMs === undefined ? windowFactor : 1 / 2) * linkBytes);
    return Math.min(this.#windowBytesMax, Math.max(this.#windowBytesMin, wanted));
  }

  /** How large the next piece should be: what the link carries in a second, and at most twice the one before. */
  get pieceBytes(): number {
    const suiting = this.#rate === undefined ? Infinity : Math.round((this.#rate * pieceMs) / 1000);
    return Math.max(pieceBytesMin, Math.min(this.#pieceBytes, suiting));
  }

  /** Level of compression for the rate; undefined before it could be measured. */
  get level(): number | undefined {
    return this.#level;
  }

  /** The other side has answered something short after so long. */
  answered(tookMs: number): void {
    if (tookMs > 0) this.#answerMs = Math.min(this.#answerMs, tookMs);
  }

  /** A piece was handed to the link. `key` names it until it is acknowledged; `isLate` says that the link had to wait for it. */
  sent(key: number, bytes: number, nowMs: number, isLate = false): void {
    if (this.#flights.size === 0) {
      this.#firstSentMs = nowMs;
      this.#deliveredMs = nowMs;
      this.#isAfterIdle = true;
    }
    this.#flights.set(key, {
      bytes,
      sentMs: nowMs,
      deliveredBytes: this.#deliveredBytes,
      deliveredMs: this.#deliveredMs,
      firstSentMs: this.#firstSentMs,
      isAfterIdle: this.#isAfterIdle,
      isLate,
    });
    this.#inFlightBytes += bytes;
    this.#pieceBytes = 2 * this.pieceBytes;
  }

  /** Nothing happens for a piece that is not under way. */
  acknowledged(key: number, nowMs: number): void {
    const flight = this.#flights.get(key);
    if (flight === undefined) return;
    this.#flights.delete(key);
    this.#acknowledgements++;
    this.#inFlightBytes -= flight.bytes;
    this.#deliveredBytes += flight.bytes;
    this.#deliveredMs = nowMs;
    this.#firstSentMs = flight.sentMs;
    this.#isAfterIdle = false;
    const tookMs = Math.max(flight.sentMs - flight.firstSentMs, nowMs - flight.deliveredMs);
    const roundTripMs = nowMs - flight.sentMs;
    // A clock that did not move says nothing.
    if (tookMs <= 0 || roundTripMs <= 0) return;
    const bytes = this.#deliveredBytes - flight.deliveredBytes;
    const least = (bytes * 1000) / tookMs;
    this.#noteRoundTrip(roundTripMs, flight.sentMs, nowMs);
    this.#roundTripMs = smoothed(this.#roundTripMs, roundTripMs, roundTripWeight);
    this.#noteRate(least, this.#mostOf(flight, bytes, tookMs));
  }

  /** What the rate is at most, by one sample. */
  #mostOf({ isAfterIdle, isLate }: Flight, bytes: number, tookMs: number): number {
    if (isLate || bytes < sampleBytesMin) return Infinity;
    if (!isAfterIdle) return (bytes * 1000) / tookMs;
    const roundTripMs = Math.min(this.#answerMs, this.#leastMs);
    return tookMs < sampleRoundTripsMin * roundTripMs ? Infinity : (bytes * 1000) / (tookMs - roundTripMs);
  }

  /** The link carries something between the two. */
  #noteRate(least: number, most: number): void {
    if (most < Infinity || this.#lateRates.every((rate) => rate <= least)) {
      this.#lateRates.push(least);
      if (this.#lateRates.length > lateSamplesMax) this.#lateRates.shift();
    }
    // Not known yet: what is fast by its lower bound alone is fast, what is slow by it may be anything.
    const known = this.#rate ?? (most < Infinity || least > fastBytesPerSecond ? least : undefined);
    if (known === undefined) return;
    this.#rate = smoothed(this.#rate, Math.min(most, Math.max(least, known)), rateWeight);
    this.#level = chosenLevel(this.#rate, this.#level);
  }

  #noteRoundTrip(roundTripMs: number, sentMs: number, nowMs: number): void {
    const isProbed = this.#probingSinceMs !== undefined && sentMs > this.#probingSinceMs;
    if (this.#roundTripMs === undefined || roundTripMs <= this.#leastMs || isProbed) {
      this.#leastMs = roundTripMs;
      this.#leastAtMs = nowMs;
      this.#probingSinceMs = undefined;
    } else if (nowMs - this.#leastAtMs > leastMaxAgeMs) {
      this.#probingSinceMs ??= nowMs;
    }
  }

  /**
   * The link broke: what was under way will not be acknowledged. What was learnt stays. Where nothing at all came through, pieces were too large for what the link lives, and the next is
   * half as large.
   */
  cut(): void {
    this.#pieceBytes = this.#pieceAfterCut;
    this.#acknowledgements = 0;
    this.#flights.clear();
    this.#inFlightBytes = 0;
    this.#probingSinceMs = undefined;
  }

  /** For the next transfer on this link, with what was learnt. The one under way on this one, if there is one, is not disturbed. */
  successor(): LinkEstimate {
    const next = new LinkEstimate(this.#options);
    next.#lateRates.push(...this.#lateRates);
    next.#leastMs = this.#leastMs;
    next.#leastAtMs = this.#leastAtMs;
    next.#answerMs = this.#answerMs;
    next.#rate = this.#rate;
    next.#roundTripMs = this.#roundTripMs;
    next.#level = this.#level;
    next.#pieceBytes = this.#pieceAfterCut;
    return next;
  }

  get #pieceAfterCut(): number {
    if (this.#flights.size === 0 || this.#acknowledgements > 0) return this.#pieceBytes;
    const least = Math.min(...[...this.#flights.values()].map(({ bytes }) => bytes));
    return Math.max(pieceBytesMin, Math.round(Math.min(this.#pieceBytes, least) / 2));
  }
}

function smoothed(before: number | undefined, sample: number, weight: number): number {
  return before === undefined ? sample : before + (sample - before) * weight;
}

/** From here on only the fastest level keeps a link busy. */
const fastBytesPerSecond = 3_200_000;

/**
 * The highest level that keeps such a link busy. docs/effort.md has, for a MiB of literals beside its context, 1,030 ms at level 16, 154 at 12, 82 at 9; 1.7 s at level 19; 26 at 3. What is
 * sent is about a quarter of them, so a core feeds a link of a quarter of that many bytes a second.
 */
const steps: readonly { readonly level: number; readonly rateMax: number }[] = [
  { level: 19, rateMax: 150_000 },
  { level: 16, rateMax: 250_000 },
  { level: 12, rateMax: 1_700_000 },
  { level: 9, rateMax: fastBytesPerSecond },
  { level: 3, rateMax: Infinity },
];

/** A rate must pass a step by so much before the level changes, so that one that wavers around it does not. */
const hysteresis = 1.25;

/** The level for a rate in bytes per second, given the one in use. */
export function chosenLevel(rateBytesPerSecond: number, current: number | undefined): number {
  const fitting = (rate: number): number => steps.find(({ rateMax }) => rate <= rateMax)?.level ?? 3;
  if (current === undefined) return fitting(rateBytesPerSecond);
  const highest = fitting(rateBytesPerSecond / hysteresis);
  const lowest = fitting(rateBytesPerSecond * hysteresis);
  return Math.min(highest, Math.max(lowest, current));
}
