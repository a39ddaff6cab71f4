/** How a repository cuts, as one word of a welcome: `fixed:4096`, `fastcdc:2048:8192:65536` (least, average, most). */
import { DataError } from '../../base/errors.js';
import { isContentChunkerName } from '../../engine/chunk/content-chunkers.js';
import { chunkerProblem, type ChunkerSpec, type Cutting } from '../../engine/chunk/spec.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';

/** How a snapshot is cut and hashed for somebody. */
export interface CutAndHash {
  readonly chunker: ChunkerSpec;
  readonly fingerprint: FingerprintName;
}

export function chunkerText(chunker: Cutting): string {
  if (chunker.name === 'fixed') return `fixed:${chunker.blockBytes}`;
  if (chunker.name === 'mixed') return `mixed:${chunker.blockBytes}`;
  return `${chunker.name}:${chunker.minBytes}:${chunker.averageBytes}:${chunker.maxBytes}`;
}

/** Throws DataError for what no chunker of ours is. */
export function parseChunker(text: string): ChunkerSpec {
  const [name = '', ...sizes] = text.split(':');
  const [first = NaN, averageBytes = NaN, maxBytes = NaN] = sizes.map((size) =>
    /^\d{1,10}$/.test(size) ? Number(size) : NaN,
  );
  const chunker: ChunkerSpec | undefined =
    name === 'fixed' && sizes.length === 1
      ? { name, blockBytes: first }
      : isContentChunkerName(name) && sizes.length === 3
        ? { name, minBytes: first, averageBytes, maxBytes }
        : undefined;
  const problem = chunker === undefined ? 'is unknown here' : chunkerProblem(chunker);
  if (chunker === undefined || problem !== undefined) {
    throw new DataError(`the peer's chunker '${text}' ${problem ?? ''}`, { hint: 'upgrade this side' });
  }
  return chunker;
}

/** Whether a manifest is what a repository that cuts so asks for. */
export function isCutSo(manifest: Manifest, { chunker, fingerprint }: CutAndHash): boolean {
  return manifest.fingerprint === fingerprint && chunkerText(manifest.chunker) === chunkerText(chunker);
}
