/**
 * What a server does for itself now and then: gives up stagings that nobody goes on with, forgets versions by policy, collects what nobody needs, reads everything to see whether it is
 * still whole. The audit log is read from end to end at the start, and with every scrub. Transfers go on meanwhile.
 *
 * Law: nothing here ends the server; what fails is told, and tried again in the next round.
 */
import { CancelledError, SnapdeltaError } from '../../base/errors.js';
import type { Runtime } from '../../base/runtime.js';
import type { AuditVerdict } from '../audit/verify.js';
import type { ScrubReport } from '../repository/repository.js';
import type { RetentionPolicy } from '../repository/retention.js';
import type { Server } from '../session/server.js';

export interface UpkeepOptions {
  /** What to keep of a volume; undefined for everything. */
  readonly retentionOf?: (volume: string) => RetentionPolicy | undefined;
  /** Between rounds; the first one is at the start. */
  readonly intervalMs?: number;
  /** Between scrubs; the first one is at the start. Without it none is made. */
  readonly scrubMs?: number;
  readonly onScrub?: (report: ScrubReport) => void;
  /** What the audit log's proof says. */
  readonly onAudit?: (verdict: AuditVerdict) => void;
  readonly onRound?: (round: UpkeepRound) => void;
  readonly onFailure?: (error: unknown) => void;
}

export interface UpkeepRound {
  readonly expiredStagings: number;
  readonly forgottenVersions: number;
  readonly removedBytes: number;
}

const usualIntervalMs = 3_600_000;

export class Upkeep {
  readonly #server: Server;
  readonly #runtime: Runtime;
  readonly #verifyAudit: () => Promise<AuditVerdict>;
  readonly #options: UpkeepOptions;
  readonly #stopping = new AbortController();

  constructor(
    server: Server,
    runtime: Runtime,
    verifyAudit: () => Promise<AuditVerdict>,
    options: UpkeepOptions,
  ) {
    this.#server = server;
    this.#runtime = runtime;
    this.#verifyAudit = verifyAudit;
    this.#options = options;
  }

  /** Resolves when it was stopped and what was under way has ended. Never rejects but for bugs of ours. */
  async run(): Promise<void> {
    const { intervalMs = usualIntervalMs, scrubMs, onRound, onScrub, onAudit } = this.#options;
    const audit = async (): Promise<void> => onAudit?.(await this.#verifyAudit());
    await Promise.all([
      this.#every(intervalMs, async () => onRound?.(await this.#round())),
      scrubMs === undefined
        ? this.#told(audit)
        : this.#every(scrubMs, async () => {
            onScrub?.(await this.#server.repository.scrub(this.#stopping.signal));
            await audit();
          }),
    ]);
  }

  /** Forgets versions of a volume by policy, without waiting for the next round. */
  async retain(volume: string): Promise<void> {
    await this.#told(async () => {
      await this.#forget(volume);
    });
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #every(intervalMs: number, act: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#told(act);
      try {
        await this.#runtime.sleep(intervalMs, signal);
      } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
      }
    }
  }

  async #round(): Promise<UpkeepRound> {
    const expiredStagings = await this.#server.expire();
    let forgottenVersions = 0;
    for (const volume of this.#server.repository.volumes) forgottenVersions += await this.#forget(volume);
    const { removedBytes } = await this.#server.collect();
    return { expiredStagings, forgottenVersions, removedBytes };
  }

  async #forget(volume: string): Promise<number> {
    const policy = this.#options.retentionOf?.(volume);
    return policy === undefined ? 0 : (await this.#server.retain(volume, policy)).length;
  }

  async #told(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof SnapdeltaError) || error.kind === 'bug') throw error;
      if (error instanceof CancelledError) return;
      this.#options.onFailure?.(error);
    }
  }
}
