/**
 * A store that fails at the k-th operation: the process ends there (the operation, and every one after it, never settles), or the operation throws; in both
 * cases before it had its effect, or after.
 */
import { WorldError } from '../../../src/base/errors.js';
import type { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { Store } from '../../../src/replication/store/store.js';

export const faults = ['crash before', 'crash after', 'error before', 'error after'] as const;
export type Fault = (typeof faults)[number];

export class FaultStore implements Store {
  readonly #inner: MemoryStore;
  readonly #fault: Fault;
  /** Operations until the fault. */
  #left = Infinity;
  #isDead = false;
  hasFailed = false;
  readonly died: Promise<'died'>;
  #die: () => void = () => undefined;

  constructor(inner: MemoryStore, fault: Fault) {
    this.#inner = inner;
    this.#fault = fault;
    this.died = new Promise((resolve) => (this.#die = () => resolve('died')));
  }

  /** The fault comes after that many operations from now. */
  failAt(operations: number): void {
    this.#left = operations;
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
    if (this.#isDead) return new Promise<T>(() => undefined);
    if (this.#left-- !== 0) return operation();
    this.hasFailed = true;
    this.#isDead = this.#fault.startsWith('crash');
    if (this.#fault.endsWith('after')) await operation();
    if (!this.#isDead) throw new WorldError('the store failed on purpose');
    this.#die();
    return new Promise<T>(() => undefined);
  }
}
