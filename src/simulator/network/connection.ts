/** A TCP connection between two ends: a flow each way that carries the bytes, and a good end as one more byte of the stream. */
import { present } from '../../base/errors.js';
import type { EventLoop } from '../time/loop.js';
import type { LinkEnd, Transport } from './end.js';
import { Flow } from './flow.js';
import type { FlowOptions } from './flow.js';
import { Joint } from './joint.js';
import type { Side } from './joint.js';

export class Connection extends Joint {
  readonly #first: LinkEnd;
  readonly #flows: readonly [Flow, Flow];

  constructor(
    loop: EventLoop,
    entity: number,
    sides: readonly [Side, Side],
    options: FlowOptions,
    onOver: () => void,
  ) {
    super(loop, entity, sides, onOver);
    this.#first = sides[0].end;
    this.#flows = [this.#join(sides[0], sides[1], 0, options), this.#join(sides[1], sides[0], 1, options)];
  }

  override get retransmittedBytes(): number {
    return this.#flows[0].retransmittedBytes + this.#flows[1].retransmittedBytes;
  }

  #join(from: Side, to: Side, index: number, options: FlowOptions): Flow {
    const chunks: Uint8Array[] = [];
    let head = 0;
    let handed = 0;
    let writtenBytes = 0;
    let isFinished = false;
    const deliver = (total: number): void => {
      const resetAtByte = this.bytesBeforeReset(from);
      const limit = Math.min(total, writtenBytes, resetAtByte);
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
      if (handed >= resetAtByte) this.reset();
      else if (isFinished && total > writtenBytes) {
        flow.read(1);
        to.end.ended();
      }
    };
    const flow: Flow = new Flow(this.loop, this.entity, { forward: from.wire, back: to.wire }, options, {
      delivered: (total) => {
        if (!to.end.isGone) deliver(total);
        else if (to.isUp()) this.tell(from, to, `${from.end.peer} does not know this connection`);
      },
      acknowledged: () => {
        if (flow.hasRoom) from.end.drained();
      },
      broken: () => this.breakOff(from, `${from.end.peer} no longer answers`),
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
      drop: () => this.tell(to, from, `${to.end.peer} reset the connection`),
    };
    from.end.attach(transport);
    return flow;
  }

  protected override silence(end: LinkEnd): void {
    (this.#first === end ? this.#flows[0] : this.#flows[1]).end();
  }
}
