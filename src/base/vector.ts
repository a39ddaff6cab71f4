/**
 * Growable typed arrays, for columns whose length is known only at the end. Memory doubles; nothing is boxed. They begin with 64 bytes, which
 * the engine keeps among its objects; memory beside them, as anything longer has, costs as much as 40 pushes.
 */

export class Float64Vector {
  #items = new Float64Array(8);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#items.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#items);
      this.#items = grown;
    }
    this.#items[this.#length++] = value;
  }

  append(values: Float64Array): void {
    const length = this.#length + values.length;
    if (length > this.#items.length) {
      const grown = new Float64Array(Math.max(this.#items.length * 2, length));
      grown.set(this.#items.subarray(0, this.#length));
      this.#items = grown;
    }
    this.#items.set(values, this.#length);
    this.#length = length;
  }

  /** The items so far, as a view that the next push may detach. */
  view(): Float64Array {
    return this.#items.subarray(0, this.#length);
  }
}

export class ByteVector {
  #items = new Uint8Array(64);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(byte: number): void {
    this.#room(1);
    this.#items[this.#length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#items.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The bytes so far, as a view that the next append may detach. */
  view(): Uint8Array {
    return this.#items.subarray(0, this.#length);
  }

  #room(extra: number): void {
    if (this.#length + extra <= this.#items.length) return;
    const grown = new Uint8Array(Math.max(this.#items.length * 2, this.#length + extra));
    grown.set(this.#items.subarray(0, this.#length));
    this.#items = grown;
  }
}
