/**
 * One direction of a TCP connection: bytes counted in, bytes counted out in order. Segments travel as trains, what the window lets go at one
 * moment; a train costs one event when it arrives and at most one when its acknowledgements come back. The rules are in docs/simulator-network.md.
 *
 * Law: what is delivered is a prefix of what was written, and grows. Bytes that the sender no longer waits for were delivered.
 */
import type { EventLoop } from '../time/loop.js';
import type { Event } from '../time/queue.js';
import { Congestion } from './congestion.js';
import { Received, bytesOf, segmentsAt, segmentsOf } from './ranges.js';
import type { Range } from './ranges.js';
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

interface Train {
  readonly ranges: readonly Range[];
  /** What did not arrive of it. */
  readonly lost: readonly Range[];
  readonly segments: number;
  readonly number: number;
  readonly sentNs: number;
  /** When its first acknowledgement comes; Infinity when none does. */
  readonly backNs: number;
  readonly backLastNs: number;
  readonly wasWindowFull: boolean;
}

export class Flow {
  readonly #loop: EventLoop;
  readonly #entity: number;
  readonly #kinds: { readonly arrive: number; readonly back: number; readonly timer: number };
  readonly #forward: Wire;
  readonly #back: Wire;
  readonly #options: FlowOptions;
  readonly #ends: FlowEnds;
  readonly #congestion = new Congestion();
  readonly #received = new Received();
  #written = 0;
  #sent = 0;
  #acknowledged = 0;
  #delivered = 0;
  #read = 0;
  #readKnown = 0;
  /** Trains whose acknowledgements come, in order; trains of which nothing is heard, and lost tails. */
  #underWay: Train[] = [];
  #silent: Train[] = [];
  #again: Range[] = [];
  #bytesUnderWay = 0;
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
    this.#kinds = { arrive: loop.id('arrive'), back: loop.id('acknowledge'), timer: loop.id('retransmit') };
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
    return this.#delivered - this.#read;
  }

  write(bytes: number): void {
    this.#written += bytes;
    this.#pump();
  }

  /** The reader took bytes. A sender that the receive buffer held back hears of it. */
  read(bytes: number): void {
    const wasShut = this.#window(this.#readKnown) < this.#options.segmentBytes;
    this.#read += bytes;
    if (wasShut && this.#underWay.length === 0 && !this.#isOver) this.#announce();
  }

  /** Nothing is sent or delivered from now on. */
  end(): void {
    this.#isOver = true;
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
      this.#readKnown = this.#read;
      this.#pump();
    });
  }

  /** Takes in what came back until now, sends what may be sent, and sees to it that something wakes the flow if it has to wait. */
  #pump(): void {
    if (this.#isOver) return;
    this.#settle();
    const { segmentBytes } = this.#options;
    for (;;) {
      const window = this.#congestion.windowSegments * segmentBytes - this.#bytesUnderWay;
      if (window < segmentBytes && this.#bytesUnderWay > 0) break;
      const budget = Math.max(window, segmentBytes);
      const ranges = this.#again.length > 0 ? this.#takeAgain(budget) : this.#takeNew(budget);
      if (ranges.length === 0) break;
      this.#send(ranges);
    }
    this.#arm();
  }

  #takeAgain(budget: number): Range[] {
    const taken: Range[] = [];
    let left = budget;
    for (let range = this.#again[0]; range !== undefined && left > 0; range = this.#again[0]) {
      const to = Math.min(range.to, range.from + left);
      taken.push({ from: range.from, to });
      left -= to - range.from;
      if (to === range.to) this.#again.shift();
      else this.#again[0] = { from: to, to: range.to };
    }
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
    if (this.#underWay.length === 0 && this.#silent.length === 0) this.#lastHeardNs = now;
    const spreadNs = Math.max(0, this.#spreadUntilNs - now);
    const passage = this.#forward.pass(now, bytes, segments, spreadNs);
    const lost = passage.lost.length === 0 ? [] : segmentsAt(ranges, passage.lost, segmentBytes);
    const arrivedCount = segments - passage.lost.length;
    this.#bytesUnderWay += bytes;
    let backNs = Infinity;
    let backLastNs = Infinity;
    if (arrivedCount > 0) {
      const firstNs = Math.max(passage.firstNs, this.#lastArrivalNs);
      const lastNs = Math.max(passage.lastNs, firstNs);
      this.#lastArrivalNs = lastNs;
      this.#arrive(ranges, lost, firstNs, lastNs);
      if (passage.lateCount > 0) this.#repeatLate(passage.lateCount);
      if (this.#back.lostAmong(arrivedCount) < arrivedCount) {
        const delayNs = this.#back.delayNs(now);
        // Whole nanoseconds, as events have: else the flow would wake a fraction too early for ever.
        backNs = Math.ceil(firstNs + delayNs);
        backLastNs = lastNs + delayNs;
      }
    }
    const window = this.#congestion.windowSegments * segmentBytes;
    const wasWindowFull = this.#bytesUnderWay + segmentBytes > window;
    const train = {
      ranges,
      lost,
      segments,
      number: this.#trainCount++,
      sentNs: now,
      backNs,
      backLastNs,
      wasWindowFull,
    };
    (backNs === Infinity ? this.#silent : this.#underWay).push(train);
  }

  /** Segments later than a quarter of a round trip look lost (RFC 8985) and are sent again; the sender sees its error and keeps its window. */
  #repeatLate(count: number): void {
    if (this.#forward.options.reorderMs < this.#congestion.roundTripMs / 4) return;
    const bytes = count * this.#options.segmentBytes;
    this.retransmittedBytes += bytes;
    this.#forward.bytesOnWire += bytes;
  }

  /** Schedules the train's arrival, in pieces where it is long. */
  #arrive(ranges: readonly Range[], lost: readonly Range[], firstNs: number, lastNs: number): void {
    const total = bytesOf(ranges);
    const pieceBytes = this.#options.deliveryBytesMax;
    let before = 0;
    for (const range of ranges) {
      for (let from = range.from; from < range.to;) {
        const to = Math.min(range.to, from + pieceBytes);
        const piece = { from, to };
        before += to - from;
        const atNs = firstNs + ((lastNs - firstNs) * before) / total;
        const holes = lost
          .filter((hole) => hole.from < to && hole.to > from)
          .map((hole) => ({ from: Math.max(hole.from, from), to: Math.min(hole.to, to) }));
        this.#loop.at(atNs, this.#entity, this.#kinds.arrive, to - from, () => this.#arrived(piece, holes));
        from = to;
      }
    }
  }

  #arrived(piece: Range, holes: readonly Range[]): void {
    if (this.#isOver) return;
    this.#received.add(piece, holes);
    if (this.#received.contiguous <= this.#delivered) return;
    this.#delivered = this.#received.contiguous;
    this.#ends.delivered(this.#delivered);
  }

  /** Takes in the acknowledgements that are back. */
  #settle(): void {
    const now = this.#loop.nowNs;
    let hasNews = false;
    for (
      let train = this.#underWay[0];
      train !== undefined && train.backNs <= now;
      train = this.#underWay[0]
    ) {
      this.#underWay.shift();
      hasNews = true;
      this.#lastHeardNs = now;
      this.#hasProbed = false;
      this.#spreadUntilNs = train.backLastNs;
      this.#congestion.measured((train.backNs - train.sentNs) / 1e6);
      if (train.wasWindowFull)
        this.#congestion.acknowledged(train.segments - segmentsOf(train.lost, this.#options.segmentBytes));
      const older = this.#silent.filter(({ number }) => number < train.number);
      this.#silent = this.#silent.filter(({ number }) => number > train.number);
      const end = train.ranges.at(-1)?.to ?? 0;
      const hasLostTail = train.lost.at(-1)?.to === end;
      const lost = older.flatMap((one) => [...one.lost]);
      const inside = hasLostTail ? train.lost.slice(0, -1) : train.lost;
      // What follows the last arrival of a train is noticed by what is sent later.
      const tail = hasLostTail ? train.lost.slice(-1) : [];
      this.#bytesUnderWay -= bytesOf(train.ranges) - bytesOf(tail);
      for (const one of older) this.#bytesUnderWay -= bytesOf(one.ranges);
      if (tail.length > 0)
        this.#silent.push({
          ...train,
          ranges: tail,
          lost: tail,
          segments: segmentsOf(tail, this.#options.segmentBytes),
        });
      this.#lose([...lost, ...inside]);
    }
    if (!hasNews) return;
    this.#acknowledged = Math.max(this.#acknowledged, this.#delivered);
    this.#readKnown = this.#read;
    this.#ends.acknowledged();
  }

  #lose(lost: readonly Range[]): void {
    if (lost.length === 0) return;
    const highest = lost.reduce((most, { to }) => Math.max(most, to), 0);
    if (highest > this.#recoverTo) {
      const underWay = this.#bytesUnderWay + bytesOf(lost);
      this.#congestion.reduced(
        Math.max(underWay / this.#options.segmentBytes, this.#congestion.windowSegments),
      );
      this.#recoverTo = this.#sent;
    }
    this.#again.push(...lost);
    this.#again.sort((a, b) => a.from - b.from);
  }

  /** The next wake-up: acknowledgements if any are to come and matter, else the timer if something was not heard of. */
  #arm(): void {
    if (this.#wake !== undefined) this.#loop.cancel(this.#wake);
    this.#wake = undefined;
    const next = this.#underWay[0];
    if (next !== undefined) {
      this.#wake = this.#loop.at(next.backNs, this.#entity, this.#kinds.back, next.segments, () =>
        this.#pump(),
      );
      return;
    }
    const last = this.#silent.at(-1);
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
    const last = this.#silent.at(-1);
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
    this.#congestion.timedOut(this.#bytesUnderWay / segmentBytes);
    // Everything without an answer counts as lost; what arrived of it is sent again in vain.
    const lost = this.#silent.flatMap((train) => [...train.ranges]);
    this.#silent = [];
    this.#bytesUnderWay = 0;
    this.#again = joined([...this.#again, ...lost]);
    this.#recoverTo = this.#sent;
    this.#pump();
  }
}

/** Ascending, without overlaps. */
function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from <= last.to)
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else result.push(range);
  }
  return result;
}
