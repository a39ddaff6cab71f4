/**
 * Keeping what arrives in a repository: stagings that outlive cuts and restarts, one transfer at a time for each.
 *
 * Law: a token follows from who sends what (peer, volume, dot, manifest), so the same offer finds its staging again even where the sender has lost the token, and no peer reaches
 * another's. Whoever comes second for the same staging ends the first.
 */
import { nodeCrypto } from '../../base/builtins.js';
import { WorldError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Runtime } from '../../base/runtime.js';
import { fingerprints } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { encodeCbor } from '../../engine/package/cbor.js';
import type { AuditEvent } from '../audit/kinds.js';
import type { AuditUrgency } from '../audit/log.js';
import type { Offer } from '../protocol/messages.js';
import type { Block, Repository, Staging } from '../repository/repository.js';
import { dotItem, versionItem } from '../versions/codec.js';
import { dotText, type Dot, type Version } from '../versions/version.js';
import { RepositoryBlocks } from '../coding/block-reader.js';
import type { Coder } from '../coding/coder.js';
import type { CutAndHash } from '../coding/cutting.js';
import { Refusal } from './failures.js';
import type { Intake, IntakeBase, IntakeResult, IntakeTransfer } from './intake.js';
import { blockLength, bytesOfBlocks, digestsAt } from '../coding/selection.js';

/** What a server does with a version that has come whole. */
export interface Committing {
  commit(
    version: Version,
    manifest: Manifest,
    staging: Staging | undefined,
    from: string,
  ): Promise<IntakeResult>;
  /** Throws Refusal where the version's time is too far ahead. */
  admit(version: Version): void;
  readonly audit: Audit;
  /** This server's name. */
  readonly name: string;
}

export interface Audit {
  /** Resolves when the record is durable. One that may wait is written with the next one that may not, or by flush(). */
  append(event: AuditEvent, urgency?: AuditUrgency): Promise<unknown>;
  /** Has what waits written now. */
  flush?(): void;
}

/** A transfer that works on a staging. */
interface Active {
  /** Ends its connection. */
  readonly end: (cause: WorldError) => void;
  readonly ended: Promise<void>;
}

export class RepositoryIntakes {
  readonly #repository: Repository;
  readonly #coder: Coder;
  readonly #runtime: Runtime;
  readonly #committing: Committing;
  readonly #active = new Map<string, Active>();
  /** When a staging that nobody works on was last touched; those from before a restart are as if touched at its end. */
  readonly #touchedMs = new Map<string, number>();

  constructor(repository: Repository, coder: Coder, runtime: Runtime, committing: Committing) {
    this.#repository = repository;
    this.#coder = coder;
    this.#runtime = runtime;
    this.#committing = committing;
    for (const token of repository.stagings) this.#touchedMs.set(token, runtime.nowMs());
  }

  /** What one connection keeps with; `end` ends that connection. */
  of(end: (cause: WorldError) => void): Intake {
    const repository = this.#repository;
    const cutting: CutAndHash = repository.config;
    return {
      cutting,
      base: (volume, dot) => this.#base(volume, dot),
      open: (offer, manifest, peer, isSuspicious) => this.#open(offer, manifest, peer, isSuspicious, end),
    };
  }

  /** Discards stagings that nobody has touched for so long; how many. */
  async expire(ageMs: number): Promise<number> {
    let count = 0;
    for (const token of this.#repository.stagings) {
      const touchedMs = this.#touchedMs.get(token) ?? this.#runtime.nowMs();
      if (this.#active.has(token) || this.#runtime.nowMs() - touchedMs < ageMs) continue;
      const staging = await this.#repository.resume(token);
      // Somebody may have come meanwhile.
      if (staging === undefined || this.#active.has(token)) continue;
      await staging.discard();
      this.#touchedMs.delete(token);
      count++;
    }
    return count;
  }

  async #base(volume: string, dot: Dot): Promise<IntakeBase | undefined> {
    const stored = this.#repository.version(volume, dot);
    if (stored === undefined) return undefined;
    try {
      const manifest = await this.#repository.manifest(stored);
      return {
        manifest,
        content: new RepositoryBlocks(this.#repository),
        isHeld: () => this.#repository.version(volume, dot) !== undefined,
      };
    } catch (error) {
      if (error instanceof WorldError) throw error;
      return undefined;
    }
  }

  async #open(
    offer: Offer,
    manifest: Manifest,
    peer: string,
    isSuspicious: boolean,
    end: (cause: WorldError) => void,
  ): Promise<IntakeTransfer> {
    const { version } = offer;
    const { volume, dot } = version;
    this.#committing.admit(version);
    const held = this.#repository.version(volume, dot);
    if (held !== undefined && held.content !== Buffer.from(manifest.id.content).toString('hex')) {
      throw new Refusal('conflict', `another snapshot is called ${dotText(dot)} of '${volume}'`);
    }
    // One that is held and whole needs nothing; one that is damaged is repaired by the blocks that are missing.
    const token = this.#token(peer, version, manifest);
    const active = await this.#take(token, end);
    try {
      const before = await this.#repository.resume(token);
      const staging =
        before ??
        (await this.#repository.stage(token, encodeCbor([peer, versionItem(version)]), manifest, 'process'));
      const transfer = new Transfer(
        this.#repository,
        this.#committing,
        staging,
        { offer, manifest, peer, isSuspicious },
        () => {
          this.#active.delete(token);
          this.#touchedMs.set(token, this.#runtime.nowMs());
          active();
        },
      );
      transfer.recordBegin(before?.segments.size ?? 0);
      return transfer;
    } catch (error) {
      this.#active.delete(token);
      active();
      throw error;
    }
  }

  /** Waits until whoever has the token has ended. Returns what to call at our own end. */
  async #take(token: string, end: (cause: WorldError) => void): Promise<() => void> {
    for (let other = this.#active.get(token); other !== undefined; other = this.#active.get(token)) {
      other.end(new WorldError('the same transfer was begun again on another connection'));
      await other.ended;
    }
    let resolveEnded = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      resolveEnded = resolve;
    });
    this.#active.set(token, { end, ended });
    return resolveEnded;
  }

  #token(peer: string, version: Version, manifest: Manifest): string {
    const hash = nodeCrypto().createHash('sha256');
    hash.update(encodeCbor([peer, version.volume]));
    if (!isPlanted('staging-token-of-the-volume')) {
      hash.update(encodeCbor(dotItem(version.dot)));
      hash.update(this.#coder.encodeManifest(manifest));
    }
    return hash.digest('hex').slice(0, 32);
  }
}

interface Arrival {
  readonly offer: Offer;
  readonly manifest: Manifest;
  readonly peer: string;
  readonly isSuspicious: boolean;
}

class Transfer implements IntakeTransfer {
  readonly token: string;
  readonly #repository: Repository;
  readonly #committing: Committing;
  readonly #staging: Staging;
  readonly #arrival: Arrival;
  readonly #onEnd: () => void;
  readonly #records: Promise<unknown>[] = [];
  #targetBytes = 0;
  #wireBytes = 0;

  constructor(
    repository: Repository,
    committing: Committing,
    staging: Staging,
    arrival: Arrival,
    onEnd: () => void,
  ) {
    this.token = staging.token;
    this.#repository = repository;
    this.#committing = committing;
    this.#staging = staging;
    this.#arrival = arrival;
    this.#onEnd = onEnd;
  }

  recordBegin(segments: number): void {
    const { offer, peer, manifest } = this.#arrival;
    const { volume, dot } = offer.version;
    this.#record({
      kind: 'offered',
      transfer: this.token,
      volume,
      dot,
      base: offer.base,
      from: peer,
      to: this.#committing.name,
      via: [],
      totalBytes: manifest.id.totalBytes,
    });
    if (segments > 0) this.#record({ kind: 'resumed', transfer: this.token, volume, dot, segments });
  }

  get firstIndex(): number {
    let next = 0;
    for (const index of this.#staging.segments) next = Math.max(next, index + 1);
    return next;
  }

  async missing(positions: Int32Array): Promise<readonly number[]> {
    const { manifest } = this.#arrival;
    const digests = digestsAt(manifest, positions);
    const missing = this.#arrival.isSuspicious
      ? (await this.#repository.blocks(digests)).flatMap(({ state }, i) => (state === 'whole' ? [] : [i]))
      : await this.#repository.missing(digests);
    const needed = missing.map((i) => positions[i] ?? 0);
    const newBytes = bytesOfBlocks(manifest, positions);
    const neededBytes = bytesOfBlocks(manifest, needed);
    this.#record({
      kind: 'selected',
      transfer: this.token,
      // Of all places: those whose block the base (or an earlier place) has, those held for another reason, those to be sent.
      blocks: {
        known: manifest.blocks.ends.length - positions.length,
        held: positions.length - needed.length,
        needed: needed.length,
      },
      bytes: {
        known: manifest.id.totalBytes - newBytes,
        held: newBytes - neededBytes,
        needed: neededBytes,
      },
    });
    return missing;
  }

  async add(index: number, positions: Int32Array, bytes: Uint8Array, packageBytes: number): Promise<void> {
    const { manifest } = this.#arrival;
    const { fingerprint, blocks } = manifest;
    const width = fingerprints[fingerprint].digestBytes;
    const digests = Buffer.from(blocks.digests.buffer, blocks.digests.byteOffset, blocks.digests.length);
    let at = 0;
    const kept: Block[] = [];
    for (const position of positions) {
      const length = blockLength(manifest, position);
      const digest = digests.toString('hex', position * width, (position + 1) * width);
      kept.push({ id: `${fingerprint}-${digest}`, bytes: bytes.subarray(at, at + length) });
      at += length;
    }
    // What came in one segment is soon committed; of more, a restart shall not take what came.
    if (this.#staging.segments.size > 0) {
      this.#committing.audit.flush?.();
      await this.#staging.keep();
    }
    await this.#staging.addSegment(index, kept);
    this.#targetBytes += bytes.length;
    this.#wireBytes += packageBytes;
  }

  async commit(): Promise<IntakeResult> {
    const { offer, manifest, peer } = this.#arrival;
    this.#record({
      kind: 'encoded',
      transfer: this.token,
      strategy: 'adaptive',
      codecs: {},
      targetBytes: this.#targetBytes,
      wireBytes: this.#wireBytes,
    });
    this.#committing.audit.flush?.();
    // What led to a version is on record before the version is visible.
    if (!isPlanted('audit-behind-the-commit')) await Promise.all(this.#records);
    const result = await this.#committing.commit(offer.version, manifest, this.#staging, peer);
    this.#onEnd();
    return result;
  }

  async discard(): Promise<void> {
    const { volume, dot } = this.#arrival.offer.version;
    await this.#staging.discard();
    this.#onEnd();
    const reason = 'the sender gave it up';
    await this.#committing.audit.append({
      kind: 'rolled-back',
      transfer: this.token,
      volume,
      dot,
      reason,
    });
  }

  resynchronised(reason: string): void {
    const { volume, dot } = this.#arrival.offer.version;
    this.#record({ kind: 'resynchronised', transfer: this.token, volume, dot, reason });
  }

  release(): void {
    this.#committing.audit.flush?.();
    this.#onEnd();
  }

  /** Durable by the commit, which waits for it, or soon after a cut; a failure is heard of there. Those of a short transfer are written together. */
  #record(event: AuditEvent): void {
    const recorded = this.#committing.audit.append(event, 'may-wait');
    recorded.catch(() => undefined);
    this.#records.push(recorded);
  }
}
