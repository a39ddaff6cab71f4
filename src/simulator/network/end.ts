/**
 * One end of a connection, as its process sees it: a Link. What the process is told goes through its life, so that a crashed process hears nothing.
 * How bytes get across is the connection's concern (connection.ts for TCP, frames.ts for the harsher mode).
 */
import type { Link } from '../../base/runtime.js';
import { WorldError, assert } from '../../base/errors.js';
import type { EventLoop } from '../time/loop.js';
import type { Life, Settler } from '../time/life.js';
import { sampleOf } from '../trace/digest.js';

/** What an end asks of the connection that it belongs to. */
export interface Transport {
  readonly hasRoom: boolean;
  write(bytes: Uint8Array): void;
  /** The reader took so many bytes. */
  taken(bytes: number): void;
  /** Nothing more will be written. */
  finish(): void;
  /** The process let go of the connection; the other end shall hear of it. */
  drop(): void;
}

export class LinkEnd implements Link {
  readonly peer: string;
  readonly #loop: EventLoop;
  readonly #life: Life;
  readonly #entity: number;
  readonly #kinds: { readonly send: number; readonly receive: number };
  #transport: Transport | undefined;
  #inbox: Uint8Array[] = [];
  #reader: Settler<Uint8Array | undefined> | undefined;
  #writers: Settler<undefined>[] = [];
  #isClosed = false;
  #hasEnded = false;
  #failure: WorldError | undefined;

  constructor(loop: EventLoop, life: Life, entity: number, peer: string) {
    this.#loop = loop;
    this.#life = life;
    this.#entity = entity;
    this.peer = peer;
    this.#kinds = { send: loop.id('send'), receive: loop.id('receive') };
  }

  get life(): Life {
    return this.#life;
  }

  /** Whether the process has let go of it, or was told that it broke. */
  get isGone(): boolean {
    return this.#failure !== undefined || this.#life.isOver;
  }

  attach(transport: Transport): void {
    this.#transport = transport;
  }

  send(bytes: Uint8Array): Promise<void> {
    return this.#life.wait<undefined>(`send to ${this.peer}`, (settler) => {
      const transport = this.#transport;
      if (this.#failure !== undefined) {
        settler.reject(this.#failure);
        return;
      }
      if (this.#isClosed || transport === undefined) {
        settler.reject(new WorldError(`the link to ${this.peer} is closed`));
        return;
      }
      this.#loop.note(this.#entity, this.#kinds.send, sampleOf(bytes));
      if (bytes.length > 0) transport.write(bytes);
      if (transport.hasRoom) settler.resolve(undefined);
      else this.#writers.push(settler);
    });
  }

  receive(): Promise<Uint8Array | undefined> {
    return this.#life.wait<Uint8Array | undefined>(`bytes from ${this.peer}`, (settler) => {
      assert(this.#reader === undefined, 'one receive at a time');
      this.#reader = settler;
      this.#serve();
    });
  }

  close(): void {
    if (this.#isClosed || this.isGone) return;
    this.#isClosed = true;
    this.#transport?.finish();
  }

  destroy(): void {
    if (this.isGone) return;
    this.#transport?.drop();
    this.broke(`this side ended the link to ${this.peer}`);
  }

  /** Bytes came, in order. */
  arrived(bytes: Uint8Array): void {
    this.#inbox.push(bytes);
    this.#serve();
  }

  /** The other side finished. */
  ended(): void {
    this.#hasEnded = true;
    this.#serve();
  }

  /** There is room again. */
  drained(): void {
    for (const writer of this.#writers.splice(0)) writer.resolve(undefined);
  }

  /** The connection is no more. What was delivered before can still be read. */
  broke(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#failure = new WorldError(reason, { hint: 'dial again' });
    for (const writer of this.#writers.splice(0)) writer.reject(this.#failure);
    this.#serve();
  }

  #serve(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const bytes = this.#inbox.shift();
    if (bytes === undefined && this.#failure === undefined && !this.#hasEnded) return;
    this.#reader = undefined;
    if (bytes !== undefined) {
      this.#loop.note(this.#entity, this.#kinds.receive, sampleOf(bytes));
      this.#transport?.taken(bytes.length);
      reader.resolve(bytes);
    } else if (this.#hasEnded) {
      reader.resolve(undefined);
      // As Node's sockets do: the other side's end, once read, is answered with one's own.
      this.close();
    } else if (this.#failure !== undefined) reader.reject(this.#failure);
  }
}
