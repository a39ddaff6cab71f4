/**
 * A block listing put together from items, with the rules that a manifest's reader holds, too: entries as snapshots have them, blocks that cover each
 * file exactly, of lengths that the chunker cuts.
 */
import { DataError } from '../../base/errors.js';
import { ByteVector, Float64Vector } from '../../base/vector.js';
import { longestBlockBytes, shortestBlockBytes, type ChunkerSpec } from '../chunk/spec.js';
import type { Hasher } from '../fingerprint/fingerprint.js';
import { snapshotId } from '../fingerprint/identity.js';
import type { BlockListing } from '../fingerprint/manifest.js';
import { checkEntries, shown } from '../snapshot/entry-rules.js';
import { shapeOf } from '../snapshot/shape.js';
import type { Entry, SnapshotForm } from '../snapshot/snapshot.js';
import type { ItemSink } from './merkle-items.js';

const what = "the remote's manifest";

export class ListingBuilder implements ItemSink {
  readonly #chunker: ChunkerSpec;
  readonly #entries: Entry[] = [];
  readonly #entryDigests = new ByteVector();
  readonly #ends = new Float64Vector();
  readonly #digests = new ByteVector();
  /** End of the blocks so far, and of the entries so far. */
  #at = 0;
  #entryEnd = 0;

  constructor(chunker: ChunkerSpec) {
    this.#chunker = chunker;
  }

  entry(entry: Entry, digest: Uint8Array): void {
    this.#requireCovered();
    this.#entries.push(entry);
    this.#entryDigests.append(digest);
    this.#entryEnd += entry.sizeBytes;
  }

  blocks(lengths: ArrayLike<number>, digests: Uint8Array): void {
    const shortest = shortestBlockBytes(this.#chunker);
    const longest = longestBlockBytes(this.#chunker);
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i] ?? 0;
      const rest = this.#entryEnd - this.#at;
      // Fixed blocks have but one length, which is both.
      const fits = length <= longest && (length >= shortest || length === rest);
      if (length === 0 || length > rest || !fits) this.#uncovered();
      this.#at += length;
      this.#ends.push(this.#at);
    }
    this.#digests.append(digests);
  }

  /** Throws DataError where the items are no snapshot. */
  finish(form: SnapshotForm, hasher: Hasher): BlockListing {
    this.#requireCovered();
    checkEntries(form, this.#entries, what);
    const shape = shapeOf({ form, entries: this.#entries });
    const entryDigests = this.#entryDigests.view();
    return {
      ...shape,
      id: snapshotId(hasher, shape, entryDigests),
      fingerprint: hasher.fingerprint.name,
      chunker: this.#chunker,
      entryDigests,
      blocks: { ends: this.#ends.view(), digests: this.#digests.view() },
    };
  }

  #requireCovered(): void {
    if (this.#at !== this.#entryEnd) this.#uncovered();
  }

  #uncovered(): never {
    const path = this.#entries.at(-1)?.path ?? '';
    throw new DataError(`${what}: the blocks of ${shown(path)} do not cover it, or have impossible sizes`);
  }
}
