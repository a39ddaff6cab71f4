/**
 * What a segment may repeat: bytes of the target that it has rebuilt itself, and those of the segments that it names as its dependencies. Held
 * strictly, although the content digest would notice too: so a package that works in one order works in every order that respects dependencies.
 */
import { DataError, present } from '../../base/errors.js';
import type { Segment } from '../package/model.js';

/** Ranges of the segments applied so far, by index. */
export class AppliedSegments {
  readonly #ranges = new Map<number, readonly [start: number, end: number]>();

  /** Throws DataError when a dependency has not been applied. */
  sourcesOf(segment: Segment): TargetRanges {
    const ranges = segment.dependencies.map((index) => {
      const range = this.#ranges.get(index);
      if (range === undefined) {
        throw new DataError(`segment ${segment.index} comes before segment ${index}, on which it depends`);
      }
      return range;
    });
    return new TargetRanges(ranges);
  }

  add(segment: Segment): void {
    const { targetAddress, targetBytes } = segment;
    this.#ranges.set(segment.index, [targetAddress, targetAddress + targetBytes]);
  }
}

export class TargetRanges {
  /** Disjoint, ascending, neighbours joined. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  constructor(ranges: readonly (readonly [start: number, end: number])[]) {
    for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
      const last = this.#ends.length - 1;
      if (last >= 0 && start <= present(this.#ends[last], 'end')) {
        this.#ends[last] = Math.max(end, present(this.#ends[last], 'end'));
      } else {
        this.#starts.push(start);
        this.#ends.push(end);
      }
    }
  }

  /** Whether [start, end) lies in one of the ranges. */
  contain(start: number, end: number): boolean {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (present(this.#starts[middle], 'start') <= start) low = middle + 1;
      else high = middle;
    }
    return low > 0 && end <= present(this.#ends[low - 1], 'end');
  }
}
