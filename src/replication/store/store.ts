/**
 * Where a repository keeps its objects: whole byte strings by key, as object stores do. One contract suite holds for every implementation
 * (test/replication/store/contract.ts); caching, retrying, verifying, throttling and faults are wrappers.
 *
 * Law: an object is there whole or not at all, whatever fails. When put() resolves it survives a crash; and what get(), list() or a refused create shows survives one too. Keys are 1 to 255
 * bytes of [a-z0-9._-] in components separated by '/', none of them '.' or '..'; others are a UsageError. Concurrent operations on one key take effect one after another, in some order.
 * Bytes that are given stay as they are until the promise settles; bytes that are returned may be shared: nobody writes into them.
 */

export interface ObjectInfo {
  readonly key: string;
  readonly bytes: number;
}

/** What put() does where the key is taken: `replace` it, or leave it and say `false`. */
export type PutMode = 'replace' | 'create';

export interface Store {
  /** The object, or `length` bytes of it from `offset` (fewer where it ends); undefined when there is none. Throws WorldError. */
  get(
    key: string,
    range?: { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array | undefined>;
  /** Durable once it resolves: true when it was written, false when `create` met an object of that key. Throws WorldError; then the object is as before, or whole and new. */
  put(key: string, bytes: Uint8Array, mode: PutMode): Promise<boolean>;
  /** Every object whose key begins with `prefix`, by ascending key. Throws WorldError. */
  list(prefix: string): Promise<readonly ObjectInfo[]>;
  /** Durable once it resolves; nothing happens when there is none. Throws WorldError. */
  remove(key: string): Promise<void>;
}
