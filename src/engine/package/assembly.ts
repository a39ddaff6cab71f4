/**
 * Gathers a frame from pieces of any size. A claimed length is only a goal: memory grows with the bytes that really arrive, at most to twice them.
 */
import { assert } from '../../base/errors.js';

/** What a frame gets at once; most are shorter than this or arrive in larger pieces. */
const firstBytes = 4096;

export class Assembly {
  #bytes: Uint8Array;
  #filled: number;
  #goal: number;

  /** Begins with `prefix`, which counts as gathered, and waits for `length` bytes more. */
  constructor(prefix: Uint8Array, length: number) {
    this.#goal = prefix.length + length;
    this.#bytes = new Uint8Array(Math.min(this.#goal, prefix.length + firstBytes));
    this.#bytes.set(prefix);
    this.#filled = prefix.length;
  }

  get missing(): number {
    return this.#goal - this.#filled;
  }

  /** Waits for `length` bytes more. */
  extend(length: number): void {
    this.#goal += length;
  }

  /** Takes what is still missing from `input` at `offset`; returns how many bytes it took. */
  take(input: Uint8Array, offset: number): number {
    const length = Math.min(this.missing, input.length - offset);
    const end = this.#filled + length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(this.#goal, Math.max(end, this.#bytes.length * 2)));
      grown.set(this.#bytes.subarray(0, this.#filled));
      this.#bytes = grown;
    }
    this.#bytes.set(input.subarray(offset, offset + length), this.#filled);
    this.#filled = end;
    return length;
  }

  /** What was gathered so far, prefix included; a view. */
  get gathered(): Uint8Array {
    return this.#bytes.subarray(0, this.#filled);
  }

  /** Bytes of memory held. */
  get capacity(): number {
    assert(this.#filled <= this.#bytes.length, 'what was gathered lies in memory');
    return this.#bytes.length;
  }
}
