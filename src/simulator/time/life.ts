/**
 * One life of a process: from its start to its crash. Every promise that the world hands to it is made here, and is settled only while the
 * life lasts; so a crash at any await point is: nothing settles any more. A paused life is settled late, in order.
 *
 * It also knows who waits for what, which is the report when the world comes to rest too early.
 */
import { assert } from '../../base/errors.js';
import type { EventLoop } from './loop.js';

export interface Waiting {
  readonly who: string;
  readonly what: string;
  readonly sinceMs: number;
}

export interface Settler<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

export class Life {
  readonly name: string;
  readonly #loop: EventLoop;
  readonly #waiting = new Set<Waiting>();
  readonly #held: (() => void)[] = [];
  #isOver = false;
  #pauseCount = 0;
  #settledCount = 0;
  #crashAt: { readonly count: number; readonly crash: () => void } | undefined;

  constructor(loop: EventLoop, name: string) {
    this.#loop = loop;
    this.name = name;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isPaused(): boolean {
    return this.#pauseCount > 0;
  }

  /** How many waits were settled: the number of await points passed. */
  get settledCount(): number {
    return this.#settledCount;
  }

  /** A promise that the world will settle, through the settler that `start` gets. After the end of the life: a promise that never settles, and `start` is not called. */
  wait<T>(what: string, start: (settler: Settler<T>) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#isOver) return;
      const waiting = { who: this.name, what, sinceMs: this.#loop.nowMs };
      this.#waiting.add(waiting);
      const settle = (effect: () => void): void => {
        if (!this.#waiting.delete(waiting)) return;
        this.run(effect);
      };
      start({
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      });
    });
  }

  /** Runs code of the process itself: now, when the pause ends, or never. An await point as every other. */
  run(effect: () => void): void {
    if (this.#isOver) return;
    if (this.#pauseCount > 0) {
      this.#held.push(effect);
      return;
    }
    this.#settledCount++;
    if (this.#crashAt?.count === this.#settledCount) {
      this.#crashAt.crash();
      return;
    }
    this.#loop.settled();
    effect();
  }

  /** Calls `crash` at the n-th settled wait of this life instead of resuming the waiting code: every await point has a number. Of several the first strikes. */
  crashAtWait(count: number, crash: () => void): void {
    if (count > this.#settledCount && count < (this.#crashAt?.count ?? Infinity))
      this.#crashAt = { count, crash };
  }

  /** Takes crashAtWait() back. */
  crashAtNoWait(): void {
    this.#crashAt = undefined;
  }

  end(): void {
    this.#isOver = true;
    this.#waiting.clear();
    this.#held.length = 0;
  }

  /** Nothing is settled until resume() was called as often. */
  pause(): void {
    this.#pauseCount++;
  }

  resume(): void {
    assert(this.#pauseCount > 0, 'a life that is resumed is paused');
    if (--this.#pauseCount > 0) return;
    for (const effect of this.#held.splice(0)) this.run(effect);
  }

  /** Who waits for what, longest first. */
  waits(): Waiting[] {
    return [...this.#waiting];
  }
}
