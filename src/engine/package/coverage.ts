/**
 * What a reader remembers of the segments that it saw: index, range and frame digest, in order of arrival. Answers
 * whether they fit together: each index once, each range where its neighbours' end and begin, all of the target at
 * the end, and the root over all.
 *
 * Columns instead of objects: about 70 bytes a segment, and a large index alone costs nothing.
 */
import { DataError, present } from '../../base/errors.js';
import { ByteVector, Float64Vector } from '../../base/vector.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { merkleRoot } from '../fingerprint/merkle.js';
import type { PackageFooter, Segment } from './model.js';

export class Coverage {
  readonly #totalBytes: number;
  readonly #arrival = new Map<number, number>();
  readonly #starts = new Float64Vector();
  readonly #ends = new Float64Vector();
  readonly #digests = new ByteVector();
  #coveredBytes = 0;

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  get segmentCount(): number {
    return this.#arrival.size;
  }

  get coveredBytes(): number {
    return this.#coveredBytes;
  }

  /** Throws DataError when the index is known or the range does not join its neighbours'. */
  add(segment: Segment, frameDigest: Uint8Array): void {
    const { index, targetAddress } = segment;
    const end = targetAddress + segment.targetBytes;
    if (this.#arrival.has(index)) throw new DataError(`segment ${index} comes twice`);
    const before = index === 0 ? 0 : this.#edge(this.#ends, index - 1);
    if (before !== undefined && before !== targetAddress) throw misplaced(index, targetAddress, before);
    const after = this.#edge(this.#starts, index + 1);
    if (after !== undefined && after !== end) throw misplaced(index + 1, after, end);
    this.#arrival.set(index, this.#arrival.size);
    this.#starts.push(targetAddress);
    this.#ends.push(end);
    this.#digests.append(frameDigest);
    this.#coveredBytes += segment.targetBytes;
  }

  /**
   * Throws DataError unless the segments are complete, cover the target, and give the footer's root with the two
   * digests before them.
   */
  complete(footer: PackageFooter, hasher: Hasher, packageId: Uint8Array, structureDigest: Uint8Array): void {
    const { segmentCount } = footer;
    const count = this.segmentCount;
    for (let index = 0; index < Math.min(segmentCount, count + 1); index++) {
      if (!this.#arrival.has(index)) throw new DataError(`segment ${index} is missing`);
    }
    if (count !== segmentCount)
      throw new DataError(`the footer counts ${segmentCount} segments where ${count} came`);
    const end = count === 0 ? 0 : this.#edge(this.#ends, count - 1);
    if (end !== this.#totalBytes) {
      throw new DataError(`the segments cover ${end ?? 0} of the target's ${this.#totalBytes} bytes`);
    }
    const width = hasher.fingerprint.digestBytes;
    const arrived = this.#digests.view();
    const digests = new Uint8Array((count + 2) * width);
    digests.set(packageId);
    digests.set(structureDigest, width);
    for (const [index, place] of this.#arrival) {
      digests.set(arrived.subarray(place * width, (place + 1) * width), (index + 2) * width);
    }
    if (Buffer.compare(merkleRoot(hasher, digests), footer.root) !== 0) {
      throw new DataError('the root does not match: the package was changed after it was written');
    }
  }

  #edge(column: Float64Vector, index: number): number | undefined {
    const place = this.#arrival.get(index);
    return place === undefined ? undefined : present(column.view()[place], 'range');
  }
}

function misplaced(index: number, address: number, expected: number): DataError {
  return new DataError(
    `segment ${index} begins at ${address}, but the segment before it ends at ${expected}`,
  );
}
