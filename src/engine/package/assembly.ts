/**
 * Gathers a frame from pieces of any size. A claimed length is only a goal: memory grows with the bytes that really
 * arrive, at most to twice them.
 */
/**
 * What a frame gets at once: small beside a segment, large enough that doubling from here to 4 MiB costs few
 * copies.
 */
const firstBytes = 128 * 1024;

export class Assembly {
  #bytes: Uint8Array;
  #filled: number;
  #goal: number;

  /** Begins with `prefix`, which counts as gathered, and waits for `length` bytes more. */
  constructor(prefix: Uint8Array, length: number) {
    this.#goal = prefix.length + length;
    this.#bytes = allocate(Math.min(this.#goal, firstBytes));
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
      const grown = allocate(Math.min(this.#goal, Math.max(end, this.#bytes.length * 2, firstBytes)));
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
    return this.#bytes.length;
  }
}

/** Without the zeros that are overwritten at once; only what was filled is ever shown. */
function allocate(length: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
