/**
 * A TCP connection between two ends: a flow each way that carries the bytes, a good end as one more byte of the stream, resets.
 * A reset can be set to strike at any byte: what came before is delivered, nothing after.
 */
import { present } from '../../base/errors.js';
import type { EventLoop } from '../time/loop.js';
import type { LinkEnd, Transport } from './end.js';
import { Flow } from './flow.js';
import type { FlowOptions } from './flow.js';
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

export class Connection {
  readonly #loop: EventLoop;
  readonly #entity: number;
  readonly #resetKind: number;
  readonly #sides: readonly [Side, Side];
  readonly #flows: readonly [Flow, Flow];
  readonly #onOver: (connection: Connection) => void;
  #isOver = false;

  constructor(
    loop: EventLoop,
    entity: number,
    sides: readonly [Side, Side],
    options: FlowOptions,
    onOver: (connection: Connection) => void,
  ) {
    this.#loop = loop;
    this.#entity = entity;
    this.#resetKind = loop.id('reset');
    this.#sides = sides;
    this.#onOver = onOver;
    this.#flows = [this.#join(sides[0], sides[1], 0, options), this.#join(sides[1], sides[0], 1, options)];
  }

  get retransmittedBytes(): number {
    return this.#flows[0].retransmittedBytes + this.#flows[1].retransmittedBytes;
  }

  #join(from: Side, to: Side, index: number, options: FlowOptions): Flow {
    const chunks: Uint8Array[] = [];
    let head = 0;
    let handed = 0;
    let writtenBytes = 0;
    let isFinished = false;
    const deliver = (total: number): void => {
      const limit = Math.min(total, writtenBytes, from.resetAtByte ?? Infinity);
      while (handed < limit) {
        const chunk = present(chunks[head], 'bytes under way');
        const bytes = chunk.length <= limit - handed ? chunk : chunk.subarray(0, limit - handed);
        if (bytes.length === chunk.length) head++;
        else chunks[head] = chunk.subarray(bytes.length);
        handed += bytes.length;
        to.end.arrived(bytes);
      }
      if (head > 64) {
        chunks.splice(0, head);
        head = 0;
      }
      if (from.resetAtByte !== undefined && handed >= from.resetAtByte) this.reset();
      else if (isFinished && total > writtenBytes) {
        flow.read(1);
        to.end.ended();
      }
    };
    const flow: Flow = new Flow(this.#loop, this.#entity, { forward: from.wire, back: to.wire }, options, {
      delivered: (total) => {
        if (to.end.isGone) {
          if (to.isUp()) this.#tell(from, to, `${from.end.peer} does not know this connection`);
          return;
        }
        deliver(total);
      },
      acknowledged: () => {
        if (flow.hasRoom) from.end.drained();
      },
      broken: () => {
        from.end.broke(`${from.end.peer} no longer answers`);
        this.#overIfGone();
      },
    });
    const transport: Transport = {
      get hasRoom() {
        return flow.hasRoom;
      },
      write: (bytes) => {
        writtenBytes += bytes.length;
        chunks.push(bytes);
        flow.write(bytes.length);
      },
      taken: (bytes) => (index === 0 ? this.#flows[1] : this.#flows[0]).read(bytes),
      finish: () => {
        isFinished = true;
        flow.write(1);
      },
      drop: () => this.#tell(to, from, `${to.end.peer} reset the connection`),
    };
    from.end.attach(transport);
    return flow;
  }

  /** A reset is on its way to `side` from the other one. It may be lost as every segment may. */
  #tell(side: Side, from: Side, reason: string): void {
    const atNs = from.wire.single(this.#loop.nowNs);
    if (atNs === undefined) return;
    this.#loop.at(atNs, this.#entity, this.#resetKind, 0, () => {
      side.end.broke(reason);
      this.#overIfGone();
    });
  }

  /** Both ends learn at once that the connection is no more. */
  reset(): void {
    if (this.#isOver) return;
    this.#loop.note(this.#entity, this.#resetKind, 1);
    for (const { end } of this.#sides) end.broke(`the connection to ${end.peer} was reset`);
    this.#overIfGone();
  }

  /** The process at `end` is gone. With its host's kernel still there, the other end hears of it; else only when it sends. */
  abandoned(end: LinkEnd): void {
    const [a, b] = this.#sides;
    const [gone, other] = a.end === end ? [a, b] : [b, a];
    if (gone.isUp()) this.#tell(other, gone, `${gone.end.life.name} reset the connection`);
    (a.end === end ? this.#flows[0] : this.#flows[1]).end();
    this.#overIfGone();
  }

  #overIfGone(): void {
    if (this.#isOver || !this.#sides.every(({ end }) => end.isGone)) return;
    this.#isOver = true;
    for (const flow of this.#flows) flow.end();
    this.#onOver(this);
  }
}
