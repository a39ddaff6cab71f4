/**
 * Opening a connection: a first segment there and its answer back, repeated while none comes, and then the round trips of TLS. A host that is off or
 * cut off answers nothing; one that is on and does not listen refuses.
 */
import { CancelledError, WorldError } from '../../base/errors.js';
import type { Link } from '../../base/runtime.js';
import type { EventLoop } from '../time/loop.js';
import type { Event } from '../time/queue.js';
import type { Life, Settler } from '../time/life.js';
import type { LinkEnd } from './end.js';
import type { Wire } from './wire.js';

/** First wait for an answer, doubled each time: RFC 6298, section 2.1. */
const firstAnswerMs = 1000;

/** Who takes connections at an address, while its life lasts. */
export interface Listener {
  readonly host: Host;
  readonly accept: (link: Link) => void;
}

/** What runs on a host: its name and its life, and whether the machine under it is on. */
export interface Host {
  readonly name: string;
  readonly life: Life;
  readonly isUp: () => boolean;
}

/** What dialling needs of the network, all of it for one address. */
export interface Line {
  readonly out: Wire;
  readonly back: Wire;
  readonly isUp: () => boolean;
  readonly listener: () => Listener | undefined;
  readonly connect: (listener: Listener) => readonly [ours: LinkEnd, theirs: LinkEnd];
  readonly timeoutMs: number;
  readonly handshakeRoundTrips: number;
}

export class Dialling {
  readonly #loop: EventLoop;
  readonly #entity: number;
  readonly #kind: number;
  readonly #life: Life;
  readonly #address: string;
  readonly #line: Line;
  readonly #settler: Settler<Link>;
  readonly #signal: AbortSignal | undefined;
  readonly #deadlineNs: number;
  #hasAnswer = false;
  #isOver = false;
  #again: Event | undefined;

  /** The settler hears of the end, and the listener gets its link. */
  constructor(
    loop: EventLoop,
    entity: number,
    life: Life,
    address: string,
    line: Line,
    settler: Settler<Link>,
    signal: AbortSignal | undefined,
  ) {
    this.#loop = loop;
    this.#entity = entity;
    this.#kind = loop.id('dial');
    this.#life = life;
    this.#address = address;
    this.#line = line;
    this.#settler = settler;
    this.#signal = signal;
    this.#deadlineNs = loop.nowNs + line.timeoutMs * 1e6;
  }

  begin(): void {
    if (this.#signal?.aborted === true) this.#cancel();
    else {
      this.#signal?.addEventListener('abort', this.#cancel);
      this.#attempt(firstAnswerMs);
    }
  }

  readonly #cancel = (): void => {
    this.#fail(new CancelledError('cancelled', { cause: this.#signal?.reason }));
  };

  #fail(error: Error): void {
    if (this.#end()) this.#settler.reject(error);
  }

  /** Says whether it was not over yet. */
  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#forgetAgain();
    this.#signal?.removeEventListener('abort', this.#cancel);
    return true;
  }

  #attempt(waitMs: number): void {
    const loop = this.#loop;
    const thereNs = this.#line.out.single(loop.nowNs);
    if (thereNs !== undefined) loop.at(thereNs, this.#entity, this.#kind, 0, () => this.#arrived());
    const againNs = Math.min(this.#deadlineNs, loop.nowNs + waitMs * 1e6);
    this.#again = loop.at(againNs, this.#entity, this.#kind, 2, () => {
      if (this.#life.isOver) return;
      if (loop.nowNs >= this.#deadlineNs) this.#fail(new WorldError(`${this.#address} does not answer`));
      else this.#attempt(waitMs * 2);
    });
  }

  #forgetAgain(): void {
    if (this.#again !== undefined) this.#loop.cancel(this.#again);
  }

  /** The first segment is there. */
  #arrived(): void {
    const loop = this.#loop;
    const { out, back, isUp, listener: find, handshakeRoundTrips } = this.#line;
    if (this.#isOver || this.#hasAnswer || this.#life.isOver || !isUp()) return;
    const homeNs = back.single(loop.nowNs);
    if (homeNs === undefined) return;
    this.#hasAnswer = true;
    this.#forgetAgain();
    const roundTripNs = homeNs - loop.nowNs + out.delayNs(loop.nowNs);
    const listener = find();
    if (listener === undefined || listener.host.life.isOver) {
      loop.at(homeNs, this.#entity, this.#kind, 3, () =>
        this.#fail(new WorldError(`${this.#address} refuses connections`)),
      );
      return;
    }
    const openNs = homeNs + (handshakeRoundTrips - 1) * roundTripNs;
    loop.at(openNs, this.#entity, this.#kind, 1, () => this.#open(listener));
  }

  #open(listener: Listener): void {
    if (this.#isOver || this.#life.isOver) return;
    const { out, back, connect } = this.#line;
    if (listener.host.life.isOver || out.isCut || back.isCut) {
      this.#fail(new WorldError(`${this.#address} went away during the handshake`));
      return;
    }
    this.#end();
    const [ours, theirs] = connect(listener);
    // An await point of the listening process: a paused one takes the link later.
    listener.host.life.run(() => listener.accept(theirs));
    this.#settler.resolve(ours);
  }
}
