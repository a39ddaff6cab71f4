/** One bulk transfer in the model: the yardstick for what a push costs. Nothing is carried, bytes are only counted. */
import { Random } from '../../base/prng.js';
import { EventLoop } from '../time/loop.js';
import { Trace } from '../trace/trace.js';
import { Flow, defaultFlow } from './flow.js';
import type { FlowOptions } from './flow.js';
import { Wire } from './wire.js';
import type { WireOptions } from './wire.js';

export interface BulkTransfer {
  /** From the first byte handed over to the last one delivered; without the handshake. */
  readonly ms: number;
  readonly bytesPerSecond: number;
  readonly bytesOnWire: number;
  readonly retransmittedBytes: number;
  readonly eventCount: number;
}

/** Sends `bytes` over a fresh connection on a fresh path, the reader taking everything at once. */
export async function bulkTransfer(
  bytes: number,
  path: { readonly forward: WireOptions; readonly back: WireOptions },
  seed: number,
  options: FlowOptions = defaultFlow,
): Promise<BulkTransfer> {
  const loop = new EventLoop(new Trace());
  const random = new Random(seed);
  const forward = new Wire(path.forward, random.fork('forward'));
  const back = new Wire(path.back, random.fork('back'));
  let read = 0;
  let endNs = 0;
  const flow: Flow = new Flow(loop, loop.id('bulk'), { forward, back }, options, {
    delivered: (total) => {
      flow.read(total - read);
      read = total;
      endNs = loop.nowNs;
    },
    acknowledged: () => undefined,
    broken: () => undefined,
  });
  flow.write(bytes);
  await loop.run();
  return {
    ms: endNs / 1e6,
    bytesPerSecond: (read / endNs) * 1e9,
    bytesOnWire: forward.bytesOnWire,
    retransmittedBytes: flow.retransmittedBytes,
    eventCount: loop.eventCount,
  };
}
