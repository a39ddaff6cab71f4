/**
 * Named windows in a kernel instance's linear memory. An owner reserves the windows that it needs once, up front;
 * the arena grows the memory as needed and hands out views that stay right when it grows (growth detaches views, so
 * a Window makes its view on demand).
 *
 * Windows are 64-byte aligned. A copy whose destination page offset is 1-24 bytes past the source's is several times
 * slower on current CPUs, so windows of a page or more also start at staggered multiples of 128 within the page.
 */
import { WorldError, assert } from '../base/errors.js';
import type { KernelInstance, LinearMemory } from './abi.js';

const pageBytes = 65_536;

/** Alignment and stagger before a window. */
export const windowPaddingMax = 64 + 15 * 128;

export class Window {
  readonly #memory: WebAssembly.Memory;
  readonly pointer: number;
  readonly length: number;
  #words: Uint32Array | undefined;

  constructor(memory: WebAssembly.Memory, pointer: number, length: number) {
    this.#memory = memory;
    this.pointer = pointer;
    this.length = length;
  }

  /** A view of [offset, offset + length), by default of the whole window. Do not keep it across a reserve(). */
  u8(offset = 0, length: number = this.length - offset): Uint8Array {
    assert(offset >= 0 && length >= 0 && offset + length <= this.length, 'a view lies inside its window');
    return new Uint8Array(this.#memory.buffer, this.pointer + offset, length);
  }

  /** A view of the first `count` 32-bit words, by default of all. */
  u32(count: number = this.length >>> 2): Uint32Array {
    assert(count >= 0 && count * 4 <= this.length, 'a view lies inside its window');
    return new Uint32Array(this.#memory.buffer, this.pointer, count);
  }

  /** The window's part from `offset` on. */
  from(offset: number): Window {
    assert(offset >= 0 && offset <= this.length, 'a part lies inside its window');
    return new Window(this.#memory, this.pointer + offset, this.length - offset);
  }

  /** All 32-bit words, in a view that is made anew only where the memory has grown: for words that are read one by one. */
  get words(): Uint32Array {
    let words = this.#words;
    // A view of memory that has grown is empty.
    if (words === undefined || words.length === 0) words = this.#words = this.u32();
    return words;
  }
}

export class Arena<Instance extends LinearMemory = KernelInstance> {
  readonly instance: Instance;
  #top: number;
  #windows = 0;

  constructor(instance: Instance) {
    this.instance = instance;
    this.#top = instance.heapBase;
  }

  /** Reserves `length` bytes, zeroed at first use of fresh memory. Throws WorldError when memory cannot grow. */
  reserve(length: number): Window {
    const { memory } = this.instance;
    let pointer = (this.#top + 63) & ~63;
    if (length >= 4096) pointer += (this.#windows++ % 16) * 128;
    this.#growTo(pointer + length);
    this.#top = pointer + length;
    return new Window(memory, pointer, length);
  }

  /**
   * Grows the memory once for windows of these lengths, reserved next. Growing is dear: each time the engine takes the whole memory for
   * newly allocated, and collects garbage.
   */
  prepare(lengths: readonly number[]): void {
    this.#growTo(lengths.reduce((end, length) => end + length + windowPaddingMax, this.#top));
  }

  #growTo(end: number): void {
    const { memory } = this.instance;
    assert(end < 2 ** 32, 'windows fit a 32-bit memory');
    const missing = end - memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / pageBytes));
    } catch (cause) {
      throw new WorldError(`out of memory: kernels need ${Math.ceil(end / 2 ** 20)} MiB`, { cause });
    }
  }

  /** Marks the present top, to be given back to `release` when the windows reserved since are no longer used. */
  mark(): number {
    return this.#top;
  }

  release(mark: number): void {
    assert(mark <= this.#top, 'windows are released in reverse order');
    this.#top = mark;
  }
}
