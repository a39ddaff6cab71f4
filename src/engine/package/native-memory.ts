/**
 * Memory of native codecs that the JavaScript engine does not see: zstd's encoders and decoders keep a context and its tables, up to 80 MiB, until they are collected, and
 * nothing tells the engine that this is urgent: without help, ten segments hold 800 MiB. So who makes them says how much they hold, and when that is much,
 * the engine is asked to collect what is young, as they are. What was collected is given back when the event loop turns, as it does between jobs.
 *
 * Not everything: a full collection takes ten times as long, and throws away optimised code of loops, which is then compiled again: 200 ms of CPU in a diff of database pages.
 */
import { nodeV8, nodeVm } from '../../base/builtins.js';

/** A collection takes some 0.3 ms; this much is worth it. */
const nativeBytesMax = 2 * 1024 * 1024;

type Collect = (options: { readonly type: 'minor' }) => void;

let nativeBytes = 0;
let collect: Collect | undefined;

/** An object that holds `bytes` of native memory was made and is of no use any more. */
export function noteNativeBytes(bytes: number): void {
  nativeBytes += bytes;
  if (nativeBytes < nativeBytesMax) return;
  nativeBytes = 0;
  collect ??= collector();
  collect({ type: 'minor' });
}

/**
 * The engine's own function, which it shows to code that is compiled after it was told to. The flag is the whole process's: it stays, since taking it back
 * would take it from another thread that has just set it.
 */
function collector(): Collect {
  nodeV8().setFlagsFromString('--expose-gc');
  return nodeVm().runInNewContext('gc') as Collect;
}
