/** The unpacked streams of one segment: what its operations take from them, and what they may repeat. */
import { DataError } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import { decompress } from '../package/codecs.js';
import type { Segment, StreamName } from '../package/model.js';
import type { TargetRanges } from './target-ranges.js';

export class SegmentStreams {
  readonly operations: Uint8Array;
  readonly #what: string;
  readonly #segment: Segment;
  readonly #sources: TargetRanges;
  readonly #streams: Record<'differences' | 'literals', Uint8Array>;
  readonly #used = { differences: 0, literals: 0 };

  constructor(segment: Segment, sources: TargetRanges, meter: Meter) {
    this.#what = `segment ${segment.index}`;
    this.#segment = segment;
    this.#sources = sources;
    const unpack = (name: StreamName): Uint8Array => {
      const { codec, packed, rawBytes } = segment.streams[name];
      return meter.time('decompress', () => decompress(codec, packed, rawBytes));
    };
    this.operations = unpack('operations');
    this.#streams = { differences: unpack('differences'), literals: unpack('literals') };
  }

  /** The next bytes of a stream. */
  take(name: 'differences' | 'literals', length: number): Uint8Array {
    const start = this.#used[name];
    const stream = this.#streams[name];
    if (length > stream.length - start) {
      throw new DataError(`${this.#what} needs more ${name} than its ${stream.length} bytes`);
    }
    this.#used[name] = start + length;
    return stream.subarray(start, start + length);
  }

  /**
   * Throws DataError unless the target bytes [source, source + length) are this segment's own or of its dependencies. That they lie before
   * the present position is readOperations' to check.
   */
  checkRepeat(source: number, length: number): void {
    const { targetAddress } = this.#segment;
    if (source >= targetAddress) return;
    if (this.#sources.contain(source, Math.min(source + length, targetAddress))) return;
    throw new DataError(`${this.#what} repeats target bytes of a segment that it does not depend on`);
  }

  /** Throws DataError unless all bytes were used. */
  end(): void {
    for (const name of ['differences', 'literals'] as const) {
      const left = this.#streams[name].length - this.#used[name];
      if (left > 0) throw new DataError(`${this.#what} has ${left} bytes of ${name} that nothing uses`);
    }
  }
}
