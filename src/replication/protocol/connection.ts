/**
 * One side of a connection, without input or output: bytes in, events out; messages in, bytes out. It holds the versions agreed on, the state
 * (transitions.ts) and the account of the transfer (transfer.ts). What the other side does wrong is an event, the last one; what this side does wrong is a
 * BugError. It never repeats, reorders or repairs anything: after a violation the connection is over, and the session goes on with a new one.
 *
 * Limits: buffers at most one frame (limits.ts). Pieces of manifests and packages are views of the bytes received where a frame came whole.
 */
import { BugError, present } from '../../base/errors.js';
import { checkOffer, checkPull, checkWelcome } from './agreement.js';
import { messageKinds, numberOf, readBody, typeOf, writeBody } from './codec.js';
import { FrameReader, nextSequence, writeFrame } from './frame.js';
import { helloBytesMax } from './limits.js';
import type { Hello, Message, Offer, ProtocolVersion, Pull, Welcome } from './messages.js';
import { Transfer } from './transfer.js';
import { transitionOf } from './transitions.js';
import type { Move, Role, Side, Speaker, State, Transition, Way } from './transitions.js';
import { ProtocolError, violationOf, type Violation } from './violation.js';

export type ConnectionEvent = Message | Violation;

export class Connection {
  readonly side: Side;
  readonly #reader = new FrameReader();
  #sequence = 0;
  #state: State = 'new';
  #hello: Hello | undefined;
  #agreed: Welcome | undefined;
  #role: Role | undefined;
  #pull: Pull | undefined;
  #offer: Offer | undefined;
  #transfer: Transfer | undefined;

  constructor(side: Side) {
    this.side = side;
  }

  get state(): State {
    return this.#state;
  }

  /** What this side is in the current transfer. */
  get role(): Role | undefined {
    return this.#role;
  }

  /** The acceptor's welcome, said or heard: what both agreed on. */
  get agreed(): Welcome | undefined {
    return this.#agreed;
  }

  /** Largest package that may start now, for a sender; 0 outside a transfer. */
  get creditBytes(): number {
    return this.#transfer?.creditBytes ?? 0;
  }

  /** Segments that are not known to be durable. */
  get unacknowledged(): number {
    return this.#transfer?.unacknowledged ?? 0;
  }

  /** Index of the next segment in the current transfer. */
  get nextIndex(): number {
    return this.#transfer?.nextIndex ?? 0;
  }

  /** Bytes held of a frame that is not whole yet. */
  get bufferedBytes(): number {
    return this.#reader.bufferedBytes;
  }

  /** The bytes to hand to the link. Throws BugError where the message may not be said now. */
  send(message: Message): Uint8Array {
    try {
      this.#enter(message, 'sent');
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new BugError(`invariant broken: ${message.type} sent: ${error.message}`, { cause: error });
    }
    const body = writeBody(message, this.#version);
    const frame = writeFrame(numberOf(message.type), this.#sequence, body);
    this.#sequence = nextSequence(this.#sequence);
    return frame;
  }

  /**
   * What the bytes say, in order. A violation is the last event ever; answer it with a refuse of its code and close. The bytes must not be
   * changed while events that came from them are in use.
   */
  receive(bytes: Uint8Array): readonly ConnectionEvent[] {
    const events: ConnectionEvent[] = [];
    this.#reader.push(bytes);
    try {
      while (!this.#isOver) {
        const frame = this.#reader.next((number) => this.#bodyBytesMax(number));
        if (frame === undefined) break;
        const type = present(typeOf(frame.type, this.#version), 'type of a frame that was taken');
        const message = readBody(type, frame.body, this.#version);
        if (!this.#enter(message, 'received').isDropped) events.push(message);
      }
    } catch (error) {
      events.push(violationOf(error));
      this.#state = 'failed';
    }
    return events;
  }

  /** The link has ended: undefined where a connection may end. */
  end(): Violation | undefined {
    if (this.#isOver || (this.#state === 'idle' && this.bufferedBytes === 0)) return undefined;
    const where = this.bufferedBytes > 0 ? 'within a frame' : `while ${this.#state}`;
    this.#state = 'failed';
    return { type: 'violation', code: 'damaged', reason: `the connection ended ${where}` };
  }

  get #isOver(): boolean {
    return this.#state === 'closed' || this.#state === 'failed';
  }

  /** Before the welcome only what all versions share can be said. */
  get #version(): ProtocolVersion {
    return this.#agreed?.version ?? 2;
  }

  #bodyBytesMax(number: number): number | undefined {
    const type = typeOf(number, this.#version);
    if (type === undefined) return undefined;
    const { bodyBytesMax } = messageKinds[type];
    return this.#agreed === undefined ? Math.min(bodyBytesMax, helloBytesMax) : bodyBytesMax;
  }

  /** Checks a message against state and account, and moves on. Throws ProtocolError. */
  #enter(message: Message, way: Way): Transition {
    const speaker = this.#speaker(way);
    const known = transitionOf(this.#state, message.type, way, speaker, this.#version);
    if (known?.isDropped === true) return known;
    const transition = known && transitionOf(this.#state, this.#moveOf(message), way, speaker, this.#version);
    if (transition === undefined) {
      throw new ProtocolError('order', `${message.type} has no place while ${this.#state}`);
    }
    this.#account(message, way);
    this.#state = transition.to;
    if (transition.to === 'idle' || transition.to === 'closed') this.#forgetTransfer();
    else if (transition.to === 'aborting' || transition.to === 'answering') this.#transfer = undefined;
    return transition;
  }

  #speaker(way: Way): Speaker {
    if (way === 'sent') return { side: this.side, role: this.#role };
    const role = this.#role && (this.#role === 'sender' ? 'receiver' : 'sender');
    return { side: this.side === 'connector' ? 'acceptor' : 'connector', role };
  }

  #moveOf(message: Message): Move {
    if (message.type === 'listing') return message.isLast ? 'listing!' : 'listing';
    return this.#transfer?.moveOf(message) ?? message.type;
  }

  #account(message: Message, way: Way): void {
    switch (message.type) {
      case 'hello':
        this.#hello = message;
        return;
      case 'welcome':
        checkWelcome(message, present(this.#hello, 'hello'));
        this.#agreed = message;
        return;
      case 'pull':
        checkPull(message, this.#terms);
        this.#pull = message;
        this.#role = way === 'sent' ? 'receiver' : 'sender';
        return;
      case 'offer':
        checkOffer(message, this.#pull, this.#offer, this.#terms);
        this.#offer = message;
        this.#transfer = new Transfer(message, this.#terms);
        this.#role = way === 'sent' ? 'sender' : 'receiver';
        return;
      case 'resynchronise':
        this.#transfer = undefined;
        return;
      default:
        this.#transfer?.enter(message);
    }
  }

  get #terms(): Welcome {
    return present(this.#agreed, 'welcome');
  }

  #forgetTransfer(): void {
    this.#role = undefined;
    this.#pull = undefined;
    this.#offer = undefined;
    this.#transfer = undefined;
  }
}
