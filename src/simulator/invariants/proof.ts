/**
 * What a restore that was right has read: the version's manifest, and its blocks in the places in which the repository had them.
 *
 * Law: a restore follows from the version's record, its manifest's bytes, and the bytes of its blocks' packs in the places in which the repository looks for them. Where all of these are the
 * same once more (objects by files and versions, places by asking the repository that ships), the same bytes would come of it. Packs that came meanwhile count only where a block is read from them.
 */
import { configKey } from '../../replication/repository/objects.js';
import type {
  BlockIds,
  BlockPlace,
  Repository,
  StoredVersion,
} from '../../replication/repository/repository.js';
import type { DurableContent, DurableStore } from '../disk/durable.js';

/** What is durable, and the repository that was opened over it. */
export interface Opened {
  readonly store: Pick<DurableStore, 'contentOf'>;
  readonly repository: Pick<Repository, 'places'>;
}

export class RestoreProof {
  readonly #record: string;
  readonly #ids: readonly BlockIds[];
  readonly #places: readonly (BlockPlace | undefined)[];
  /** By key. */
  readonly #contents: ReadonlyMap<string, DurableContent | undefined>;

  /** `ids`: of the blocks that were read. */
  constructor(durable: Opened, stored: StoredVersion, ids: readonly BlockIds[]) {
    this.#record = textOf(stored);
    this.#ids = ids;
    this.#places = placesIn(durable, ids);
    const keys = [configKey, stored.manifest, ...this.#places.map((place) => place?.key ?? configKey)];
    this.#contents = new Map(keys.map((key) => [key, durable.store.contentOf(key)]));
  }

  /** Whether the version would be restored from the same bytes again. */
  holds(durable: Opened, stored: StoredVersion): boolean {
    if (textOf(stored) !== this.#record) return false;
    for (const [key, before] of this.#contents) {
      const now = durable.store.contentOf(key);
      if (now === undefined || now.file !== before?.file || now.version !== before.version) return false;
    }
    const places = placesIn(durable, this.#ids);
    return this.#places.every((before, i) => {
      const now = places[i];
      return now !== undefined && now.key === before?.key && now.offset === before.offset;
    });
  }
}

function placesIn({ repository }: Opened, ids: readonly BlockIds[]): readonly (BlockPlace | undefined)[] {
  return ids.flatMap((some) => repository.places(some));
}

function textOf({ manifest, content, metadata }: StoredVersion): string {
  return `${manifest} ${content} ${metadata}`;
}
