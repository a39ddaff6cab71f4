/**
 * An agent: pushes snapshots to servers, pulls versions from them, lists what they have. It comes back after whatever can pass (a cut, a busy server), with backoff and jitter, and goes
 * on where it was.
 *
 * Law: a dot is never used for two snapshots (agent-state.ts). Caches and remembered manifests save bytes and decide nothing.
 */
import { DataError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Dialer, Runtime } from '../../base/runtime.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';
import { ByteCache } from '../cache/byte-cache.js';
import type { ListedVersion } from '../protocol/messages.js';
import type { Store } from '../store/store.js';
import { HybridClock } from '../versions/hybrid-clock.js';
import { nextVector } from '../versions/vector.js';
import { equalDots, type Dot, type Version } from '../versions/version.js';
import { AgentStates } from './agent-state.js';
import { CachedBlocks, SnapshotBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import type { Conversation } from './conversation.js';
import { Connector, cuttingOf, listVersions, type ConnectorOptions } from './connector.js';
import { isCutSo, type CutAndHash } from '../coding/cutting.js';
import { local, localAsync } from '../coding/local-failure.js';
import { PeerRefusal } from './failures.js';
import { LinkEstimates } from './link-estimates.js';
import { goBehind } from './lost-state.js';
import type { OnProgress } from './progress.js';
import { receiveVersion, type ReceiveSummary } from './receiver.js';
import type { OutgoingBase } from './outgoing.js';
import { sendVersion, type SendSummary } from './sender.js';
import { TargetIntake, type Available, type TargetOptions } from './target-intake.js';

export interface AgentOptions extends ConnectorOptions {
  /** Memory for blocks that went by lately. */
  readonly cacheBytesMax?: number;
  readonly bufferBytesMax?: number;
}

interface Operation {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface PushOptions extends Operation {
  /** The snapshot that the server's last known version was made from, for deltas where the cache has nothing. */
  readonly base?: Snapshot;
}

export interface PullOptions extends Operation {
  /** By default the head. */
  readonly dot?: Dot;
  /** Something similar at hand: what the server has just so is not sent, what is similar is sent as deltas. */
  readonly base?: Snapshot;
  /** Paths of a tree or byte ranges `start-end` of an image, wanted first. */
  readonly first?: readonly string[];
  readonly onAvailable?: (range: Available) => void;
  /** Whether the next push is made from what was pulled; by default it is. */
  readonly isAdopted?: boolean;
}

export interface PushResult extends SendSummary {
  readonly version: Version;
  readonly attempts: number;
}

export interface PullResult extends ReceiveSummary {
  readonly version: Version;
  readonly attempts: number;
}

const MiB = 1024 * 1024;

export class Agent {
  readonly #connector: Connector;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #options: AgentOptions;
  readonly #states: AgentStates;
  readonly #cache: CachedBlocks;
  readonly #clock: HybridClock;
  readonly #estimates = new LinkEstimates({ windowBytesMax: 64 * MiB });
  readonly #turns = new Map<string, Promise<void>>();

  constructor(dialer: Dialer, store: Store, coder: Coder, runtime: Runtime, options: AgentOptions) {
    this.#connector = new Connector(dialer, runtime, options);
    this.#coder = coder;
    this.#runtime = runtime;
    this.#options = options;
    this.#states = new AgentStates(store, options.name);
    this.#cache = new CachedBlocks(new ByteCache({ bytesMax: options.cacheBytesMax ?? 64 * MiB }));
    this.#clock = new HybridClock(runtime);
  }

  /** Bytes of blocks that the cache holds. */
  get cacheBytes(): number {
    return this.#cache.bytes;
  }

  /** All versions of a volume that a server has; of all volumes where it is empty. Throws WorldError, DataError. */
  async list(address: string, volume = '', operation: Operation = {}): Promise<readonly ListedVersion[]> {
    const { result } = await this.#connector.retried(
      address,
      operation,
      async (talk) => await listVersions(talk, volume),
    );
    return result;
  }

  /**
   * Makes a version of the snapshot and brings it to a server; resolves once it is durable there. Called again after a crash with the same snapshot it goes on. Throws CancelledError,
   * WorldError when attempts are used up, PeerRefusal and DataError where another attempt would not help.
   */
  push(address: string, volume: string, snapshot: Snapshot, options: PushOptions = {}): Promise<PushResult> {
    return this.#inTurn(volume, async () => {
      const manifests = new Map<string, Manifest>();
      const pushing = this.#connector.retried(address, options, async (talk, progressed) => {
        const cutting = cuttingOf(talk);
        const key = talk.terms.chunker + talk.terms.fingerprint;
        const manifest = manifests.get(key) ?? (await this.#manifestOf(snapshot, cutting, volume));
        manifests.set(key, manifest);
        return await this.#push(talk, volume, snapshot, manifest, options, progressed);
      });
      try {
        const { result, attempts } = await pushing;
        return { ...result, attempts };
      } catch (error) {
        if (!(error instanceof PeerRefusal) || error.code !== 'conflict') throw error;
        const rows = await this.#connector.once(address, options, (talk) => listVersions(talk, volume));
        throw await goBehind(this.#states, volume, this.#options.name, rows, error);
      }
    });
  }

  /** Brings a version into a target, which gets its name once everything is there. Throws as push() does. */
  pull(
    address: string,
    volume: string,
    target: TargetWriter,
    options: PullOptions = {},
  ): Promise<PullResult> {
    return this.#inTurn(volume, async () => {
      const pulling: { intake?: TargetIntake; base?: TargetOptions['base']; dot?: Dot } = {};
      if (options.dot !== undefined) pulling.dot = options.dot;
      try {
        const { result, attempts } = await this.#connector.retried(
          address,
          options,
          async (talk, progressed) => {
            if (pulling.intake === undefined) {
              const base = await this.#pullBase(talk, volume, options.base);
              if (base !== undefined) pulling.base = base;
              pulling.intake = this.#intake(target, cuttingOf(talk), base, options);
            }
            return await this.#pull(talk, volume, pulling.intake, pulling, options, progressed);
          },
        );
        return { ...result, version: result.offer.version, attempts };
      } catch (error) {
        pulling.intake?.abort();
        throw error;
      }
    });
  }

  async #push(
    talk: Conversation,
    volume: string,
    snapshot: Snapshot,
    manifest: Manifest,
    options: PushOptions,
    progressed: () => void,
  ): Promise<SendSummary & { readonly version: Version }> {
    const server = talk.terms.name;
    const { version, token } = await this.#dot(volume, manifest, server);
    const base = await this.#pushBase(talk, volume, version.dot, options.base);
    const content = new SnapshotBlocks(snapshot);
    try {
      const summary = await sendVersion(
        talk,
        { version, manifest, content, base, resume: token, first: [] },
        this.#coder,
        this.#runtime,
        {
          cache: this.#cache,
          estimate: this.#estimates.open(server),
          onToken: (given) => this.#keepToken(volume, version.dot, server, given),
          onProgress: (progress) => {
            if (progress.segments > 0 && isLasting(talk)) progressed();
            options.onProgress?.(progress);
          },
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        },
      );
      local(() => {
        snapshot.assertUnchanged();
      });
      await this.#remember(volume, server, version, manifest);
      return { ...summary, version };
    } finally {
      content.close();
    }
  }

  /** The dot for a snapshot: that of a push under way with just this content, or the next one, durable when this resolves. */
  async #dot(
    volume: string,
    manifest: Manifest,
    server: string,
  ): Promise<{ readonly version: Version; readonly token: string }> {
    const state = await this.#states.load(volume);
    const { content, metadata } = manifest.id;
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const identity = `${manifest.fingerprint} ${hex(content)} ${hex(metadata)}`;
    if (state.pending !== undefined && (isPlanted('dot-lent-twice') || state.pending.identity === identity)) {
      return { version: state.pending.version, token: state.pending.tokens[server] ?? '' };
    }
    const writer = this.#options.name;
    const counter = state.counter + 1;
    const { last } = state;
    if (last !== undefined && !isPlanted('own-past-not-heard')) this.#clock.receive(last.time);
    const version: Version = {
      volume,
      dot: { writer, counter },
      vector: nextVector(last === undefined ? [] : [last.vector], writer, counter),
      time: this.#clock.now(),
      parents: last === undefined ? [] : [last.dot],
    };
    const pending = { version, identity, tokens: {} };
    if (!isPlanted('dot-not-durable')) await this.#states.save(volume, { ...state, counter, pending });
    return { version, token: '' };
  }

  async #keepToken(volume: string, dot: Dot, server: string, token: string): Promise<void> {
    const state = await this.#states.load(volume);
    const { pending } = state;
    if (pending === undefined || !equalDots(pending.version.dot, dot) || pending.tokens[server] === token) {
      return;
    }
    const tokens = { ...pending.tokens, [server]: token };
    await this.#states.save(volume, { ...state, pending: { ...pending, tokens } });
  }

  /** What was pushed or pulled is what the next version is made from, and what the server has. */
  async #remember(volume: string, server: string, version: Version, manifest: Manifest): Promise<void> {
    await this.#states.keepManifest(volume, server, version.dot, this.#coder.encodeManifest(manifest));
    const state = await this.#states.load(volume);
    const before = state.known[server];
    const known = { ...state.known, [server]: version.dot };
    await this.#states.save(volume, { ...state, last: version, pending: undefined, known });
    if (before !== undefined && !equalDots(before, version.dot)) {
      await this.#states.forgetManifest(volume, server, before);
    }
  }

  /** What the server is known to have, where its manifest is still at hand and cut as it is now. */
  async #pushBase(
    talk: Conversation,
    volume: string,
    own: Dot,
    snapshot: Snapshot | undefined,
  ): Promise<OutgoingBase | undefined> {
    const server = talk.terms.name;
    const known = await this.#knownManifest(volume, server);
    if (known === undefined || equalDots(known.dot, own)) return undefined;
    const { manifest } = known;
    if (!isCutSo(manifest, cuttingOf(talk))) return undefined;
    const isSame =
      snapshot !== undefined &&
      Buffer.compare(
        (await this.#manifestOf(snapshot, cuttingOf(talk), volume)).id.content,
        manifest.id.content,
      ) === 0;
    return { ...known, content: isSame ? new SnapshotBlocks(snapshot) : this.#cache };
  }

  async #knownManifest(
    volume: string,
    server: string,
  ): Promise<{ readonly dot: Dot; readonly manifest: Manifest } | undefined> {
    const { known } = await this.#states.load(volume);
    const dot = Object.hasOwn(known, server) ? known[server] : undefined;
    const bytes = dot && (await this.#states.manifest(volume, server, dot));
    if (dot === undefined || bytes === undefined) return undefined;
    try {
      return { dot, manifest: this.#coder.decodeManifest(bytes) };
    } catch (error) {
      // It is a copy: without it all is sent.
      if (error instanceof DataError) return undefined;
      throw error;
    }
  }

  #intake(
    target: TargetWriter,
    cutting: CutAndHash,
    base: TargetOptions['base'],
    { onAvailable }: PullOptions,
  ): TargetIntake {
    return new TargetIntake(target, cutting, this.#coder, {
      cache: this.#cache,
      ...(base === undefined ? {} : { base }),
      ...(onAvailable === undefined ? {} : { onAvailable }),
    });
  }

  async #pull(
    talk: Conversation,
    volume: string,
    intake: TargetIntake,
    pulling: { readonly base?: TargetOptions['base']; dot?: Dot },
    options: PullOptions,
    progressed: () => void,
  ): Promise<ReceiveSummary> {
    const usesBase = talk.can('select') || talk.can('delta') || talk.can('manifest-delta');
    await talk.send({
      type: 'pull',
      volume,
      dot: pulling.dot ?? null,
      base: usesBase ? (pulling.base?.dot ?? null) : null,
      resume: '',
      first: talk.can('progressive') ? (options.first ?? []) : [],
    });
    const offer = await talk.expect('offer');
    // After a cut it has to be the same version, whatever the head is then.
    pulling.dot = offer.version.dot;
    const summary = await receiveVersion(talk, offer, intake, this.#coder, this.#runtime, {
      bufferBytesMax: this.#options.bufferBytesMax ?? 8 * MiB,
      manifestBytesMax: 256 * MiB,
      onProgress: (progress) => {
        if (progress.segments > 0 && isLasting(talk)) progressed();
        options.onProgress?.(progress);
      },
    });
    if (options.isAdopted ?? true) {
      await this.#remember(volume, talk.terms.name, offer.version, summary.manifest);
    }
    return summary;
  }

  /** What is at hand: under the server's name for it where that is known, so that deltas may refer to it. */
  async #pullBase(
    talk: Conversation,
    volume: string,
    snapshot: Snapshot | undefined,
  ): Promise<TargetOptions['base']> {
    if (snapshot === undefined) return undefined;
    const content = new SnapshotBlocks(snapshot);
    const manifest = await this.#manifestOf(snapshot, cuttingOf(talk), volume);
    const known = await this.#knownManifest(volume, talk.terms.name);
    const isKnown =
      known !== undefined && Buffer.compare(known.manifest.id.content, manifest.id.content) === 0;
    return isKnown ? { ...known, content } : { dot: undefined, manifest, content };
  }

  #manifestOf(snapshot: Snapshot, cutting: CutAndHash, volume: string): Promise<Manifest> {
    return localAsync(() => this.#coder.manifestOf(snapshot, cutting, volume));
  }

  /** One operation on a volume at a time: two would take each other's dots. */
  #inTurn<T>(volume: string, act: () => Promise<T>): Promise<T> {
    const acting = (this.#turns.get(volume) ?? Promise.resolve()).then(act);
    this.#turns.set(
      volume,
      acting.then(
        () => undefined,
        () => undefined,
      ),
    );
    return acting;
  }
}

/** Whether what has come need not come again after a cut: version 1 begins anew each time, and would try for ever what fails at the same place. */
function isLasting(talk: Conversation): boolean {
  return talk.can('select');
}
