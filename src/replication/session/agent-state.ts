/**
 * What an agent remembers of its volumes, over restarts: objects of a store.
 *
 * Law: a dot is durable before a message carries it, and is used again only for the very snapshot that it was taken for. All else may be lost: it costs bytes.
 */
import { sha256 } from '../../base/builtins.js';
import { DataError } from '../../base/errors.js';
import { addressMax } from '../../base/limits.js';
import { decodeCbor, encodeCbor, type CborValue } from '../../engine/package/cbor.js';
import { Fields } from '../../engine/package/fields.js';
import type { Store } from '../store/store.js';
import { dotItem, readDot, readVersion, versionItem } from '../versions/codec.js';
import type { Dot, Version } from '../versions/version.js';

/** A push that was begun and, by all that is known, not finished. */
export interface Pending {
  readonly version: Version;
  /** What it was taken for: fingerprint, content id and metadata id in hex. */
  readonly identity: string;
  /** By server: the token of the transfer. */
  readonly tokens: Readonly<Record<string, string>>;
}

export interface VolumeState {
  /** The last count that was used. */
  readonly counter: number;
  /** What the next version is made from. */
  readonly last: Version | undefined;
  readonly pending: Pending | undefined;
  /** By server: the version that it is known to have, whose manifest is kept. */
  readonly known: Readonly<Record<string, Dot>>;
}

export const noState: VolumeState = { counter: 0, last: undefined, pending: undefined, known: {} };

const what = "the agent's state";
const serversMax = 1024;
const stateBytesMax = 4 * 1024 * 1024;

export class AgentStates {
  readonly #store: Store;
  readonly #writer: string;
  /** By volume: what the store has, where that is known. */
  readonly #known = new Map<string, VolumeState>();
  /** By volume: where its objects lie. */
  readonly #folders = new Map<string, string>();

  constructor(store: Store, writer: string) {
    this.#store = store;
    this.#writer = writer;
  }

  /** Throws DataError where the state is damaged: a writer that has forgotten its count needs a new name. */
  async load(volume: string): Promise<VolumeState> {
    const known = this.#known.get(volume);
    if (known !== undefined) return known;
    const bytes = await this.#store.get(this.#key(volume, 'state'));
    if (bytes === undefined) return noState;
    try {
      const state = decodeState(bytes);
      this.#known.set(volume, state);
      return state;
    } catch (error) {
      throw new DataError(`the state of volume '${volume}' is damaged`, {
        cause: error,
        hint: `give the agent another name than '${this.#writer}', or restore its state`,
      });
    }
  }

  async save(volume: string, state: VolumeState): Promise<void> {
    // Of a put that fails nobody knows whether it was done.
    this.#known.delete(volume);
    await this.#store.put(this.#key(volume, 'state'), encodeState(state), 'replace');
    this.#known.set(volume, state);
  }

  /** The manifest file of the version that a server is known to have. */
  async manifest(volume: string, server: string, dot: Dot): Promise<Uint8Array | undefined> {
    return await this.#store.get(this.#manifestKey(volume, server, dot));
  }

  async keepManifest(volume: string, server: string, dot: Dot, bytes: Uint8Array): Promise<void> {
    await this.#store.put(this.#manifestKey(volume, server, dot), bytes, 'replace');
  }

  async forgetManifest(volume: string, server: string, dot: Dot): Promise<void> {
    await this.#store.remove(this.#manifestKey(volume, server, dot));
  }

  #manifestKey(volume: string, server: string, dot: Dot): string {
    return this.#key(volume, `manifest-${shortName([server, dotItem(dot)])}`);
  }

  #key(volume: string, name: string): string {
    let folder = this.#folders.get(volume);
    if (folder === undefined) {
      folder = `agent/${shortName([this.#writer, volume])}`;
      this.#folders.set(volume, folder);
    }
    return `${folder}/${name}`;
  }
}

/** Names may hold anything, and keys may not. */
function shortName(names: CborValue): string {
  return Buffer.from(sha256(encodeCbor(names)).subarray(0, 16)).toString('hex');
}

const digestBytes = 32;

/** A canonical CBOR map and its SHA-256 before it. */
function encodeState({ counter, last, pending, known }: VolumeState): Uint8Array {
  const body = encodeCbor({
    counter,
    last: last === undefined ? null : versionItem(last),
    pending:
      pending === undefined
        ? null
        : [versionItem(pending.version), pending.identity, new Map(Object.entries(pending.tokens))],
    known: new Map(Object.entries(known).map(([server, dot]) => [server, dotItem(dot)])),
  });
  return Buffer.concat([sha256(body), body]);
}

function decodeState(bytes: Uint8Array): VolumeState {
  const body = bytes.subarray(digestBytes);
  if (bytes.length > stateBytesMax || Buffer.compare(sha256(body), bytes.subarray(0, digestBytes)) !== 0) {
    throw new DataError(`${what} is damaged`);
  }
  const fields = Fields.ofMap(decodeCbor(body, what), what, false);
  const counter = fields.integer('counter', 0, addressMax);
  const last = fields.value('last');
  const pending = fields.value('pending');
  const known = [...fields.map('known')];
  fields.end();
  if (known.length > serversMax) throw new DataError(`${what} knows ${known.length} servers`);
  return {
    counter,
    last: last === null ? undefined : readVersion(last, what),
    pending: pending === null ? undefined : readPending(pending),
    known: Object.fromEntries(known.map(([server, dot]) => [server, readDot(dot, what)])),
  };
}

function readPending(value: CborValue): Pending {
  const fields = Fields.ofRow(value, ['version', 'identity', 'tokens'], what, false);
  const pending = {
    version: readVersion(fields.value('version'), what),
    identity: fields.name('identity', 1),
    tokens: Object.fromEntries(
      [...fields.map('tokens')].map(([server, token]) => [server, typeof token === 'string' ? token : '']),
    ),
  };
  fields.end();
  return pending;
}
