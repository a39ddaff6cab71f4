/** Time that passes only when someone sleeps: sleepers wake in order, at once when nothing else is left to do. */
import type { Runtime, WorkKind } from '../../../src/base/runtime.js';

export class VirtualTime implements Pick<Runtime, 'nowMs' | 'sleep' | 'work'> {
  #nowMs = 0;
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  #isScheduled = false;
  readonly sleptMs: number[] = [];
  readonly worked: [WorkKind, number][] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    this.sleptMs.push(ms);
    return new Promise((wake) => {
      this.#sleepers.push({ atMs: this.#nowMs + ms, wake });
      this.#schedule();
    });
  }

  work(kind: WorkKind, bytes: number): Promise<void> {
    this.worked.push([kind, bytes]);
    return Promise.resolve();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sleepers.sort((a, b) => a.atMs - b.atMs);
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
      if (this.#sleepers.length > 0) this.#schedule();
    });
  }
}
