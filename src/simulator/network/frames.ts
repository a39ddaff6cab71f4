/**
 * The harsher mode: no TCP. What was handed to send() in one piece is one frame, and a frame may be dropped, repeated, overtaken or damaged.
 * The protocol must detect each of these, end the session and resume; it must never act on such a stream.
 *
 * Each fault is one opportunity of the link's strikes: `drop`, `repeat`, `overtake`, `damage`.
 */
import type { Random } from '../../base/prng.js';
import type { EventLoop } from '../time/loop.js';
import type { Strikes } from '../trace/strikes.js';
import type { LinkEnd, Transport } from './end.js';
import type { Wire } from './wire.js';

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

/** What `from` writes comes to `to`, frame by frame, with faults. There is no limit to what is under way. */
export function joinFrames(
  loop: EventLoop,
  entity: number,
  ends: { readonly from: LinkEnd; readonly to: LinkEnd },
  wire: Wire,
  faults: FrameFaults,
  strikes: Strikes,
): void {
  const kinds = { frame: loop.id('frame'), end: loop.id('end'), reset: loop.id('reset') };
  let lastNs = 0;
  let held: { readonly bytes: Uint8Array; isGone: boolean } | undefined;
  const arrive = (bytes: Uint8Array, delayMs: number): void => {
    const { lost, lastNs: atNs } = wire.pass(loop.nowNs, bytes.length, 1, 0);
    if (lost.length > 0) return;
    lastNs = Math.max(lastNs, atNs + delayMs * 1e6);
    loop.at(lastNs, entity, kinds.frame, bytes.length, () => {
      if (!ends.to.isGone) ends.to.arrived(bytes);
    });
  };
  const release = (): void => {
    if (held === undefined || held.isGone) return;
    held.isGone = true;
    arrive(held.bytes, 0);
    held = undefined;
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
        const own = { bytes: sent, isGone: false };
        held = own;
        loop.after(heldMsMax * 1e6, entity, kinds.frame, 0, () => {
          if (held === own) release();
        });
        return;
      }
      arrive(sent, 0);
      if (repeat !== undefined) arrive(sent.slice(), repeat.float() * 10);
      release();
    },
    taken: () => undefined,
    finish: () => {
      release();
      const { lastNs: atNs } = wire.pass(loop.nowNs, 1, 1, 0);
      loop.at(Math.max(lastNs, atNs), entity, kinds.end, 0, () => {
        if (!ends.to.isGone) ends.to.ended();
      });
    },
    drop: () => {
      const { lastNs: atNs } = wire.pass(loop.nowNs, 1, 1, 0);
      loop.at(atNs, entity, kinds.reset, 0, () => ends.to.broke(`${ends.to.peer} reset the connection`));
    },
  };
  ends.from.attach(transport);
}

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  for (let bits = random.between(1, 4); bits > 0; bits--) {
    const at = random.below(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  }
  return copy;
}
