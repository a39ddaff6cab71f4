/**
 * One connection's talk: joins the protocol, which turns bytes into messages and back, to a link. Messages leave in the order of the calls, never two at
 * once; a send waits while the link is full. Whatever ends the talk ends it once, with one error that names the cause, which every later call throws, too.
 *
 * A link on which nothing moves while somebody waits for it is given up after `idleMsMax`: as long as bytes go either way it lives, however slowly.
 */
import { BugError, DataError, SnapdeltaError, WorldError, present } from '../../base/errors.js';
import { isPlanted } from '../../base/planted.js';
import type { Link, Runtime } from '../../base/runtime.js';
import { Connection, type ConnectionEvent } from '../protocol/connection.js';
import type { Capability, Message, RefusalCode, Welcome } from '../protocol/messages.js';
import { pieces } from '../protocol/parts.js';
import type { Side, State } from '../protocol/transitions.js';
import { PeerAbort, PeerRefusal } from './failures.js';

/** Given, since AbortController would make an error with a stack of its own for each connection. */
const watchEnds = 'the connection is over';

export class Conversation {
  readonly #link: Link;
  readonly #connection: Connection;
  readonly #runtime: Runtime;
  readonly #watch = new AbortController();
  #arrived: ConnectionEvent[] = [];
  #idleMsMax: number;
  #sending: Promise<void> = Promise.resolve();
  #interrupt: ((failure: SnapdeltaError) => void) | undefined;
  #waits = 0;
  #movedMs: number;
  #failure: SnapdeltaError | undefined;
  #isClosed = false;

  constructor(link: Link, side: Side, runtime: Runtime, idleMsMax: number) {
    this.#link = link;
    this.#connection = new Connection(side);
    this.#runtime = runtime;
    this.#idleMsMax = idleMsMax;
    this.#movedMs = runtime.nowMs();
    void this.#watchOver();
  }

  /** Who is at the other end, as the link has authenticated it. */
  get peer(): string {
    return this.#link.peer;
  }

  /** Where the connection stands: changes as soon as bytes arrive, before the messages in them are taken. */
  get state(): State {
    return this.#connection.state;
  }

  get isOver(): boolean {
    return this.#isClosed || this.#failure !== undefined;
  }

  /** What both sides agreed on. */
  get terms(): Welcome {
    return present(this.#connection.agreed, 'the welcome');
  }

  can(capability: Capability): boolean {
    return this.terms.capabilities.includes(capability);
  }

  /** Largest package that may be sent now. */
  get creditBytes(): number {
    return this.#connection.creditBytes;
  }

  get nextIndex(): number {
    return this.#connection.nextIndex;
  }

  set idleMsMax(idleMsMax: number) {
    this.#idleMsMax = idleMsMax;
  }

  /**
   * The next message; undefined when the peer closed where a connection may end. An abort is answered and thrown as PeerAbort, a refusal thrown as PeerRefusal. Throws
   * WorldError when the link broke or idled, DataError for what no peer may send, which the peer was told.
   */
  async next(): Promise<Message | undefined> {
    for (;;) {
      const event = this.#arrived.shift();
      if (event !== undefined) return this.#judged(event);
      this.#requireOpen();
      const bytes = await this.#waiting(() => this.#link.receive());
      if (bytes !== undefined) {
        this.#arrived.push(...this.#connection.receive(bytes));
        continue;
      }
      const violation = this.#connection.end();
      if (violation === undefined) return undefined;
      throw this.#fail(new WorldError(`${this.peer}: ${violation.reason}`, { hint: 'try again' }));
    }
  }

  /** The next message, which is of one of these types: what else a connection lets through is our bug. Throws as next(). */
  async expect<T extends Message['type']>(...types: readonly T[]): Promise<Extract<Message, { type: T }>> {
    const message = await this.next();
    if (message === undefined) {
      throw this.#fail(new WorldError(`${this.peer} closed the connection before it answered`));
    }
    if (!isOf(message, types)) {
      throw this.#fail(
        new DataError(`${this.peer} sent ${message.type} where ${types.join(' or ')} was expected`),
      );
    }
    return message;
  }

  /** Resolves once the link has room for more. Throws WorldError when it is gone, BugError for what may not be said now. */
  send(message: Message): Promise<void> {
    this.#requireOpen();
    // Framed at once: what is numbered first leaves first.
    const frame = this.#connection.send(message);
    const sent = this.#sending.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#waiting(() => this.#link.send(frame));
    });
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** Sends bytes as manifest or data messages, and stops early where the transfer ended meanwhile: false then. */
  async sendPieces(type: 'manifest' | 'data', bytes: Uint8Array): Promise<boolean> {
    const during = type === 'manifest' ? 'manifest' : 'segment';
    for (const piece of pieces(bytes)) {
      if (this.state !== during) return false;
      await this.send({ type, bytes: piece });
    }
    return true;
  }

  /** Tells the peer why this ends, and ends it. Never throws for a link that is gone already. */
  async refuse(code: RefusalCode, reason: string): Promise<void> {
    if (this.isOver || this.state === 'closed') return;
    try {
      await this.send({ type: 'refuse', code, reason: oneLine(reason) });
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
    }
    this.close();
  }

  /** Ends in good order after what was sent. */
  close(): void {
    if (this.isOver) return;
    this.#isClosed = true;
    if (!isPlanted('watch-not-ended')) this.#watch.abort(watchEnds);
    this.#interrupt?.(new WorldError(`the connection to ${this.peer} was closed`));
    void this.#sending.then(() => {
      this.#link.close();
    });
  }

  /** Ends at once: every call that waits throws `cause`. */
  destroy(cause: SnapdeltaError): void {
    if (!this.#isClosed) this.#fail(cause);
  }

  async #judged(event: ConnectionEvent): Promise<Message> {
    switch (event.type) {
      case 'violation': {
        const { code, reason } = event;
        await this.refuse(code, reason);
        throw new DataError(`${this.peer} broke the protocol: ${reason}`);
      }
      case 'refuse':
        throw this.#fail(new PeerRefusal(this.peer, event.code, event.reason));
      case 'abort':
        if (this.state === 'answering') await this.send({ type: 'abort', reason: '' });
        throw new PeerAbort(this.peer, event.reason);
      default:
        return event;
    }
  }

  #requireOpen(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isClosed) throw new WorldError(`the connection to ${this.peer} was closed`);
  }

  /** Resolves as the link does; rejects as soon as the talk has failed, too. */
  #waiting<T>(act: () => Promise<T>): Promise<T> {
    if (this.#waits++ === 0) this.#movedMs = this.#runtime.nowMs();
    return new Promise<T>((resolve, reject) => {
      const before = this.#interrupt;
      const interrupt = (failure: SnapdeltaError): void => {
        before?.(failure);
        reject(failure);
      };
      this.#interrupt = interrupt;
      const end = (): void => {
        this.#waits--;
        if (this.#waits === 0) this.#interrupt = undefined;
      };
      act().then(
        (result) => {
          this.#movedMs = this.#runtime.nowMs();
          end();
          resolve(result);
        },
        (error: unknown) => {
          end();
          reject(this.#fail(error));
        },
      );
    });
  }

  #fail(error: unknown): SnapdeltaError {
    if (this.#failure !== undefined) return this.#failure;
    const failure =
      error instanceof SnapdeltaError
        ? error
        : new BugError('a link threw a foreign error', { cause: error });
    this.#failure = failure;
    this.#watch.abort(watchEnds);
    this.#interrupt?.(failure);
    this.#link.destroy();
    return failure;
  }

  async #watchOver(): Promise<void> {
    while (!this.isOver) {
      const since =
        this.#waits === 0 || isPlanted('idle-not-noticed') ? this.#runtime.nowMs() : this.#movedMs;
      const restMs = since + this.#idleMsMax - this.#runtime.nowMs();
      if (restMs <= 0) {
        const seconds = this.#idleMsMax / 1000;
        this.#fail(new WorldError(`nothing moved on the connection to ${this.peer} for ${seconds} s`));
        return;
      }
      try {
        // What is left by rounding, a fraction of a nanosecond, would be slept away for ever.
        await this.#runtime.sleep(Math.ceil(restMs), this.#watch.signal);
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

/** As a text of the protocol may be: without control characters, at most 255 bytes. */
export function oneLine(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\p{Surrogate}]+/gu, ' ');
  return new TextDecoder().decode(new TextEncoder().encode(line).subarray(0, 252)).replaceAll('\ufffd', '');
}
