/**
 * What a sender knows of its link from acknowledgements alone: delivery rate and round-trip time; and what follows from them: how much may be under way, and how hard to
 * compress. No clock: each call says when.
 *
 * Law: the same calls give the same answers. A rate sample is bytes acknowledged over the time in which they were, from the acknowledgement before a piece was sent to its own, or
 * over the time that sending took where that is longer; so neither idle times nor acknowledgements that come in bunches make a link look fast.
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

interface Flight {
  readonly bytes: number;
  readonly sentMs: number;
  /** State when it was sent: bytes acknowledged until then, when the last were, and when those were sent. */
  readonly deliveredBytes: number;
  readonly deliveredMs: number;
  readonly firstSentMs: number;
}

export class LinkEstimate {
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
  #inFlightBytes = 0;
  #deliveredBytes = 0;
  #deliveredMs = 0;
  #firstSentMs = 0;
  #rate: number | undefined;
  #roundTripMs: number | undefined;
  #level: number | undefined;

  constructor({
    windowBytesMin = 64 * KiB,
    windowBytesMax = 16 * KiB * KiB,
    windowBytesStart = 256 * KiB,
  }: LinkEstimateOptions = {}) {
    this.#windowBytesMin = windowBytesMin;
    this.#windowBytesMax = windowBytesMax;
    this.#windowBytesStart = windowBytesStart;
  }

  /** Sent and not acknowledged. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Smoothed, in bytes per second; undefined before the first acknowledgement. */
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

  /** Level of compression for the rate; undefined before the first acknowledgement. */
  get level(): number | undefined {
    return this.#level;
  }

  /** A piece was handed to the link. `key` names it until it is acknowledged. */
  sent(key: number, bytes: number, nowMs: number): void {
    if (this.#flights.size === 0) {
      this.#firstSentMs = nowMs;
      this.#deliveredMs = nowMs;
    }
    this.#flights.set(key, {
      bytes,
      sentMs: nowMs,
      deliveredBytes: this.#deliveredBytes,
      deliveredMs: this.#deliveredMs,
      firstSentMs: this.#firstSentMs,
    });
    this.#inFlightBytes += bytes;
  }

  /** Nothing happens for a piece that is not under way. */
  acknowledged(key: number, nowMs: number): void {
    const flight = this.#flights.get(key);
    if (flight === undefined) return;
    this.#flights.delete(key);
    this.#inFlightBytes -= flight.bytes;
    this.#deliveredBytes += flight.bytes;
    this.#deliveredMs = nowMs;
    this.#firstSentMs = flight.sentMs;
    const tookMs = Math.max(flight.sentMs - flight.firstSentMs, nowMs - flight.deliveredMs);
    const roundTripMs = nowMs - flight.sentMs;
    // A clock that did not move says nothing.
    if (tookMs <= 0 || roundTripMs <= 0) return;
    const rate = ((this.#deliveredBytes - flight.deliveredBytes) * 1000) / tookMs;
    this.#lateRates.push(rate);
    if (this.#lateRates.length > lateSamplesMax) this.#lateRates.shift();
    this.#noteRoundTrip(roundTripMs, flight.sentMs, nowMs);
    this.#rate = smoothed(this.#rate, rate, rateWeight);
    this.#roundTripMs = smoothed(this.#roundTripMs, roundTripMs, roundTripWeight);
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

  /** The link broke: what was under way will not be acknowledged. What was learnt stays. */
  cut(): void {
    this.#flights.clear();
    this.#inFlightBytes = 0;
    this.#probingSinceMs = undefined;
  }
}

function smoothed(before: number | undefined, sample: number, weight: number): number {
  return before === undefined ? sample : before + (sample - before) * weight;
}

/**
 * The highest level that keeps such a link busy. docs/effort.md has, for a MiB of literals beside its context, 1,030 ms at level 16, 154 at 12, 82 at 9; 1.7 s at level 19; 26 at 3. What is
 * sent is about a quarter of them, so a core feeds a link of a quarter of that many bytes a second.
 */
const steps: readonly { readonly level: number; readonly rateMax: number }[] = [
  { level: 19, rateMax: 150_000 },
  { level: 16, rateMax: 250_000 },
  { level: 12, rateMax: 1_700_000 },
  { level: 9, rateMax: 3_200_000 },
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
