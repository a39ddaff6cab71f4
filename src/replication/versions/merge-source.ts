/** One manifest as a merge sees it: entries by path, blocks by number within their file. */
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Entry } from '../../engine/snapshot/snapshot.js';

export class MergeSource {
  readonly manifest: Manifest;
  readonly #blockBytes: number;
  readonly #digestBytes: number;
  readonly #rows = new Map<string, number>();
  /** Number of each entry's first block. */
  readonly #firstBlock: Float64Array;
  readonly #digests: Buffer;

  /** Of fixed blocks of `blockBytes`. */
  constructor(manifest: Manifest, blockBytes: number, digestBytes: number) {
    this.manifest = manifest;
    this.#blockBytes = blockBytes;
    this.#digestBytes = digestBytes;
    this.#firstBlock = new Float64Array(manifest.entries.length);
    let block = 0;
    manifest.entries.forEach(({ path, sizeBytes }, row) => {
      this.#rows.set(path, row);
      this.#firstBlock[row] = block;
      block += Math.ceil(sizeBytes / blockBytes);
    });
    const { buffer, byteOffset, length } = manifest.blocks.digests;
    this.#digests = Buffer.from(buffer, byteOffset, length);
  }

  get paths(): Iterable<string> {
    return this.#rows.keys();
  }

  entry(path: string): Entry | undefined {
    return this.manifest.entries[this.#rows.get(path) ?? -1];
  }

  /** The content digest of a file. */
  contentDigest(path: string): Uint8Array {
    const row = this.#rows.get(path) ?? 0;
    return this.manifest.entryDigests.subarray(row * this.#digestBytes, (row + 1) * this.#digestBytes);
  }

  /** Bytes of a file's block; 0 where there is no such file or block. */
  lengthOf(path: string, block: number): number {
    const entry = this.entry(path);
    if (entry?.kind !== 'file') return 0;
    return Math.max(0, Math.min(this.#blockBytes, entry.sizeBytes - block * this.#blockBytes));
  }

  /** The digest of a block that is there. */
  blockDigest(path: string, block: number): Buffer {
    const row = this.#rows.get(path) ?? 0;
    const at = ((this.#firstBlock[row] ?? 0) + block) * this.#digestBytes;
    return this.#digests.subarray(at, at + this.#digestBytes);
  }

  /** Whether both have the same there: the same bytes, or no such block. */
  hasSameBlock(other: MergeSource, path: string, block: number): boolean {
    const length = this.lengthOf(path, block);
    if (length !== other.lengthOf(path, block)) return false;
    return length === 0 || this.blockDigest(path, block).equals(other.blockDigest(path, block));
  }

  /** Whether both have the same entry there, or none. Times of directories change whenever one of their entries does, and say nothing of their own. */
  hasSameEntry(other: MergeSource, path: string): boolean {
    const a = this.entry(path);
    const b = other.entry(path);
    if (a === undefined || b === undefined) return a === b;
    return (
      a.kind === b.kind &&
      a.mode === b.mode &&
      a.linkTarget === b.linkTarget &&
      a.sizeBytes === b.sizeBytes &&
      (a.kind === 'directory' || a.mtimeMicros === b.mtimeMicros) &&
      (a.kind !== 'file' || Buffer.compare(this.contentDigest(path), other.contentDigest(path)) === 0)
    );
  }
}
