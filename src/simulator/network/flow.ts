/**
 * One direction of a TCP connection: bytes counted in, bytes counted out in order. Segments travel as trains, what the window lets go at one
 * moment; a train costs one event when it arrives and at most one when its acknowledgements come back. The rules are in docs/simulator-network.md.
 *
 * Law: what is delivered is a prefix of what was written, and grows. Bytes that the sender no longer waits for were delivered.
 */
import type { EventLoop } from '../time/loop.js';
import type { Event } from '../time/queue.js';
import { Arrivals } from './arrivals.js';
import { Congestion } from './congestion.js';
import { bytesOf, segmentsAt, segmentsOf } from './ranges.js';
import type { Range } from './ranges.js';
import { Scoreboard } from './scoreboard.js';
import type { Wire } from './wire.js';

export interface FlowOptions {
  /** Payload of one segment; 1448 is Ethernet's 1500 less IP, TCP and timestamps. */
  readonly segmentBytes: number;
  readonly sendBufferBytesMax: number;
  readonly receiveBufferBytes: number;
  /** Delivered to the reader in pieces of at most this much. */
  readonly deliveryBytesMax: number;
  /** The connection breaks when nothing was acknowledged for so long though something was sent. */
  readonly userTimeoutMs: number;
}

export const defaultFlow: FlowOptions = {
  segmentBytes: 1448,
  sendBufferBytesMax: 4 << 20,
  receiveBufferBytes: 6 << 20,
  deliveryBytesMax: 64 << 10,
  userTimeoutMs: 60_000,
};

export interface FlowEnds {
  /** This many bytes can now be read, all in all. */
  delivered(total: number): void;
  /** The sender learned that more arrived, or its window grew. */
  acknowledged(): void;
  /** Nothing comes back any more. */
  broken(): void;
}

export class Flow {
  readonly #loop: EventLoop;
  readonly #entity: number;
  readonly #kinds: { readonly back: number; readonly timer: number };
  readonly #forward: Wire;
  readonly #back: Wire;
  readonly #options: FlowOptions;
  readonly #ends: FlowEnds;
  readonly #congestion = new Congestion();
  readonly #scoreboard: Scoreboard;
  readonly #arrivals: Arrivals;
  #written = 0;
  #sent = 0;
  #acknowledged = 0;
  #readKnown = 0;
  #trainCount = 0;
  #recoverTo = 0;
  #spreadUntilNs = 0;
  #lastArrivalNs = 0;
  #hasProbed = false;
  #lastHeardNs = 0;
  #wake: Event | undefined;
  #isOver = false;
  retransmittedBytes = 0;

  constructor(
    loop: EventLoop,
    entity: number,
    wires: { readonly forward: Wire; readonly back: Wire },
    options: FlowOptions,
    ends: FlowEnds,
  ) {
    this.#loop = loop;
    this.#entity = entity;
    this.#forward = wires.forward;
    this.#back = wires.back;
    this.#options = options;
    this.#ends = ends;
    this.#scoreboard = new Scoreboard(options.segmentBytes);
    this.#arrivals = new Arrivals(loop, entity, options.deliveryBytesMax, (total) => ends.delivered(total));
    this.#kinds = { back: loop.id('acknowledge'), timer: loop.id('retransmit') };
  }

  /** Whether the sender may write more: what it waits for stays within twice the window, as Linux sizes its buffers. */
  get hasRoom(): boolean {
    const { segmentBytes, sendBufferBytesMax } = this.#options;
    const room = Math.max(64 << 10, 2 * this.#congestion.windowSegments * segmentBytes);
    return this.#written - this.#acknowledged <= Math.min(room, sendBufferBytesMax);
  }

  get roundTripMs(): number {
    return this.#congestion.roundTripMs;
  }

  /** Bytes delivered and not read: what the receiver's kernel holds. */
  get unreadBytes(): number {
    return this.#arrivals.delivered - this.#arrivals.read;
  }

  write(bytes: number): void {
    this.#written += bytes;
    this.#pump();
  }

  /** The reader took bytes. A sender that the receive buffer held back hears of it. */
  read(bytes: number): void {
    const wasShut = this.#window(this.#readKnown) < this.#options.segmentBytes;
    this.#arrivals.take(bytes);
    if (wasShut && this.#scoreboard.next === undefined && !this.#isOver) this.#announce();
  }

  /** Nothing is sent or delivered from now on. */
  end(): void {
    this.#isOver = true;
    this.#arrivals.end();
    if (this.#wake !== undefined) this.#loop.cancel(this.#wake);
  }

  #window(read: number): number {
    return read + this.#options.receiveBufferBytes - this.#sent;
  }

  #announce(): void {
    const now = this.#loop.nowNs;
    const isLost = this.#back.lostAmong(1) > 0;
    const delayNs = isLost ? this.#congestion.timeoutMs * 1e6 : this.#back.delayNs(now);
    this.#loop.after(delayNs, this.#entity, this.#kinds.back, 0, () => {
      if (this.#isOver) return;
      if (isLost) {
        this.#announce();
        return;
      }
      this.#readKnown = this.#arrivals.read;
      this.#pump();
    });
  }

  /** Takes in what came back until now, sends what may be sent, and sees to it that something wakes the flow if it has to wait. */
  #pump(): void {
    if (this.#isOver) return;
    this.#settle();
    const { segmentBytes } = this.#options;
    for (;;) {
      const { bytesUnderWay, mustRepeat } = this.#scoreboard;
      const window = this.#congestion.windowSegments * segmentBytes - bytesUnderWay;
      if (window < segmentBytes && bytesUnderWay > 0) break;
      const budget = Math.max(window, segmentBytes);
      const ranges = mustRepeat ? this.#takeAgain(budget) : this.#takeNew(budget);
      if (ranges.length === 0) break;
      this.#send(ranges);
    }
    this.#arm();
  }

  #takeAgain(budget: number): Range[] {
    const taken = this.#scoreboard.takeAgain(budget);
    this.retransmittedBytes += bytesOf(taken);
    return taken;
  }

  #takeNew(budget: number): Range[] {
    const waiting = this.#written - this.#sent;
    const bytes = Math.min(waiting, budget, this.#window(this.#readKnown));
    if (bytes <= 0 || (bytes < waiting && bytes < this.#options.segmentBytes)) return [];
    // Whole segments but at the end of what there is.
    const whole = bytes === waiting ? bytes : bytes - (bytes % this.#options.segmentBytes);
    const range = { from: this.#sent, to: this.#sent + whole };
    this.#sent = range.to;
    return [range];
  }

  #send(ranges: readonly Range[]): void {
    const { segmentBytes } = this.#options;
    const now = this.#loop.nowNs;
    const bytes = bytesOf(ranges);
    const segments = segmentsOf(ranges, segmentBytes);
    if (!this.#scoreboard.isWaiting) this.#lastHeardNs = now;
    const spreadNs = Math.max(0, this.#spreadUntilNs - now);
    const passage = this.#forward.pass(now, bytes, segments, spreadNs);
    const lost = passage.lost.length === 0 ? [] : segmentsAt(ranges, passage.lost, segmentBytes);
    const arrivedCount = segments - passage.lost.length;
    this.#scoreboard.leave(bytes);
    let backNs = Infinity;
    let backLastNs = Infinity;
    if (arrivedCount > 0) {
      const firstNs = Math.max(passage.firstNs, this.#lastArrivalNs);
      const lastNs = Math.max(passage.lastNs, firstNs);
      this.#lastArrivalNs = lastNs;
      this.#arrivals.expect(ranges, lost, firstNs, lastNs);
      if (passage.lateCount > 0) this.#repeatLate(passage.lateCount);
      if (this.#back.lostAmong(arrivedCount) < arrivedCount) {
        const delayNs = this.#back.delayNs(now);
        // Whole nanoseconds, as events have: else the flow would wake a fraction too early for ever.
        backNs = Math.ceil(firstNs + delayNs);
        backLastNs = lastNs + delayNs;
      }
    }
    const window = this.#congestion.windowSegments * segmentBytes;
    const wasWindowFull = this.#scoreboard.bytesUnderWay + segmentBytes > window;
    this.#scoreboard.add({
      ranges,
      lost,
      segments,
      number: this.#trainCount++,
      sentNs: now,
      backNs,
      backLastNs,
      wasWindowFull,
    });
  }

  /** Segments later than a quarter of a round trip look lost (RFC 8985) and are sent again; the sender sees its error and keeps its window. */
  #repeatLate(count: number): void {
    if (this.#forward.options.reorderMs < this.#congestion.roundTripMs / 4) return;
    const bytes = count * this.#options.segmentBytes;
    this.retransmittedBytes += bytes;
    this.#forward.bytesOnWire += bytes;
  }

  /** Takes in the acknowledgements that are back. */
  #settle(): void {
    const now = this.#loop.nowNs;
    let hasNews = false;
    for (let one = this.#scoreboard.settle(now); one !== undefined; one = this.#scoreboard.settle(now)) {
      const { train, lost } = one;
      hasNews = true;
      this.#lastHeardNs = train.backNs;
      this.#hasProbed = false;
      this.#spreadUntilNs = train.backLastNs;
      this.#congestion.measured((train.backNs - train.sentNs) / 1e6);
      if (train.wasWindowFull)
        this.#congestion.acknowledged(train.segments - segmentsOf(train.lost, this.#options.segmentBytes));
      this.#lose(lost);
    }
    if (!hasNews) return;
    this.#acknowledged = Math.max(this.#acknowledged, this.#arrivals.delivered);
    this.#readKnown = this.#arrivals.read;
    this.#ends.acknowledged();
  }

  #lose(lost: readonly Range[]): void {
    if (lost.length === 0) return;
    const highest = lost.reduce((most, { to }) => Math.max(most, to), 0);
    if (highest > this.#recoverTo) {
      const underWay = this.#scoreboard.bytesUnderWay + bytesOf(lost);
      this.#congestion.reduced(
        Math.max(underWay / this.#options.segmentBytes, this.#congestion.windowSegments),
      );
      this.#recoverTo = this.#sent;
    }
    this.#scoreboard.lose(lost);
  }

  /** All is sent and will be acknowledged, and there is room for more. */
  get #isContent(): boolean {
    return this.#sent === this.#written && this.hasRoom && this.#scoreboard.isHeardOf;
  }

  /** The next wake-up: acknowledgements if any are to come and matter, else the timer if something was not heard of. */
  #arm(): void {
    if (this.#wake !== undefined) this.#loop.cancel(this.#wake);
    this.#wake = undefined;
    const { next, lastSilent: last } = this.#scoreboard;
    if (next !== undefined) {
      // Nobody waits for it: it is taken in with whatever is written next.
      if (this.#isContent) return;
      this.#wake = this.#loop.at(next.backNs, this.#entity, this.#kinds.back, next.segments, () =>
        this.#pump(),
      );
      return;
    }
    if (last === undefined) return;
    // A probe after two round trips (RFC 8985, section 7), then the timer proper.
    const waitMs = this.#hasProbed
      ? this.#congestion.timeoutMs
      : Math.min(this.#congestion.timeoutMs, Math.max(10, 2 * this.#congestion.roundTripMs));
    const atNs = last.sentNs + waitMs * 1e6;
    this.#wake = this.#loop.at(atNs, this.#entity, this.#kinds.timer, last.segments, () => this.#timedOut());
  }

  #timedOut(): void {
    const now = this.#loop.nowNs;
    const last = this.#scoreboard.lastSilent;
    if (this.#isOver || last === undefined) return;
    if (now - this.#lastHeardNs > this.#options.userTimeoutMs * 1e6) {
      this.end();
      this.#ends.broken();
      return;
    }
    const { segmentBytes } = this.#options;
    if (!this.#hasProbed) {
      this.#hasProbed = true;
      const range = last.ranges.at(-1);
      if (range === undefined) return;
      const probe = { from: Math.max(range.from, range.to - segmentBytes), to: range.to };
      this.retransmittedBytes += probe.to - probe.from;
      this.#send([probe]);
      this.#arm();
      return;
    }
    this.#congestion.timedOut(this.#scoreboard.bytesUnderWay / segmentBytes);
    this.#scoreboard.loseSilent();
    this.#recoverTo = this.#sent;
    this.#pump();
  }
}
