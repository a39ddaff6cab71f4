/**
 * Memory of native codecs that the JavaScript engine does not see: zstd's encoders and decoders keep a context and its tables, up to 80 MiB, until they are collected, and
 * nothing tells the engine that this is urgent: without help, ten segments hold 800 MiB. So who makes them says how much they hold, and when that is much,
 * the engine is asked to collect now. What was collected is given back when the event loop turns, as it does between jobs.
 */
import { nodeV8, nodeVm } from '../../base/builtins.js';

/** A collection takes some 3 ms; this much is worth it. */
const nativeBytesMax = 24 * 1024 * 1024;

let nativeBytes = 0;
let collect: (() => void) | undefined;

/** An object that holds `bytes` of native memory was made and is of no use any more. */
export function noteNativeBytes(bytes: number): void {
  nativeBytes += bytes;
  if (nativeBytes < nativeBytesMax) return;
  nativeBytes = 0;
  collect ??= collector();
  collect();
}

/** The engine's own function, which it shows to code that is compiled after it was told to. */
function collector(): () => void {
  const { setFlagsFromString } = nodeV8();
  setFlagsFromString('--expose-gc');
  const collect = nodeVm().runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return collect;
}
