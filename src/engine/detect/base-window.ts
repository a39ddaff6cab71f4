/**
 * What of the base a follower has in the kernels' window `base`: one range of addresses, extended at its end where that spares reading again. A
 * shift that is followed through a region reads each base byte once.
 */
import { assert } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import { dataWindowBytes, type Workspace } from '../../kernels/workspace.js';
import type { ContentReader } from '../snapshot/snapshot.js';

export interface BaseWindowContext {
  readonly workspace: Workspace;
  readonly baseReader: ContentReader;
  readonly meter: Meter;
}

export class BaseWindow {
  readonly #context: BaseWindowContext;
  /** Address of the window's first byte, and behind its last one. */
  #start = 0;
  #end = 0;

  constructor(context: BaseWindowContext) {
    this.#context = context;
  }

  /** Makes [start, end) present. What lies before `start` may still be there. */
  load(start: number, end: number): void {
    assert(end - start <= dataWindowBytes, 'a range fits the window');
    if (start < this.#start || start >= this.#end || end - this.#start > dataWindowBytes) {
      this.#start = start;
      this.#end = start;
    }
    if (end <= this.#end) return;
    const { workspace, baseReader, meter } = this.#context;
    const length = end - this.#end;
    const view = workspace.window('base').u8(this.#end - this.#start, length);
    meter.time('read', () => baseReader.read(this.#end, view));
    meter.count('bytesRead', length);
    this.#end = end;
  }

  /** The window's offset of an address that is present. */
  offsetOf(address: number): number {
    assert(address >= this.#start && address <= this.#end, 'an address lies in the window');
    return address - this.#start;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }
}
