/**
 * What joins two ends, however bytes get across: how a side hears that the other is gone, and resets, in passing or at a byte of the stream.
 * A reset at a byte means: what came before is delivered, nothing after.
 */
import type { EventLoop } from '../time/loop.js';
import type { LinkEnd } from './end.js';
import type { Wire } from './wire.js';

export interface Side {
  readonly end: LinkEnd;
  /** The wire that this side's bytes leave by. */
  readonly wire: Wire;
  /** Whether the host is switched on: a host that is off answers nothing. */
  readonly isUp: () => boolean;
  /** The connection breaks when so many bytes from this side were delivered. */
  readonly resetAtByte: number | undefined;
}

export abstract class Joint {
  protected readonly loop: EventLoop;
  protected readonly entity: number;
  readonly #resetKind: number;
  readonly #sides: readonly [Side, Side];
  readonly #onOver: () => void;
  #isOver = false;
  #isSpared = false;

  /** `onOver` is called once, when both ends have let go. */
  constructor(loop: EventLoop, entity: number, sides: readonly [Side, Side], onOver: () => void) {
    this.loop = loop;
    this.entity = entity;
    this.#resetKind = loop.id('reset');
    this.#sides = sides;
    this.#onOver = onOver;
  }

  abstract get retransmittedBytes(): number;
  /** Nothing goes out from an end that is gone. */
  protected abstract silence(end: LinkEnd): void;

  /** How many bytes from a side are delivered before the connection breaks. */
  protected bytesBeforeReset(side: Side): number {
    return this.#isSpared ? Infinity : (side.resetAtByte ?? Infinity);
  }

  /** Resets at a byte that did not strike yet never will. */
  spare(): void {
    this.#isSpared = true;
  }

  /** A reset is on its way to `side` from the other one. It may be lost as every segment may. */
  protected tell(side: Side, from: Side, reason: string): void {
    const atNs = from.wire.single(this.loop.nowNs);
    if (atNs === undefined) return;
    this.loop.at(atNs, this.entity, this.#resetKind, 0, () => this.breakOff(side, reason));
  }

  protected breakOff({ end }: Side, reason: string): void {
    end.broke(reason);
    this.#overIfGone();
  }

  /** Both ends learn at once that the connection is no more. */
  reset(): void {
    if (this.#isOver) return;
    this.loop.note(this.entity, this.#resetKind, 1);
    for (const { end } of this.#sides) end.broke(`the connection to ${end.peer} was reset`);
    this.#overIfGone();
  }

  /** The process at `end` is gone. With its host's kernel still there, the other end hears of it; else only when it sends. */
  abandoned(end: LinkEnd): void {
    const [a, b] = this.#sides;
    const [gone, other] = a.end === end ? [a, b] : [b, a];
    if (gone.isUp()) this.tell(other, gone, `${gone.end.life.name} reset the connection`);
    this.silence(end);
    this.#overIfGone();
  }

  #overIfGone(): void {
    if (this.#isOver || !this.#sides.every(({ end }) => end.isGone)) return;
    this.#isOver = true;
    for (const { end } of this.#sides) this.silence(end);
    this.#onOver();
  }
}
