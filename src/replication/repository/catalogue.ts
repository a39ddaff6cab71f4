/** The versions that a repository holds, in memory: by record key, and by volume and dot. Results ascend, whatever the order of arrival. */
import { isPlanted } from '../../base/planted.js';
import { compareDots, compareText, equalDots, type Dot } from '../versions/version.js';
import type { StoredVersion } from './repository.js';

export class Catalogue {
  readonly #byKey = new Map<string, StoredVersion>();
  readonly #byVolume = new Map<string, readonly StoredVersion[]>();

  /** How many versions have a manifest, by its key. */
  readonly #manifests = new Map<string, number>();

  add(key: string, stored: StoredVersion): void {
    this.remove(key);
    const { volume, dot } = stored.version;
    this.#byKey.set(key, stored);
    const users = isPlanted('shared-manifest-counted-once') ? 0 : (this.#manifests.get(stored.manifest) ?? 0);
    this.#manifests.set(stored.manifest, users + 1);
    const versions = [...this.versions(volume)];
    let at = versions.length;
    while (at > 0 && compareDots(versions[at - 1]?.version.dot ?? dot, dot) > 0) at--;
    versions.splice(at, 0, stored);
    this.#byVolume.set(volume, versions);
  }

  remove(key: string): void {
    const stored = this.#byKey.get(key);
    if (stored === undefined) return;
    this.#byKey.delete(key);
    const count = (this.#manifests.get(stored.manifest) ?? 0) - 1;
    if (count > 0) this.#manifests.set(stored.manifest, count);
    else this.#manifests.delete(stored.manifest);
    const { volume } = stored.version;
    const left = this.versions(volume).filter((other) => other !== stored);
    if (left.length > 0) this.#byVolume.set(volume, left);
    else this.#byVolume.delete(volume);
  }

  get(key: string): StoredVersion | undefined {
    return this.#byKey.get(key);
  }

  find(volume: string, dot: Dot): StoredVersion | undefined {
    return this.versions(volume).find(({ version }) => equalDots(version.dot, dot));
  }

  versions(volume: string): readonly StoredVersion[] {
    return this.#byVolume.get(volume) ?? [];
  }

  hasManifest(key: string): boolean {
    return this.#manifests.has(key);
  }

  volumes(): readonly string[] {
    return [...this.#byVolume.keys()].sort(compareText);
  }

  all(): readonly StoredVersion[] {
    return this.volumes().flatMap((volume) => this.versions(volume));
  }
}
