/**
 * One connection's talk: joins the protocol, which turns bytes into messages and back, to a link. Messages leave in the order of the calls, never two at
 * once; a send waits while the link is full. Whatever ends the talk ends it once, with one error that names the cause, which every later call throws, too.
 *
 * A link on which nothing moves while somebody waits for it is given up after `idleMsMax`: as long as bytes go either way it lives, however slowly.
 */
import { BugError, DataError, SnapdeltaError, WorldError } from '../../base/errors.js';
import type { Link, Runtime } from '../../base/runtime.js';
import type { Message, RefusalCode } from '../protocol/messages.js';
import { PeerAbort, PeerRefusal } from './failures.js';

/** The protocol's side of a connection. */
export interface Framing {
  /** Messages that these bytes complete. Throws DataError for what no peer may send, after which nothing is received any more. */
  receive(bytes: Uint8Array): readonly Message[];
  /** The bytes of a message. Throws BugError for one that may not be sent now. */
  send(message: Message): Uint8Array;
}

export interface Patience {
  /** Longest wait on a link on which nothing moves. */
  readonly idleMsMax: number;
}

export class Conversation {
  readonly #link: Link;
  readonly #framing: Framing;
  readonly #runtime: Runtime;
  readonly #arrived: Message[] = [];
  readonly #watch = new AbortController();
  #next = 0;
  #idleMsMax: number;
  #sending: Promise<void> = Promise.resolve();
  #waits = 0;
  #movedMs: number;
  #failure: SnapdeltaError | undefined;
  #isClosed = false;

  constructor(link: Link, framing: Framing, runtime: Runtime, patience: Patience) {
    this.#link = link;
    this.#framing = framing;
    this.#runtime = runtime;
    this.#idleMsMax = patience.idleMsMax;
    this.#movedMs = runtime.nowMs();
    void this.#watchOver();
  }

  get peer(): string {
    return this.#link.peer;
  }

  get isOver(): boolean {
    return this.#isClosed || this.#failure !== undefined;
  }

  set idleMsMax(idleMsMax: number) {
    this.#idleMsMax = idleMsMax;
  }

  /**
   * The next message; undefined when the peer closed in good order between two of them. An abort or a refusal is thrown as PeerAbort or PeerRefusal. Throws
   * WorldError when the link broke or idled, DataError for what no peer may send.
   */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const message = this.#arrived[this.#next];
      if (message !== undefined) {
        this.#next++;
        if (this.#next === this.#arrived.length) {
          this.#arrived.length = 0;
          this.#next = 0;
        }
        return this.#judged(message);
      }
      this.#requireOpen();
      const bytes = await this.#waiting(() => this.#link.receive());
      if (bytes === undefined) return undefined;
      try {
        for (const arrived of this.#framing.receive(bytes)) this.#arrived.push(arrived);
      } catch (error) {
        throw this.#fail(error);
      }
    }
  }

  /** The next message, of this type. Throws as next(), and WorldError when the peer closed instead. */
  async expect<T extends Message['type']>(...types: readonly T[]): Promise<Extract<Message, { type: T }>> {
    const message = await this.next();
    if (message === undefined) {
      throw this.#fail(
        new WorldError(`${this.peer} closed the connection before it answered`, { hint: 'try again' }),
      );
    }
    if (!isOf(message, types)) {
      throw this.#fail(
        new DataError(`${this.peer} sent ${message.type} where ${types.join(' or ')} was expected`),
      );
    }
    return message;
  }

  /** Resolves once the link has room for more. Throws WorldError when it is gone. */
  send(...messages: readonly Message[]): Promise<void> {
    this.#requireOpen();
    // Framed at once: what is numbered first leaves first.
    const frames = messages.map((message) => this.#framing.send(message));
    const sent = this.#sending.then(async () => {
      for (const frame of frames) {
        this.#requireOpen();
        await this.#waiting(() => this.#link.send(frame));
      }
    });
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** Tells the peer why this ends, and ends it. Never throws for a link that is gone already. */
  async refuse(code: RefusalCode, reason: string): Promise<void> {
    if (this.isOver) return;
    try {
      await this.send({ type: 'refuse', code, reason });
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
    }
    this.close();
  }

  /** Ends in good order after what was sent. */
  close(): void {
    if (this.isOver) return;
    this.#isClosed = true;
    this.#watch.abort();
    void this.#sending.then(() => {
      this.#link.close();
    });
  }

  /** Ends at once: every call that waits throws `cause`. */
  destroy(cause: SnapdeltaError): void {
    if (!this.#isClosed) this.#fail(cause);
  }

  #judged(message: Message): Message {
    if (message.type === 'refuse') throw this.#fail(new PeerRefusal(this.peer, message.code, message.reason));
    if (message.type === 'abort') throw new PeerAbort(this.peer, message.reason);
    return message;
  }

  #requireOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isClosed) throw new WorldError(`the connection to ${this.peer} was closed`);
  }

  async #waiting<T>(act: () => Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#movedMs = this.#runtime.nowMs();
    try {
      const result = await act();
      this.#movedMs = this.#runtime.nowMs();
      return result;
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#waits--;
    }
  }

  #fail(error: unknown): SnapdeltaError {
    if (this.#failure !== undefined) return this.#failure;
    const failure =
      error instanceof SnapdeltaError ? error : new BugError('a link threw a foreign error', { cause: error });
    this.#failure = failure;
    this.#watch.abort();
    this.#link.destroy();
    return failure;
  }

  async #watchOver(): Promise<void> {
    while (!this.isOver) {
      const since = this.#waits === 0 ? this.#runtime.nowMs() : this.#movedMs;
      const restMs = since + this.#idleMsMax - this.#runtime.nowMs();
      if (restMs <= 0) {
        const seconds = this.#idleMsMax / 1000;
        this.#fail(new WorldError(`nothing moved on the connection to ${this.peer} for ${seconds} s`));
        return;
      }
      try {
        await this.#runtime.sleep(restMs, this.#watch.signal);
      } catch {
        return;
      }
    }
  }
}

function isOf<T extends Message['type']>(
  message: Message,
  types: readonly T[],
): message is Extract<Message, { type: T }> {
  return (types as readonly string[]).includes(message.type);
}
