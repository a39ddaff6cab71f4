/**
 * A server sends what it has to its peers: all versions that they lack, ancestors first, by ordinary pushes. Nothing is remembered of a peer: each round asks for its list and
 * compares, so that whatever either side missed is found. A round follows each commit, and one comes now and then without any.
 *
 * Law: where links work at last, all servers that reach each other hold the same versions, and so agree on heads. A peer that cuts or hashes in another way gets versions cut anew
 * from their content. Limits: such a version is held in memory while it is sent.
 */
import { CancelledError, DataError, WorldError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Dialer, Runtime } from '../../base/runtime.js';
import { memoryTarget } from '../../engine/snapshot/target-memory.js';
import type { ListedVersion } from '../protocol/messages.js';
import type { StoredVersion } from '../repository/repository.js';
import { dotText, isMerge, type Version } from '../versions/version.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import { RepositoryBlocks, SnapshotBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import { Connector, cuttingOf, listVersions, type ConnectorOptions } from './connector.js';
import type { Conversation } from './conversation.js';
import { isCutSo } from '../coding/cutting.js';
import { LinkEstimates } from './link-estimates.js';
import { restoreVersion } from '../coding/restore.js';
import type { Outgoing, OutgoingBase } from './outgoing.js';
import { sendVersion, type SendSummary } from './sender.js';
import { byAncestry, type Server } from './server.js';

export interface FanOutOptions extends ConnectorOptions {
  readonly peers: readonly string[];
  readonly backoff?: BackoffOptions;
  /** Between rounds without a commit of ours. */
  readonly intervalMs?: number;
  /** Largest version that is cut anew for a peer, in bytes of memory. */
  readonly recutBytesMax?: number;
  readonly onSent?: (summary: SendSummary, version: Version, peer: string) => void;
  readonly onFailure?: (error: unknown, peer: string) => void;
}

const usualIntervalMs = 60_000;
const usualRecutBytesMax = 2 ** 30;

/** Whether another round with a peer was asked for since the last one began. */
class Round {
  #asked = new AbortController();

  begin(): void {
    this.#asked = new AbortController();
  }

  ask(): void {
    this.#asked.abort('another round is asked for');
  }

  get asked(): AbortSignal {
    return this.#asked.signal;
  }
}

export class FanOut {
  readonly #server: Server;
  readonly #connector: Connector;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #options: FanOutOptions;
  readonly #estimates = new LinkEstimates();
  readonly #stopping = new AbortController();
  readonly #peers = new Map<string, Round>();

  constructor(server: Server, dialer: Dialer, coder: Coder, runtime: Runtime, options: FanOutOptions) {
    this.#server = server;
    this.#connector = new Connector(dialer, runtime, options);
    this.#coder = coder;
    this.#runtime = runtime;
    this.#options = options;
  }

  /** Begins; resolves when it was stopped. Never rejects but for bugs of ours. */
  async run(): Promise<void> {
    await Promise.all(this.#options.peers.map((peer) => this.#serve(peer)));
  }

  /** To be called after each commit: a round begins as soon as the one before has ended. */
  notify(): void {
    for (const round of this.#peers.values()) round.ask();
  }

  stop(): void {
    this.#stopping.abort();
    this.notify();
  }

  #hasStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #serve(peer: string): Promise<void> {
    const round = new Round();
    this.#peers.set(peer, round);
    const backoff = new Backoff(this.#runtime.random.fork(`fan-out ${peer}`), this.#options.backoff);
    const setAside = new Set<string>();
    while (!this.#hasStopped()) {
      round.begin();
      let waitMs = this.#options.intervalMs ?? usualIntervalMs;
      let isFailed = false;
      try {
        await this.#connector.once(peer, { signal: this.#stopping.signal }, (talk) =>
          this.#round(talk, peer, backoff, setAside),
        );
        backoff.progress();
      } catch (error) {
        if (this.#hasStopped() || isPlanted('peer-given-up')) return;
        if (!(error instanceof WorldError || error instanceof DataError)) throw error;
        this.#options.onFailure?.(error, peer);
        waitMs = backoff.nextMs();
        isFailed = true;
      }
      // A commit ends a pause between rounds, not one that spares a peer.
      const signal = isFailed ? this.#stopping.signal : round.asked;
      try {
        await this.#runtime.sleep(waitMs, signal);
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      }
    }
  }

  /** Sends what the peer lacks, until it lacks nothing that is held here; last what was damaged when it was tried before, so that it holds up nothing else. */
  async #round(talk: Conversation, peer: string, backoff: Backoff, setAside: Set<string>): Promise<void> {
    const listed = await listVersions(talk, '');
    const theirs = new Set(listed.map(({ version }) => nameOf(version)));
    const { repository } = this.#server;
    const isLast = ({ version }: StoredVersion): number => Number(setAside.has(nameOf(version)));
    const lacking = repository.volumes
      .flatMap((volume) =>
        repository
          .versions(volume)
          .filter(({ version }) => !theirs.has(nameOf(version)))
          .filter(({ version }) => !(isPlanted('merges-not-sent') && isMerge(version.dot)))
          .sort((a, b) => byAncestry(a.version, b.version)),
      )
      .sort((a, b) => isLast(a) - isLast(b));
    for (const stored of lacking) {
      const { version } = stored;
      // Retention may have come between.
      if (repository.version(version.volume, version.dot) === undefined) continue;
      try {
        const outgoing = await this.#outgoing(talk, stored, listed, theirs);
        const summary = await sendVersion(talk, outgoing, this.#coder, this.#runtime, {
          estimate: this.#estimates.open(peer),
          signal: this.#stopping.signal,
        });
        this.#options.onSent?.(summary, version, peer);
      } catch (error) {
        if (error instanceof DataError) setAside.add(nameOf(version));
        throw error;
      }
      setAside.delete(nameOf(version));
      theirs.add(nameOf(version));
      backoff.progress();
    }
  }

  async #outgoing(
    talk: Conversation,
    stored: StoredVersion,
    listed: readonly ListedVersion[],
    theirs: ReadonlySet<string>,
  ): Promise<Outgoing> {
    const { repository } = this.#server;
    const { version } = stored;
    const manifest = await repository.manifest(stored);
    const whole = { version, base: undefined, resume: '', first: [] };
    if (isCutSo(manifest, cuttingOf(talk))) {
      const content = new RepositoryBlocks(repository);
      return { ...whole, manifest, content, base: await this.#base(version, listed, theirs) };
    }
    const target = memoryTarget(this.#options.recutBytesMax ?? usualRecutBytesMax);
    await restoreVersion(repository, stored, target);
    const snapshot = target.snapshot();
    const recut = await this.#coder.manifestOf(snapshot, cuttingOf(talk), version.volume);
    return { ...whole, manifest: recut, content: new SnapshotBlocks(snapshot) };
  }

  /** The nearest version that both have: a parent, or else the one that counts most. */
  async #base(
    version: Version,
    listed: readonly ListedVersion[],
    theirs: ReadonlySet<string>,
  ): Promise<OutgoingBase | undefined> {
    const { repository } = this.#server;
    const isParent = ({ dot }: Version): boolean =>
      version.parents.some((parent) => dotText(parent) === dotText(dot));
    const shared = repository
      .versions(version.volume)
      .filter((other) => other.version !== version && theirs.has(nameOf(other.version)))
      .sort(
        (a, b) =>
          Number(isParent(a.version)) - Number(isParent(b.version)) || byAncestry(a.version, b.version),
      );
    const nearest = shared.at(-1);
    if (nearest === undefined || listed.some((row) => isOther(row, nearest))) return undefined;
    try {
      const manifest = await repository.manifest(nearest);
      return { dot: nearest.version.dot, manifest, content: new RepositoryBlocks(repository) };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      return undefined;
    }
  }
}

function nameOf({ volume, dot }: Version): string {
  return `${volume} ${dotText(dot)}`;
}

/** Whether a peer has something else under the name: then it is no base. */
function isOther({ version, content }: ListedVersion, stored: StoredVersion): boolean {
  return nameOf(version) === nameOf(stored.version) && content !== stored.content;
}
