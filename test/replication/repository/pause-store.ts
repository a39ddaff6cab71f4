/** A store that holds one operation back, before or after its effect, while others go on. */
import type { Store } from '../../../src/replication/store/store.js';

export class PauseStore implements Store {
  readonly #inner: Store;
  readonly #before: boolean;
  #left = Infinity;
  #resume: () => void = () => undefined;
  isPaused = false;

  constructor(inner: Store, before: boolean) {
    this.#inner = inner;
    this.#before = before;
  }

  /** Holds back the operation that comes after that many from now. */
  pauseAt(operations: number): void {
    this.#left = operations;
  }

  resume(): void {
    this.#left = Infinity;
    this.#resume();
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

  async #run<T>(operation: () => Promise<T>): Promise<T> {
    const isHeldBack = this.#left-- === 0;
    if (isHeldBack && this.#before) await this.#pause();
    const result = await operation();
    if (isHeldBack && !this.#before) await this.#pause();
    return result;
  }

  #pause(): Promise<void> {
    this.isPaused = true;
    return new Promise((resolve) => (this.#resume = resolve));
  }
}
