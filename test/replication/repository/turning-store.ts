/** A store whose operations wait, each before it is done and again before its answer arrives, until chance picks them: so that concurrent work meets in every order. */
import type { Random } from '../../../src/base/prng.js';
import type { Store } from '../../../src/replication/store/store.js';

export class TurningStore implements Store {
  readonly #inner: Store;
  readonly #random: Random;
  #waiting: (() => void)[] = [];
  #isDead = false;

  constructor(inner: Store, random: Random) {
    this.#inner = inner;
    this.#random = random;
  }

  get(...request: Parameters<Store['get']>): ReturnType<Store['get']> {
    return this.#run(() => this.#inner.get(...request));
  }

  put(...request: Parameters<Store['put']>): ReturnType<Store['put']> {
    return this.#run(() => this.#inner.put(...request));
  }

  list(...request: Parameters<Store['list']>): ReturnType<Store['list']> {
    return this.#run(() => this.#inner.list(...request));
  }

  remove(...request: Parameters<Store['remove']>): ReturnType<Store['remove']> {
    return this.#run(() => this.#inner.remove(...request));
  }

  /** Lets operations go until `work` has settled, or `steps` were taken: then the process ends, and what waits never settles. */
  async drive(work: Promise<unknown>, steps: number): Promise<'settled' | 'ended'> {
    const state = { isSettled: false };
    const settle = (): void => void (state.isSettled = true);
    work.then(settle, settle);
    for (let step = 0; step < steps; step++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (state.isSettled) return 'settled';
      const [chosen] = this.#waiting.splice(this.#random.below(this.#waiting.length), 1);
      chosen?.();
    }
    this.#isDead = true;
    this.#waiting = [];
    return 'ended';
  }

  async #run<T>(operation: () => Promise<T>): Promise<T> {
    await this.#turn();
    const result = await operation();
    await this.#turn();
    return result;
  }

  #turn(): Promise<void> {
    if (this.#isDead) return new Promise(() => undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
