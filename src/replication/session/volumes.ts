/**
 * A server's volumes: commits one at a time for each volume, audit records before anybody hears of it, merges made as soon as they are wanted.
 *
 * Law: each version that is visible is on record. The record follows the version, so a crash may come between: then it is made up for when the server starts; where the log's store has failed, as
 * soon as it works again. A version is on record as removed before it is.
 *
 * Law: what a volume's name means is a function of its versions and the policy alone (versions/decide.ts); a merge that is lost in a crash is made again when the server starts, and one that a
 * failing store has prevented when the store works again. Neither takes anything from the versions that are to be merged.
 */
import { DataError, WorldError } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { AuditEvent } from '../audit/kinds.js';
import { lostVersions, mayFollow } from '../audit/recorded.js';
import type { RecordedVersion, RecordedVersions } from '../audit/recorded.js';
import type { Repository, Staging, StoredVersion } from '../repository/repository.js';
import { retain, type RetentionPolicy } from '../repository/retention.js';
import { mergeBlocks } from '../versions/block-merge.js';
import { decide, type Decision } from '../versions/decide.js';
import { finishMerge } from '../versions/finish-merge.js';
import type { HybridClock } from '../versions/hybrid-clock.js';
import type { MergePlan } from '../versions/merge-plan.js';
import { policyText, type MergePolicy } from '../versions/policy.js';
import { dotText, equalDots, type Dot, type Version } from '../versions/version.js';
import type { Coder } from '../coding/coder.js';
import { Refusal } from './failures.js';
import type { IntakeResult } from './intake.js';
import type { Audit, Committing } from './repository-intake.js';

export type OnCommitted = (stored: StoredVersion) => void;

export class Volumes implements Committing {
  readonly #repository: Repository;
  readonly #coder: Coder;
  readonly #clock: HybridClock;
  readonly audit: Audit;
  readonly name: string;
  readonly #policyOf: (volume: string) => MergePolicy;
  readonly #onCommitted: OnCommitted;
  readonly #onUnsettled: (volume: string) => void;
  readonly #turns = new Map<string, Promise<void>>();
  /** By volume: what happened and is not on record yet. */
  readonly #owed = new Map<string, Owed[]>();
  #lost: readonly RecordedVersion[] = [];
  #turnCount = 0;

  constructor(
    name: string,
    repository: Repository,
    coder: Coder,
    clock: HybridClock,
    audit: Audit,
    policyOf: (volume: string) => MergePolicy,
    onCommitted: OnCommitted,
    onUnsettled: (volume: string) => void,
  ) {
    this.name = name;
    this.#repository = repository;
    this.#coder = coder;
    this.#clock = clock;
    this.audit = audit;
    this.#policyOf = policyOf;
    this.#onCommitted = onCommitted;
    this.#onUnsettled = onUnsettled;
  }

  /** Compares what is held with the log: puts on record what is not in it, since a crash came between, and knows from then on what is lost. Throws WorldError. */
  async complete(recorded: RecordedVersions): Promise<void> {
    this.#lost = lostVersions(recorded, (volume, dot) => this.#repository.version(volume, dot) !== undefined);
    for (const volume of this.#repository.volumes)
      for (const { version, content } of this.#repository.versions(volume)) {
        const { dot } = version;
        if (recorded.has(volume, dot) || isPlanted('log-not-completed')) continue;
        const reason = 'visible when the server started, and not on record';
        await this.audit.append({ kind: 'recovered', volume, dot, content, reason });
      }
  }

  /** Makes the merges that a crash has prevented. Throws WorldError. */
  async settleAll(): Promise<void> {
    for (const volume of this.#repository.volumes) await this.settle(volume);
  }

  /** Makes the merge that a volume wants, if it does. Throws WorldError. */
  settle(volume: string): Promise<void> {
    return this.#inTurn(volume, () => this.#settle(volume));
  }

  /** What the volume's name means now; undefined where it has no versions. */
  decision(volume: string): Decision | undefined {
    const versions = this.#repository.versions(volume).map(({ version }) => version);
    return decide(versions, this.#policyOf(volume));
  }

  /** Whether nothing is under way: then what is visible is on record, unless the log's store has failed. */
  get isIdle(): boolean {
    return this.#turnCount === 0;
  }

  /** Versions that were durable here, that nobody removed, and that are not held: they come back when somebody pushes them again. */
  get lost(): readonly RecordedVersion[] {
    return this.#lost.filter(({ volume, dot }) => this.#repository.version(volume, dot) === undefined);
  }

  /** Those of a volume that may be newer than what its name means now: then nobody gets that for the newest. */
  lostNewest(volume: string): readonly Dot[] {
    if (this.#lost.length === 0) return [];
    const head = this.decision(volume)?.head;
    return this.lost.filter((one) => one.volume === volume && mayFollow(one, head)).map(({ dot }) => dot);
  }

  admit(version: Version): void {
    const received = this.#clock.receive(version.time);
    if (received.state === 'accepted') return;
    throw new Refusal(
      'busy',
      `the version's time is ${received.aheadMs} ms ahead of this server's: set the clocks right`,
    );
  }

  commit(
    version: Version,
    manifest: Manifest,
    staging: Staging | undefined,
    from: string,
  ): Promise<IntakeResult> {
    return this.#inTurn(version.volume, async () => {
      const { volume, dot } = version;
      const isNew = this.#repository.version(volume, dot) === undefined;
      const dated = isPlanted('dated-on-arrival') ? { ...version, time: this.#clock.now() } : version;
      const stored = await this.#repository.commit(dated, manifest, staging);
      if (isNew) {
        const { content } = stored;
        const transfer = staging?.token ?? '';
        this.#owe(volume, { kind: 'committed', transfer, volume, dot, content, from }, stored);
      }
      try {
        await this.#settle(volume);
      } catch (error) {
        // The version is there, whether its sender comes again or not.
        if (error instanceof WorldError) this.#onUnsettled(volume);
        throw error;
      }
      const decision = this.decision(volume);
      if (decision === undefined) throw new DataError(`volume '${volume}' has lost its versions`);
      return {
        head: decision.head.dot,
        concurrent: decision.concurrent.map((other) => other.dot),
      };
    });
  }

  /** Forgets versions by policy; safe while transfers go on, since their stagings hold what they need. Which were forgotten. */
  retain(volume: string, policy: RetentionPolicy): Promise<readonly Dot[]> {
    return this.#inTurn(volume, async () => {
      const versions = this.#repository.versions(volume).map(({ version }) => version);
      const head = this.decision(volume)?.head.dot;
      const dots = retain(versions, policy).forget.filter(
        (dot) => head === undefined || !equalDots(dot, head),
      );
      for (let at = 0; at < dots.length; at += removedAtOnce) {
        const some = dots.slice(at, at + removedAtOnce);
        await this.audit.append({ kind: 'removed', volume, dots: some, reason: 'retention' });
      }
      if (dots.length > 0) await this.#repository.remove(volume, dots);
      return dots;
    });
  }

  async #settle(volume: string): Promise<void> {
    await this.#record(volume);
    const merge = this.decision(volume)?.merge;
    if (merge?.state !== 'wanted') return;
    const policy = this.#policyOf(volume);
    const { stored, ...outcome } = await this.#merge(volume, merge.plan);
    const event = {
      kind: 'merged',
      volume,
      policy: policyText(policy),
      inputs: merge.plan.heads.map(({ dot }) => dot),
      ancestors: merge.plan.ancestors.map(({ dot }) => dot),
      ...outcome,
    } as const;
    this.#owe(volume, event, stored);
    await this.#record(volume);
  }

  #owe(volume: string, event: AuditEvent, stored: StoredVersion | undefined): void {
    const owed = this.#owed.get(volume);
    if (owed === undefined) this.#owed.set(volume, [{ event, stored }]);
    else owed.push({ event, stored });
  }

  /** What happened goes on record, then others hear of it. */
  async #record(volume: string): Promise<void> {
    const owed = this.#owed.get(volume) ?? [];
    for (let one = owed[0]; one !== undefined; one = owed[0]) {
      await this.audit.append(one.event);
      owed.shift();
      if (one.stored !== undefined) this.#onCommitted(one.stored);
    }
    this.#owed.delete(volume);
  }

  async #merge(
    volume: string,
    plan: MergePlan,
  ): Promise<{
    readonly result: Dot | null;
    readonly reason: string;
    readonly conflicts: number;
    readonly joinedFiles: number;
    readonly stored?: StoredVersion;
  }> {
    try {
      const manifests = new Map<string, Manifest>();
      for (const { dot } of [...plan.heads, ...plan.ancestors]) {
        const stored = this.#repository.version(volume, dot);
        if (stored !== undefined) manifests.set(dotText(dot), await this.#repository.manifest(stored));
      }
      const merged = mergeBlocks(plan, (dot) => manifests.get(dotText(dot)));
      if (typeof merged === 'string') {
        return { result: null, reason: merged, conflicts: 0, joinedFiles: 0 };
      }
      const hasher = this.#coder.hasher(merged.fingerprint);
      const manifest = await finishMerge(merged, volume, hasher, (digest) =>
        this.#repository.block(`${merged.fingerprint}-${Buffer.from(digest).toString('hex')}`),
      );
      const stored = await this.#repository.commit(plan.version, manifest, undefined);
      const { conflicts, joinedFiles } = merged;
      return { result: plan.version.dot, reason: '', conflicts, joinedFiles, stored };
    } catch (error) {
      // A damaged block stops the merge, not the server: the latest head stands for the volume.
      if (!(error instanceof DataError)) throw error;
      return { result: null, reason: error.message, conflicts: 0, joinedFiles: 0 };
    }
  }

  #inTurn<T>(volume: string, act: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(volume) ?? Promise.resolve();
    this.#turnCount++;
    const acting = before.then(act);
    const end = (): void => {
      this.#turnCount--;
    };
    const after = acting.then(end, end);
    this.#turns.set(volume, after);
    return acting;
  }
}

/** An event that is not on record yet, and the version that others hear of once it is. */
interface Owed {
  readonly event: AuditEvent;
  readonly stored: StoredVersion | undefined;
}

/** Dots in one audit record. */
const removedAtOnce = 256;
