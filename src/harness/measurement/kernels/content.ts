/**
 * The bytes that kernels are measured on, by name. Seeded, the same on every machine; drawn when first asked for and kept, so that
 * cases of several block sizes share them.
 */
import { present } from '../../../base/errors.js';
import { noiseSource } from '../../../workload/content/binary.js';
import { databasePageBytes, drawDatabasePage } from '../../../workload/content/database-page.js';
import { executableSource } from '../../../workload/content/executable.js';
import { cellSource, zeroSource, type Source } from '../../../workload/content/source.js';
import { codeSource, proseSource } from '../../../workload/content/text.js';

/** `random` is incompressible, `text` prose, `executable` like machine code with its tables, `database pages` a row store. */
export type ContentName = 'random' | 'other random' | 'text' | 'code' | 'executable' | 'zeros' | PagesName;
/** The same database at two moments: a third of the pages updated once or twice. */
type PagesName = 'database pages' | 'database pages, later';

/** What chunkers run on. */
export const chunkedContents = ['random', 'text', 'code', 'executable'] as const satisfies ContentName[];

const seed = 0x5eed;

const sources: Readonly<Record<ContentName, () => Source>> = {
  random: () => noiseSource(seed),
  'other random': () => noiseSource(seed + 1),
  text: () => proseSource(seed),
  code: () => codeSource(seed),
  executable: () => executableSource(seed),
  zeros: () => zeroSource,
  'database pages': () => databaseSource(() => 1),
  'database pages, later': () => databaseSource((page) => (page % 3 === 0 ? 2 + (page % 2) : 1)),
};

function databaseSource(versionOf: (page: number) => number): Source {
  return cellSource(databasePageBytes, (page, into, view) =>
    drawDatabasePage(seed, page, versionOf(page), into, view),
  );
}

export class Contents {
  readonly #drawn = new Map<ContentName, Uint8Array>();

  /** The first `length` bytes; a shorter run is the beginning of a longer one. Not to be written to. */
  bytes(name: ContentName, length: number): Uint8Array {
    if ((this.#drawn.get(name)?.length ?? -1) < length) {
      const drawn = new Uint8Array(length);
      sources[name]().fill(0, drawn);
      this.#drawn.set(name, drawn);
    }
    return present(this.#drawn.get(name), name).subarray(0, length);
  }
}
