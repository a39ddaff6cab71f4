/**
 * The events that are still to come: a binary heap by time, ties by order of scheduling, so that one schedule has one order. A cancelled
 * event stays in the heap until its turn, and is then passed over.
 */
import { present } from '../../base/errors.js';

export interface Event {
  /** Virtual nanoseconds since the start of the run; exact up to 2^53, which is 104 days. */
  readonly atNs: number;
  readonly sequence: number;
  /** Whom it concerns and what it is, as numbers that the loop's names explain. */
  readonly entity: number;
  readonly kind: number;
  /** A number that tells this event from its like: a length, a count, a digest. */
  readonly detail: number;
  action: (() => void) | undefined;
}

export class EventQueue {
  readonly #heap: Event[] = [];

  get length(): number {
    return this.#heap.length;
  }

  get first(): Event | undefined {
    return this.#heap[0];
  }

  push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = present(heap[parent], 'a parent in the heap');
      if (!isBefore(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    const count = heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      let below = present(heap[child], 'a child in the heap');
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        child++;
        below = right;
      }
      if (!isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atNs < b.atNs || (a.atNs === b.atNs && a.sequence < b.sequence);
}
