/**
 * The bytes that kernels are measured on: the kinds of data with one seed, and two more that are set against a kind. Drawn when first asked for
 * and kept, so that cases of several block sizes share them.
 */
import { present } from '../../../base/errors.js';
import type { Source } from '../../../workload/content/source.js';
import { pagesSource, sourceOf, type DataKind } from '../data-kinds.js';

/** `other random` has nothing in common with `random`; `later pages` are `pages` with a third of them updated once or twice. */
export type ContentName = DataKind | 'other random' | 'later pages';

/** What chunkers run on. */
export const chunkedContents = [
  'random',
  'text',
  'code',
  'executables',
] as const satisfies readonly DataKind[];

const seed = 0x5eed;

function contentSource(name: ContentName): Source {
  switch (name) {
    case 'other random':
      return sourceOf('random', seed + 1);
    case 'later pages':
      return pagesSource(seed, (page) => (page % 3 === 0 ? 2 + (page % 2) : 1));
    default:
      return sourceOf(name, seed);
  }
}

export class Contents {
  readonly #drawn = new Map<ContentName, Uint8Array>();

  /** The first `length` bytes; a shorter run is the beginning of a longer one. Not to be written to. */
  bytes(name: ContentName, length: number): Uint8Array {
    if ((this.#drawn.get(name)?.length ?? -1) < length) {
      const drawn = new Uint8Array(length);
      contentSource(name).fill(0, drawn);
      this.#drawn.set(name, drawn);
    }
    return present(this.#drawn.get(name), name).subarray(0, length);
  }
}
