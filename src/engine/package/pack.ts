/**
 * A segment's raw streams, packed: entropy by the histogram kernel, then codec and level per stream
 * (compression.ts). Raw streams may be views of kernel memory; what is returned owns its memory.
 */
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { CompressionChoice } from './codecs.js';
import {
  chooseAndCompress,
  judgedBytesMin,
  orderZeroMillibits,
  type CompressionResult,
} from './compression.js';
import type { PackedStream, SegmentDecisions, StreamName } from './model.js';

export interface PackedStreams {
  readonly streams: Readonly<Record<StreamName, PackedStream>>;
  readonly decisions: SegmentDecisions;
}

/** `context` gives what literals are compressed beside (delta/context.ts), where there is a reader who has it. */
export function packStreams(
  raw: Readonly<Record<StreamName, Uint8Array>>,
  choice: CompressionChoice,
  workspace: Workspace,
  meter: Meter,
  context?: () => Uint8Array,
): PackedStreams {
  return meter.time('compress', () => {
    const literals = packLiterals(raw.literals, choice, workspace, meter, context);
    return {
      streams: {
        instructions: packStream(raw.instructions, choice, workspace, meter),
        lengths: packStream(raw.lengths, choice, workspace, meter),
        addresses: packStream(raw.addresses, choice, workspace, meter),
        differences: packStream(raw.differences, choice, workspace, meter),
        literals: literals.stream,
      },
      decisions: { literalMillibits: literals.millibits, reason: literals.reason },
    };
  });
}

function packStream(
  bytes: Uint8Array,
  choice: CompressionChoice,
  workspace: Workspace,
  meter: Meter,
): PackedStream {
  const counts = countBytes(bytes, workspace);
  const millibits = bytes.length > judgedBytesMin ? orderZeroMillibits(counts, bytes.length) : 0;
  meter.count('bytesCompressed', bytes.length);
  return chooseAndCompress(bytes, choice, millibits).stream;
}

/** With the figures behind the choice, which a package may carry. */
function packLiterals(
  bytes: Uint8Array,
  choice: CompressionChoice,
  workspace: Workspace,
  meter: Meter,
  context: (() => Uint8Array) | undefined,
): CompressionResult & { readonly millibits: number } {
  const millibits = orderZeroMillibits(countBytes(bytes, workspace), bytes.length);
  meter.count('bytesCompressed', bytes.length);
  return { ...chooseAndCompress(bytes, choice, millibits, context), millibits };
}

/**
 * How often each byte value occurs: by the kernel where the bytes lie in its memory, else (short operation streams)
 * here.
 */
function countBytes(bytes: Uint8Array, workspace: Workspace): Uint32Array {
  const { functions, memory } = workspace.kernels;
  if (bytes.buffer === memory.buffer) {
    const out = workspace.window('counts');
    functions.histogram(bytes.byteOffset, bytes.length, out.pointer);
    return out.u32();
  }
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
}
