/**
 * The harsher mode: no TCP. What was handed to send() in one piece is one frame, and a frame may be dropped, repeated, overtaken or damaged.
 * The protocol must detect each of these, end the session and resume; it must never act on such a stream.
 *
 * Each fault is one opportunity of the direction's strikes: `drop`, `repeat`, `overtake`, `damage`. There is no limit to what is under way.
 */
import type { Random } from '../../base/prng.js';
import type { EventLoop } from '../time/loop.js';
import type { Strikes } from '../trace/strikes.js';
import type { Transport } from './end.js';
import { Joint } from './joint.js';
import type { Side } from './joint.js';

/** Chances for each frame, in [0, 1]. */
export interface FrameFaults {
  readonly drop: number;
  readonly repeat: number;
  /** Held back until the next frame has passed, or 100 ms. */
  readonly overtake: number;
  /** One to four bits are changed. */
  readonly damage: number;
}

const heldMsMax = 100;

type FrameSide = Side & { readonly strikes: Strikes };

export class FrameConnection extends Joint {
  readonly retransmittedBytes = 0;
  readonly #kinds: { readonly frame: number; readonly end: number };

  constructor(
    loop: EventLoop,
    entity: number,
    sides: readonly [FrameSide, FrameSide],
    faults: FrameFaults,
    onOver: () => void,
  ) {
    super(loop, entity, sides, onOver);
    this.#kinds = { frame: loop.id('frame'), end: loop.id('end') };
    this.#join(sides[0], sides[1], faults);
    this.#join(sides[1], sides[0], faults);
  }

  #join(from: FrameSide, to: FrameSide, faults: FrameFaults): void {
    const { loop } = this;
    const { strikes } = from;
    let lastNs = 0;
    let handed = 0;
    let held: { readonly bytes: Uint8Array } | undefined;
    const pass = (bytes: number, delayMs: number, kind: number, action: () => void): void => {
      const { lost, lastNs: atNs } = from.wire.pass(loop.nowNs, bytes, 1, 0);
      if (lost.length > 0) return;
      lastNs = Math.max(lastNs, atNs + delayMs * 1e6);
      loop.at(lastNs, this.entity, kind, bytes, () => {
        if (!to.end.isGone) action();
        else if (to.isUp()) this.tell(from, to, `${from.end.peer} does not know this connection`);
      });
    };
    const frame = (bytes: Uint8Array, delayMs: number): void =>
      pass(bytes.length, delayMs, this.#kinds.frame, () => {
        const left = this.bytesBeforeReset(from) - handed;
        handed += bytes.length;
        if (left > 0) to.end.arrived(left < bytes.length ? bytes.subarray(0, left) : bytes);
        if (left <= bytes.length) this.reset();
      });
    const release = (): void => {
      if (held === undefined) return;
      const { bytes } = held;
      held = undefined;
      frame(bytes, 0);
    };
    const transport: Transport = {
      hasRoom: true,
      write: (bytes) => {
        const drop = strikes.strike('drop', faults.drop);
        const repeat = strikes.strike('repeat', faults.repeat);
        const overtake = strikes.strike('overtake', faults.overtake);
        const damage = strikes.strike('damage', faults.damage);
        if (drop !== undefined) return;
        const sent = damage === undefined ? bytes : damaged(bytes, damage);
        if (overtake !== undefined && held === undefined) {
          const own = { bytes: sent };
          held = own;
          loop.after(heldMsMax * 1e6, this.entity, this.#kinds.frame, 0, () => {
            if (held === own) release();
          });
          return;
        }
        frame(sent, 0);
        if (repeat !== undefined) frame(sent.slice(), repeat.float() * 10);
        release();
      },
      taken: () => undefined,
      finish: () => {
        release();
        pass(1, 0, this.#kinds.end, () => to.end.ended());
      },
      drop: () => this.tell(to, from, `${to.end.peer} reset the connection`),
    };
    from.end.attach(transport);
  }

  protected override silence(): void {
    // What left is under way, and nothing waits to leave but a frame that is held back.
  }
}

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let bits = random.between(1, 4); bits > 0; bits--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}
