/** The servers' stores of sides that a trial has planted flaws into: objects that are acknowledged and lost, durable too late, or kept in a form of its own. */
import type { Random } from '../../base/prng.js';
import type { ObjectInfo, PutMode, Store } from '../../replication/store/store.js';
import { prefixes } from '../../replication/repository/objects.js';
import type { SimulatedProcess } from '../../simulator/process/incarnation.js';
import { strengthOf, type Side } from './side.js';

/** The store as it is for a side that has none of these flaws. */
export function storeOf(side: Side): (store: Store, machine: SimulatedProcess) => Store {
  const flaws = ['objects-lost', 'durable-later', 'own-manifest-form'] as const;
  const isFlawed = flaws.some((name) => strengthOf(side, name) > 0);
  return (store, machine) => (isFlawed ? new FlawedStore(store, machine, side) : store);
}

class FlawedStore implements Store {
  readonly #store: Store;
  readonly #machine: SimulatedProcess;
  readonly #side: Side;
  readonly #chance: Random;
  /** Objects that are not durable yet. */
  readonly #late = new Map<string, Uint8Array>();

  constructor(store: Store, machine: SimulatedProcess, side: Side) {
    this.#store = store;
    this.#machine = machine;
    this.#side = side;
    this.#chance = machine.random.fork('store');
  }

  async get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array | undefined> {
    const late = this.#late.get(key);
    const bytes = late === undefined ? await this.#store.get(key, range) : cut(late, range);
    return bytes === undefined ? undefined : this.#formed(key, bytes, range?.offset ?? 0);
  }

  async put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean> {
    const isOfVersions = key.startsWith(prefixes.packs) || key.startsWith(prefixes.versions);
    if (isOfVersions && this.#chance.float() < strengthOf(this.#side, 'objects-lost')) return true;
    const formed = this.#formed(key, bytes, 0);
    const laterMs = strengthOf(this.#side, 'durable-later');
    if (laterMs === 0 || !isOfVersions) return this.#store.put(key, formed, mode);
    this.#late.set(key, Uint8Array.from(formed));
    void this.#putLater(key, laterMs);
    return true;
  }

  async list(prefix: string): Promise<readonly ObjectInfo[]> {
    const there = await this.#store.list(prefix);
    const late = [...this.#late].filter(
      ([key]) => key.startsWith(prefix) && !there.some((one) => one.key === key),
    );
    const all = [...there, ...late.map(([key, { length }]) => ({ key, bytes: length }))];
    return all.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  remove(key: string): Promise<void> {
    this.#late.delete(key);
    return this.#store.remove(key);
  }

  async #putLater(key: string, laterMs: number): Promise<void> {
    await this.#machine.sleep(laterMs);
    const bytes = this.#late.get(key);
    if (bytes !== undefined) await this.#store.put(key, bytes, 'replace');
    this.#late.delete(key);
  }

  /** Turned over, and back again by the same. */
  #formed(key: string, bytes: Uint8Array, offset: number): Uint8Array {
    if (strengthOf(this.#side, 'own-manifest-form') === 0 || !key.startsWith(prefixes.manifests))
      return bytes;
    return bytes.map((byte, at) => byte ^ (0x5a + ((offset + at) & 7)));
  }
}

function cut(
  bytes: Uint8Array,
  range: { readonly offset: number; readonly length: number } | undefined,
): Uint8Array {
  return range === undefined ? bytes : bytes.subarray(range.offset, range.offset + range.length);
}
