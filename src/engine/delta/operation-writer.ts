/**
 * Writes a segment's operations through the kernels (deltaPut, deltaWrite), which merge what continues and keep the writer's state in a
 * window: hundreds of thousands of operations cost no object and no call of their own.
 *
 * The streams lie in the windows and are valid until the next writer uses these. They hold `operationsMax` instructions; an encoder that made
 * more operations of a segment would fail here, not at a reader.
 */
import { assert } from '../../base/errors.js';
import { deltaApplyRefused, putKind, type KernelInstance } from '../../kernels/abi.js';
import type { Window } from '../../kernels/arena.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { BaseRange } from './base-window.js';
import type { Operation, OperationStreams } from './operations.js';

/** Windows that a writer works in, by what they hold. */
export interface WriterWindows {
  /** 88 bytes. */
  readonly writer: Window;
  /** Ranges of a base window: 12 bytes each. */
  readonly parts: Window;
  readonly instructions: Window;
  readonly lengths: Window;
  readonly addresses: Window;
}

const streams = ['instructions', 'lengths', 'addresses'] as const;
const stateWords = 22;
const word = { target: 0, count: 13, next: 14, end: 17, literals: 20 } as const;

export class OperationWriter {
  readonly #kernels: KernelInstance;
  readonly #windows: WriterWindows;
  #ranges: readonly BaseRange[] = [];

  constructor(kernels: KernelInstance, windows: WriterWindows, targetAddress: number) {
    this.#kernels = kernels;
    this.#windows = windows;
    const state = windows.writer.u32(stateWords).fill(0);
    state[word.target] = targetAddress;
    state[word.target + 1] = Math.floor(targetAddress / 2 ** 32);
    streams.forEach((name, i) => {
      const { pointer, length } = windows[name];
      state[word.next + i] = pointer;
      state[word.end + i] = pointer + length;
    });
  }

  static of(workspace: Workspace, targetAddress: number): OperationWriter {
    const window = workspace.window.bind(workspace);
    const windows = {
      writer: window('writer'),
      parts: window('parts'),
      instructions: window('instructions'),
      lengths: window('lengths'),
      addresses: window('addresses'),
    };
    return new OperationWriter(workspace.kernels, windows, targetAddress);
  }

  /** Operations written, after merging; all of them from finish() on. */
  get count(): number {
    return this.#windows.writer.words[word.count] ?? 0;
  }

  /** Literal bytes put so far. */
  get literalBytes(): number {
    return this.#windows.writer.words[word.literals] ?? 0;
  }

  /** Appends one operation, of fewer than 2^32 bytes. */
  put(kind: Operation['kind'], length: number, address = 0): void {
    this.#put(putKind[kind], length, address);
  }

  /** Where the bytes of the base window lie that the records to come speak of: `ranges` end to end. */
  setBase(ranges: readonly BaseRange[]): void {
    if (ranges === this.#ranges) return;
    this.#ranges = ranges;
    const { words } = this.#windows.parts;
    assert(ranges.length * 3 <= words.length, 'the ranges of a base window fit theirs');
    let end = 0;
    let at = 0;
    for (const range of ranges) {
      end += range.end - range.start;
      words[at] = end;
      words[at + 1] = range.start;
      words[at + 2] = Math.floor(range.start / 2 ** 32);
      at += 3;
    }
  }

  /** Appends deltaEncode's records at `pointer`. */
  putRecords(pointer: number, count: number): void {
    const { writer, parts } = this.#windows;
    const taken = this.#kernels.functions.deltaWrite(
      writer.pointer,
      pointer,
      count,
      parts.pointer,
      this.#ranges.length,
    );
    assert(taken === count, 'the operations of a segment fit their streams');
  }

  /**
   * Appends steps that were encoded (assembly/delta-each.ts), and their payload: differences from `differences` on; `literals` is where the first literal byte of
   * the segment went. Returns the difference bytes.
   */
  putSteps(pointer: number, count: number, differences: number, literals: number): number {
    const written = this.#kernels.functions.deltaWriteEach(
      this.#windows.writer.pointer,
      pointer,
      count,
      differences,
      literals,
    );
    assert(written !== deltaApplyRefused, 'the operations of a segment fit their streams');
    return written;
  }

  /** Ends the streams; views of the windows. */
  finish(): OperationStreams {
    this.#put(putKind.end, 0, 0);
    const state = this.#windows.writer.u32(stateWords);
    const view = (i: 0 | 1 | 2): Uint8Array => {
      const window = this.#windows[streams[i]];
      return window.u8(0, (state[word.next + i] ?? 0) - window.pointer);
    };
    return { instructions: view(0), lengths: view(1), addresses: view(2) };
  }

  #put(kind: number, length: number, address: number): void {
    const fits = this.#kernels.functions.deltaPut(
      this.#windows.writer.pointer,
      kind,
      length,
      address,
      Math.floor(address / 2 ** 32),
    );
    assert(fits === 1, 'the operations of a segment fit their streams');
  }
}
