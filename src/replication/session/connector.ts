/** Opening connections as agents and replicating servers do: hello, work, and another connection while that may help. */
import { CancelledError, SnapdeltaError, WorldError, throwIfCancelled } from '../../base/errors.js';
import type { Dialer, Runtime } from '../../base/runtime.js';
import type { ListedVersion } from '../protocol/messages.js';
import { Backoff, type BackoffOptions } from './backoff.js';
import type { Conversation } from './conversation.js';
import { parseChunker, type CutAndHash } from '../coding/cutting.js';
import { isWorthRetrying } from './failures.js';
import { greet, usualPatience, type Abilities, type Patience } from './greeting.js';

export interface ConnectorOptions {
  /** The writer's name: no other agent may have it. */
  readonly name: string;
  readonly software?: string;
  readonly patience?: Patience;
  readonly abilities?: Abilities;
  readonly backoff?: BackoffOptions;
  /** Attempts in a row that brought nothing before an operation fails; Infinity to go on for ever. */
  readonly attemptsMax?: number;
  /** Called before each wait for another attempt. */
  readonly onRetry?: (error: unknown, waitMs: number) => void;
}

export class Connector {
  readonly #dialer: Dialer;
  readonly #runtime: Runtime;
  readonly #options: ConnectorOptions;
  #backoffs = 0;

  constructor(dialer: Dialer, runtime: Runtime, options: ConnectorOptions) {
    this.#dialer = dialer;
    this.#runtime = runtime;
    this.#options = options;
  }

  /**
   * Runs over one connection, and over another while that may help. Call `progressed` when something went through for good: the next failure is then a first
   * one. Throws CancelledError, and what the last attempt threw.
   */
  async retried<T>(
    address: string,
    { signal }: { readonly signal?: AbortSignal },
    run: (talk: Conversation, progressed: () => void) => Promise<T>,
  ): Promise<{ readonly result: T; readonly attempts: number }> {
    const random = this.#runtime.random.fork(`backoff ${this.#backoffs++}`);
    const backoff = new Backoff(random, this.#options.backoff);
    for (let attempts = 1; ; attempts++) {
      try {
        const result = await this.once(address, { ...(signal === undefined ? {} : { signal }) }, (talk) =>
          run(talk, () => {
            backoff.progress();
          }),
        );
        return { result, attempts };
      } catch (error) {
        throwIfCancelled(signal);
        const waitMs = backoff.nextMs();
        if (!isWorthRetrying(error) || backoff.attempts >= (this.#options.attemptsMax ?? 10)) throw error;
        this.#options.onRetry?.(error, waitMs);
        await this.#runtime.sleep(waitMs, signal);
      }
    }
  }

  /** Runs over one connection, which ends with it. */
  async once<T>(
    address: string,
    { signal }: { readonly signal?: AbortSignal },
    run: (talk: Conversation) => Promise<T>,
  ): Promise<T> {
    throwIfCancelled(signal);
    let talk: Conversation | undefined;
    const stop = (): void => talk?.destroy(new CancelledError('cancelled'));
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const { name, software = 'snapdelta', abilities, patience = usualPatience } = this.#options;
      const link = await this.#dialer.dial(address, signal);
      talk = await greet(link, { name, software, ...abilities }, this.#runtime, patience);
      const result = await run(talk);
      talk.close();
      return result;
    } catch (error) {
      talk?.destroy(
        error instanceof SnapdeltaError ? error : new WorldError('the work failed', { cause: error }),
      );
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}

/** Asks for a list. Throws as Conversation does. */
export async function listVersions(talk: Conversation, volume: string): Promise<readonly ListedVersion[]> {
  await talk.send({ type: 'list', volume });
  const rows: ListedVersion[] = [];
  for (;;) {
    const listing = await talk.expect('listing');
    rows.push(...listing.rows);
    if (listing.isLast) return rows;
  }
}

/** How the acceptor cuts. Throws DataError for a chunker that is unknown here. */
export function cuttingOf(talk: Conversation): CutAndHash {
  return { chunker: parseChunker(talk.terms.chunker), fingerprint: talk.terms.fingerprint };
}
