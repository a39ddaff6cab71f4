/** The repository over a store: each operation by the module that does it. */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { compareText, type Dot, type Version } from '../versions/version.js';
import { placesOf, readBlocks } from './block-reads.js';
import { collect } from './collect.js';
import { commit, settle } from './commit.js';
import { checkBelongs } from './manifests.js';
import { versionKey } from './objects.js';
import type {
  BlockId,
  BlockIds,
  BlockOutcome,
  BlockPlace,
  Collection,
  Damage,
  Repository,
  RepositoryConfig,
  ScrubReport,
  Staging,
  StagingLife,
  StoredVersion,
} from './repository.js';
import { scrub } from './scrub.js';
import { resume, stage } from './stagings.js';
import type { RepositoryState } from './state.js';

export class StoredRepository implements Repository {
  readonly #state: RepositoryState;

  constructor(state: RepositoryState) {
    this.#state = state;
  }

  get config(): RepositoryConfig {
    return this.#state.config;
  }

  get volumes(): readonly string[] {
    return this.#state.catalogue.volumes();
  }

  get stagings(): readonly string[] {
    return [...this.#state.stagings.keys()].sort(compareText);
  }

  get damage(): readonly Damage[] {
    const { packs, damagedRecords, damagedStagings } = this.#state;
    return [...packs.damaged, ...damagedRecords.values(), ...damagedStagings.values()];
  }

  versions(volume: string): readonly StoredVersion[] {
    return this.#state.catalogue.versions(volume);
  }

  version(volume: string, dot: Dot): StoredVersion | undefined {
    return this.#state.catalogue.find(volume, dot);
  }

  async manifest(stored: StoredVersion): Promise<Manifest> {
    const manifest = await this.#state.manifests.read(stored.manifest);
    checkBelongs(stored, manifest);
    return manifest;
  }

  missing(ids: BlockIds): Promise<readonly number[]> {
    const { packs, hashing } = this.#state;
    const { digests, count, isKnown } = hashing.column(ids);
    const indices: number[] = [];
    for (let i = 0; i < count; i++) {
      if (!isKnown(i) || !packs.isHeld(digests, i * hashing.width)) indices.push(i);
    }
    return Promise.resolve(indices);
  }

  async block(id: BlockId): Promise<Uint8Array> {
    const [outcome] = await readBlocks(this.#state.packs, [id]);
    if (outcome?.state === 'whole') return outcome.bytes;
    const hint = 'fetch the version again from a peer';
    if (outcome?.state === 'damaged')
      throw new DataError(`block ${id} is damaged: ${outcome.reason}`, { hint });
    throw new DataError(`block ${id} is not held`, { hint });
  }

  blocks(ids: BlockIds): Promise<readonly BlockOutcome[]> {
    return readBlocks(this.#state.packs, ids);
  }

  places(ids: BlockIds): readonly (BlockPlace | undefined)[] {
    return placesOf(this.#state.packs, ids);
  }

  stage(token: string, offer: Uint8Array, manifest: Manifest, life?: StagingLife): Promise<Staging> {
    return stage(this.#state, token, offer, manifest, life);
  }

  resume(token: string): Promise<Staging | undefined> {
    return resume(this.#state, token);
  }

  commit(version: Version, manifest: Manifest, staging: Staging | undefined): Promise<StoredVersion> {
    return commit(this.#state, version, manifest, staging);
  }

  async remove(volume: string, dots: readonly Dot[]): Promise<void> {
    const { store, turns, catalogue, damagedRecords, hashing } = this.#state;
    for (const { writer, counter } of dots) {
      const key = versionKey(hashing, volume, writer, counter);
      await turns.run(key, async () => {
        if (!isPlanted('removed-in-memory-only')) await store.remove(key);
        catalogue.remove(key);
        damagedRecords.delete(key);
        settle(this.#state, key);
      });
    }
  }

  collect(): Promise<Collection> {
    return collect(this.#state);
  }

  scrub(signal?: AbortSignal): Promise<ScrubReport> {
    return scrub(this.#state, signal);
  }
}
