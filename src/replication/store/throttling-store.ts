/**
 * A store that is used at no more than so many requests and bytes a second. Each rate is a token bucket that holds at most a burst; who comes when it is empty waits for
 * its turn, in order of arrival. What a read brings is known only afterwards: it is taken then, and those who come later wait for it.
 *
 * Source: the generic cell rate algorithm (ITU-T I.371), the same bucket kept as one time, which neither loses nor adds tokens by rounding.
 */
import { UsageError } from '../../base/errors.js';
import type { Runtime } from '../../base/runtime.js';
import { checkKey, checkPrefix } from './key.js';
import type { Range } from './key.js';
import type { ObjectInfo, PutMode, Store } from './store.js';

/** A rate and what may be taken at once after a rest. Positive; Infinity for no limit. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface ThrottlingOptions {
  readonly requests: Rate;
  readonly bytes: Rate;
}

type Time = Pick<Runtime, 'nowMs' | 'sleep'>;

export class ThrottlingStore implements Store {
  readonly #inner: Store;
  readonly #runtime: Time;
  readonly #requests: TokenBucket;
  readonly #bytes: TokenBucket;

  /** Throws UsageError when a rate is not positive. */
  constructor(inner: Store, runtime: Time, { requests, bytes }: ThrottlingOptions) {
    this.#inner = inner;
    this.#runtime = runtime;
    this.#requests = new TokenBucket('requests', requests, runtime.nowMs());
    this.#bytes = new TokenBucket('bytes', bytes, runtime.nowMs());
  }

  async get(key: string, range?: Range): Promise<Uint8Array | undefined> {
    checkKey(key);
    await this.#turn(0);
    const bytes = await this.#inner.get(key, range);
    this.#bytes.take(bytes?.length ?? 0, this.#runtime.nowMs());
    return bytes;
  }

  async put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    checkKey(key);
    await this.#turn(bytes.length);
    return this.#inner.put(key, bytes, mode);
  }

  async list(prefix: string): Promise<readonly ObjectInfo[]> {
    checkPrefix(prefix);
    await this.#turn(0);
    return this.#inner.list(prefix);
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    await this.#turn(0);
    await this.#inner.remove(key);
  }

  async #turn(bytes: number): Promise<void> {
    const now = this.#runtime.nowMs();
    const waitMs = Math.max(this.#requests.take(1, now), this.#bytes.take(bytes, now));
    if (waitMs > 0) await this.#runtime.sleep(waitMs);
  }
}

class TokenBucket {
  readonly #msPerToken: number;
  readonly #burstMs: number;
  /** When the bucket is full again. */
  #fullAtMs: number;

  constructor(name: string, { perSecond, burst }: Rate, nowMs: number) {
    if (!(perSecond > 0) || !(burst > 0))
      throw new UsageError(
        `${name}: a rate of ${perSecond} a second with bursts of ${burst} lets nothing pass`,
      );
    this.#msPerToken = 1000 / perSecond;
    this.#burstMs = burst * this.#msPerToken;
    this.#fullAtMs = nowMs;
  }

  /** Takes tokens that may still have to come; how long to wait until they are there. What is larger than the burst waits for a full bucket, and leaves a debt. */
  take(tokens: number, nowMs: number): number {
    if (this.#msPerToken === 0) return 0;
    const full = Math.max(this.#fullAtMs, nowMs);
    const costMs = tokens * this.#msPerToken;
    this.#fullAtMs = full + costMs;
    return Math.max(0, full + Math.min(costMs, this.#burstMs) - this.#burstMs - nowMs);
  }
}
