/** The unpacked streams of one segment: what its operations take from them, and what they may repeat. */
import { DataError } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { OperationStreams } from '../delta/operations.js';
import type { Segment, StreamName } from '../package/model.js';
import { unpackOperations, unpackStream } from '../package/unpack.js';
import type { TargetRanges } from './target-ranges.js';

export class SegmentStreams {
  readonly operations: OperationStreams;
  readonly differences: Payload;
  readonly literals: Payload;
  readonly #what: string;
  readonly #segment: Segment;
  readonly #sources: TargetRanges;

  /** `contextOf` gives the context of the literals, where they need one. */
  constructor(
    segment: Segment,
    sources: TargetRanges,
    contextOf: (operations: OperationStreams) => Uint8Array,
    meter: Meter,
  ) {
    this.#what = `segment ${segment.index}`;
    this.#segment = segment;
    this.#sources = sources;
    const operations = meter.time('decompress', () => unpackOperations(segment));
    const payload = (name: 'differences' | 'literals'): Payload =>
      new Payload(
        this.#what,
        name,
        meter.time('decompress', () => unpackStream(segment.streams[name], () => contextOf(operations))),
      );
    this.operations = operations;
    this.differences = payload('differences');
    this.literals = payload('literals');
  }

  /**
   * Throws DataError unless the target bytes [source, source + length) are this segment's own or of its dependencies. That they lie before
   * the present position is OperationReader's to check.
   */
  checkRepeat(source: number, length: number): void {
    const { targetAddress } = this.#segment;
    if (source >= targetAddress) return;
    if (this.#sources.contain(source, Math.min(source + length, targetAddress))) return;
    throw new DataError(`${this.#what} repeats target bytes of a segment that it does not depend on`);
  }

  /** Throws DataError unless all bytes were used. */
  end(): void {
    this.differences.end();
    this.literals.end();
  }
}

/** A stream of bytes that operations use in order: first claimed, operation by operation, then taken, many at once. */
export class Payload {
  readonly #what: string;
  readonly #name: StreamName;
  readonly #bytes: Uint8Array;
  #claimed = 0;
  #taken = 0;

  constructor(what: string, name: StreamName, bytes: Uint8Array) {
    this.#what = what;
    this.#name = name;
    this.#bytes = bytes;
  }

  /** Claims the next `length` bytes. Throws DataError when there are fewer. */
  claim(length: number): void {
    if (length > this.#bytes.length - this.#claimed) {
      throw new DataError(`${this.#what} needs more ${this.#name} than its ${this.#bytes.length} bytes`);
    }
    this.#claimed += length;
  }

  /** A view of all that was claimed since the last call. */
  take(): Uint8Array {
    const bytes = this.#bytes.subarray(this.#taken, this.#claimed);
    this.#taken = this.#claimed;
    return bytes;
  }

  end(): void {
    const left = this.#bytes.length - this.#claimed;
    if (left > 0) throw new DataError(`${this.#what} has ${left} bytes of ${this.#name} that nothing uses`);
  }
}
