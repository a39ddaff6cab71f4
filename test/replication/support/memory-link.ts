/** Two ends of a byte stream in memory: ordered, with a bounded buffer, cut after any number of bytes, counted. */
import { WorldError } from '../../../src/base/errors.js';
import type { Link } from '../../../src/base/runtime.js';

export interface LinkPlan {
  /** Bytes that each direction carries before both break; for ever unless given. */
  readonly connectorBytesMax?: number;
  readonly acceptorBytesMax?: number;
  /** Bytes that lie in a direction unread before send() waits. */
  readonly bufferBytesMax?: number;
  /** Largest piece that receive() gives. */
  readonly pieceBytesMax?: number;
}

export interface LinkPair {
  readonly connector: Link;
  readonly acceptor: Link;
  /** Bytes that were handed over by the connector and the acceptor. */
  readonly sentBytes: { connector: number; acceptor: number };
  cut(): void;
}

/** Each end knows the other by the name given here. */
export function linkPair(connectorName: string, acceptorName: string, plan: LinkPlan = {}): LinkPair {
  const bufferBytesMax = plan.bufferBytesMax ?? 256 * 1024;
  const pieceBytesMax = plan.pieceBytesMax ?? Infinity;
  const up = new Pipe(plan.connectorBytesMax ?? Infinity, bufferBytesMax, pieceBytesMax);
  const down = new Pipe(plan.acceptorBytesMax ?? Infinity, bufferBytesMax, pieceBytesMax);
  const cut = (): void => {
    up.break();
    down.break();
  };
  up.onBreak = cut;
  down.onBreak = cut;
  const end = (peer: string, out: Pipe, into: Pipe): Link => ({
    peer,
    send: (bytes) => out.send(bytes),
    receive: () => into.receive(),
    close: () => {
      out.close();
    },
    destroy: cut,
  });
  return {
    connector: end(acceptorName, up, down),
    acceptor: end(connectorName, down, up),
    sentBytes: {
      get connector() {
        return up.sentBytes;
      },
      get acceptor() {
        return down.sentBytes;
      },
    },
    cut,
  };
}

class Pipe {
  onBreak: (() => void) | undefined;
  sentBytes = 0;
  readonly #bytesMax: number;
  readonly #bufferBytesMax: number;
  readonly #pieceBytesMax: number;
  #pieces: Uint8Array[] = [];
  #buffered = 0;
  #isClosed = false;
  #isBroken = false;
  #waiting: (() => void)[] = [];

  constructor(bytesMax: number, bufferBytesMax: number, pieceBytesMax: number) {
    this.#bytesMax = bytesMax;
    this.#bufferBytesMax = bufferBytesMax;
    this.#pieceBytesMax = pieceBytesMax;
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#requireWhole();
    if (this.#isClosed) throw new WorldError('the link was closed');
    const rest = this.#bytesMax - this.sentBytes;
    this.sentBytes += Math.min(rest, bytes.length);
    if (bytes.length > 0) this.#pieces.push(bytes.slice(0, Math.min(rest, bytes.length)));
    this.#buffered += Math.min(rest, bytes.length);
    this.#wake();
    if (bytes.length > rest) {
      // What arrived before the cut may still be read: a break is seen by the reader after it.
      this.#isClosed = true;
      this.#breakAfterReading = true;
      throw new WorldError('the link broke');
    }
    while (this.#buffered > this.#bufferBytesMax) {
      await this.#change();
      this.#requireWhole();
    }
  }

  #breakAfterReading = false;

  async receive(): Promise<Uint8Array | undefined> {
    for (;;) {
      this.#requireWhole();
      const piece = this.#pieces.shift();
      if (piece !== undefined && piece.length > 0) {
        const given = piece.subarray(0, this.#pieceBytesMax);
        if (given.length < piece.length) this.#pieces.unshift(piece.subarray(given.length));
        this.#buffered -= given.length;
        this.#wake();
        return given;
      }
      if (this.#breakAfterReading) this.onBreak?.();
      else if (this.#isClosed) return undefined;
      else if (piece === undefined) await this.#change();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  break(): void {
    this.#isBroken = true;
    this.#pieces = [];
    this.#wake();
  }

  #requireWhole(): void {
    if (this.#isBroken) throw new WorldError('the link broke');
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
