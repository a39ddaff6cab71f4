/**
 * A server: accepts links, any number of transfers at once up to a bound, over one repository. Each connection is answered until its peer closes it; what goes wrong on one
 * stays there.
 */
import { BugError, DataError, SnapdeltaError, WorldError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Link, Runtime } from '../../base/runtime.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { ListedVersion, List, Offer, Pull } from '../protocol/messages.js';
import { listingParts } from '../protocol/parts.js';
import type { RecordedVersions } from '../audit/recorded.js';
import type { Repository, StoredVersion } from '../repository/repository.js';
import type { RetentionPolicy } from '../repository/retention.js';
import { latestOf } from '../versions/history.js';
import { HybridClock } from '../versions/hybrid-clock.js';
import type { MergePolicy } from '../versions/policy.js';
import { compareDots, dotText, equalDots, type Dot, type Version } from '../versions/version.js';
import { RepositoryBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import { Backoff } from './backoff.js';
import { Conversation } from './conversation.js';
import { chunkerText } from '../coding/cutting.js';
import { PeerAbort, Refusal, refusalOf } from './failures.js';
import { usualPatience, welcome, type Abilities, type Patience } from './greeting.js';
import { LinkEstimates } from './link-estimates.js';
import { receiveVersion, type ReceiveSummary } from './receiver.js';
import { RepositoryIntakes, type Audit } from './repository-intake.js';
import type { OutgoingBase } from './outgoing.js';
import { sendVersion, type SendSummary } from './sender.js';
import { Volumes, type OnCommitted } from './volumes.js';

export interface ServerOptions {
  readonly name: string;
  readonly software?: string;
  readonly policyOf?: (volume: string) => MergePolicy;
  readonly segmentBytesMax?: number;
  /** Bytes of segments that lie in memory for one transfer, beyond one segment. */
  readonly bufferBytesMax?: number;
  readonly manifestBytesMax?: number;
  readonly connectionsMax?: number;
  readonly patience?: Patience;
  readonly abilities?: Abilities;
  /** Called after a version became visible, merges included. */
  readonly onCommitted?: OnCommitted;
  /** Called for each transfer that came to its end. */
  readonly onReceived?: (summary: ReceiveSummary, peer: string) => void;
  readonly onSent?: (summary: SendSummary, peer: string) => void;
  /** Called with what ended a connection other than in good order. */
  readonly onFailure?: (error: unknown, peer: string) => void;
  /** By default the time of the last version held. */
  readonly clock?: HybridClock;
}

const MiB = 1024 * 1024;
/** Versions that a refusal names. */
const namedMax = 4;
/** A staging that nobody has touched for a day is given up. */
export const stagingAgeMsMax = 24 * 3_600_000;

export class Server {
  readonly repository: Repository;
  readonly volumes: Volumes;
  readonly clock: HybridClock;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #audit: Audit;
  readonly #options: ServerOptions;
  readonly #intakes: RepositoryIntakes;
  readonly #estimates = new LinkEstimates({ windowBytesMax: 64 * MiB });
  readonly #talks = new Set<Conversation>();
  /** Volumes whose merge a failing store has prevented. */
  readonly #unsettled = new Set<string>();
  #isClosed = false;

  /** Call start() before links are accepted. */
  constructor(repository: Repository, coder: Coder, runtime: Runtime, audit: Audit, options: ServerOptions) {
    this.repository = repository;
    this.#coder = coder;
    this.#runtime = runtime;
    this.#audit = audit;
    this.#options = options;
    this.clock = options.clock ?? clockBehind(repository, runtime);
    const policyOf = options.policyOf ?? ((): MergePolicy => ({ name: 'latest-wins' }));
    const onCommitted = options.onCommitted ?? ((): void => undefined);
    const onUnsettled = (volume: string): void => void this.#settleLater(volume);
    this.volumes = new Volumes(
      options.name,
      repository,
      coder,
      this.clock,
      audit,
      policyOf,
      onCommitted,
      onUnsettled,
    );
    this.#intakes = new RepositoryIntakes(repository, coder, runtime, this.volumes);
  }

  /** Makes up for what a crash has prevented: records of the audit log, given what it has, and merges. Throws WorldError. */
  async start(recorded: RecordedVersions): Promise<void> {
    await this.volumes.complete(recorded);
    await this.volumes.settleAll();
  }

  /** Whether nothing is under way in a volume, and a failing store has left nothing to be made up for. */
  get isSettled(): boolean {
    return this.#unsettled.size === 0 && this.volumes.isIdle;
  }

  get connectionCount(): number {
    return this.#talks.size;
  }

  /** Answers one link until it ends. Never rejects but for our own bugs: what ended it goes to onFailure. */
  async accept(link: Link): Promise<void> {
    try {
      const talk = await this.#welcome(link);
      if (talk === undefined) return;
      this.#talks.add(talk);
      try {
        await this.#answer(talk);
        talk.close();
      } catch (error) {
        const { code, reason } = refusalOf(error);
        await talk.refuse(code, reason);
        throw error;
      } finally {
        if (!isPlanted('ended-talk-counted')) this.#talks.delete(talk);
      }
    } catch (error) {
      this.#options.onFailure?.(error, link.peer);
      if (!(error instanceof SnapdeltaError) || error instanceof BugError) throw error;
    }
  }

  /** Ends all connections at once and accepts no more. */
  close(): void {
    this.#isClosed = true;
    for (const talk of this.#talks) talk.destroy(new WorldError('the server stops'));
  }

  /** What list and pull know of a volume; of all volumes where it is empty. A volume whose newest version is lost has no head. */
  list(volume: string): readonly ListedVersion[] {
    const volumes = volume === '' ? this.repository.volumes : [volume];
    return volumes.flatMap((name) => {
      const head = this.#headOf(name);
      return this.repository.versions(name).map(({ version, content, totalBytes }) => ({
        version,
        content,
        totalBytes,
        isHead: head !== undefined && equalDots(head, version.dot),
      }));
    });
  }

  /** Discards stagings that are too old; how many. */
  expire(ageMs = stagingAgeMsMax): Promise<number> {
    return this.#intakes.expire(ageMs);
  }

  /** Forgets versions by policy; their blocks stay until collect(). */
  retain(volume: string, policy: RetentionPolicy): Promise<readonly Dot[]> {
    return this.volumes.retain(volume, policy);
  }

  /** Removes what nobody needs, while transfers go on. */
  async collect(): ReturnType<Repository['collect']> {
    const collection = await this.repository.collect();
    const { removedObjects, removedBytes, keptBytes } = collection;
    await this.#audit.append({ kind: 'collected', removedObjects, removedBytes, keptBytes });
    return collection;
  }

  async #welcome(link: Link): Promise<Conversation | undefined> {
    const { name, software = 'snapdelta', abilities, patience = usualPatience } = this.#options;
    const { fingerprint, chunker } = this.repository.config;
    const talk = await welcome(
      link,
      {
        name,
        software,
        versions: abilities?.versions ?? [1, 2],
        capabilities: abilities?.capabilities ?? [
          'select',
          'delta',
          'manifest-delta',
          'resume',
          'credit',
          'progressive',
        ],
        fingerprint,
        chunker: chunkerText(chunker),
        segmentBytesMax: this.#options.segmentBytesMax ?? 4 * MiB,
      },
      this.#runtime,
      patience,
    );
    if (talk !== undefined && (this.#isClosed || this.#talks.size >= this.#connectionsMax)) {
      await talk.refuse('busy', `${this.#talks.size} connections are open, more are not accepted`);
      return undefined;
    }
    return talk;
  }

  get #connectionsMax(): number {
    return this.#options.connectionsMax ?? 64;
  }

  async #answer(talk: Conversation): Promise<void> {
    for (let message = await talk.next(); message !== undefined; message = await talk.next()) {
      try {
        if (message.type === 'list') await this.#list(talk, message);
        else if (message.type === 'pull') await this.#send(talk, message);
        else if (message.type === 'offer') await this.#receive(talk, message);
        else throw new BugError(`invariant broken: ${message.type} is no request`);
      } catch (error) {
        // After an abort the connection goes on.
        if (!(error instanceof PeerAbort) || talk.isOver) throw error;
      }
    }
  }

  /** Asks a store that has failed again for a merge, until it is made. */
  async #settleLater(volume: string): Promise<void> {
    if (this.#unsettled.has(volume)) return;
    this.#unsettled.add(volume);
    const backoff = new Backoff(this.#runtime.random.fork(`merge of ${volume}`));
    while (!this.#isClosed) {
      await this.#runtime.sleep(backoff.nextMs());
      try {
        await this.volumes.settle(volume);
        break;
      } catch (error) {
        if (!(error instanceof WorldError)) throw error;
      }
    }
    this.#unsettled.delete(volume);
  }

  async #list(talk: Conversation, { volume }: List): Promise<void> {
    for (const part of listingParts(this.list(volume))) await talk.send(part);
  }

  async #receive(talk: Conversation, offer: Offer): Promise<void> {
    const intake = this.#intakes.of((cause) => {
      talk.destroy(cause);
    });
    const summary = await receiveVersion(talk, offer, intake, this.#coder, this.#runtime, {
      bufferBytesMax: this.#options.bufferBytesMax ?? 8 * MiB,
      manifestBytesMax: this.#options.manifestBytesMax ?? 256 * MiB,
    });
    this.#options.onReceived?.(summary, talk.peer);
  }

  async #send(talk: Conversation, pull: Pull): Promise<void> {
    const stored = this.#wanted(pull);
    const summary = await sendVersion(
      talk,
      {
        version: stored.version,
        manifest: await this.#manifestOf(stored),
        content: new RepositoryBlocks(this.repository),
        base: await this.#base(pull, stored.version.dot),
        resume: pull.resume,
        first: pull.first,
      },
      this.#coder,
      this.#runtime,
      { estimate: this.#estimates.open(talk.peer) },
    );
    this.#options.onSent?.(summary, talk.peer);
  }

  async #manifestOf(stored: StoredVersion): Promise<Manifest> {
    try {
      return await this.repository.manifest(stored);
    } catch (error) {
      // It is not the peer who sent anything malformed.
      throw error instanceof DataError ? new Refusal('internal', error.message) : error;
    }
  }

  #headOf(volume: string): Dot | undefined {
    if (this.volumes.lostNewest(volume).length > 0) return undefined;
    return this.volumes.decision(volume)?.head.dot;
  }

  #wanted({ volume, dot }: Pull): StoredVersion {
    const lost = dot === null ? this.volumes.lostNewest(volume) : [];
    if (lost.length > 0) {
      const names = lost.slice(0, namedMax).map(dotText).join(', ');
      throw new Refusal('lost', `the newest version of '${volume}' is lost here: ${names}`);
    }
    const head = dot ?? this.#headOf(volume);
    const stored = head === undefined ? undefined : this.repository.version(volume, head);
    if (stored === undefined) {
      throw new Refusal('unknown', `volume '${volume}' has no such version here`);
    }
    return stored;
  }

  /** A version is no base of its own: whoever has it already finds all of it at hand. */
  async #base({ volume, base }: Pull, own: Dot): Promise<OutgoingBase | undefined> {
    const stored = base === null || equalDots(base, own) ? undefined : this.repository.version(volume, base);
    if (stored === undefined) return undefined;
    try {
      const manifest = await this.repository.manifest(stored);
      return { dot: stored.version.dot, manifest, content: new RepositoryBlocks(this.repository) };
    } catch (error) {
      if (error instanceof WorldError) throw error;
      return undefined;
    }
  }
}

/** A clock whose readings are later than all versions held. */
export function clockBehind(repository: Repository, runtime: Pick<Runtime, 'wallMs'>): HybridClock {
  const last = latestOf(
    repository.volumes.flatMap((volume) => repository.versions(volume).map(({ version }) => version)),
  )?.time;
  return new HybridClock(runtime, last === undefined ? {} : { last });
}

/** Ancestors before what was made from them: a successor counts more in sum, a merge as much as nothing that it joins. */
export function byAncestry(a: Version, b: Version): number {
  return sumOf(a) - sumOf(b) || compareDots(a.dot, b.dot);
}

function sumOf({ vector }: Version): number {
  return Object.values(vector).reduce((sum, count) => sum + count, 0);
}
