/**
 * A segment's raw streams, packed: entropy by the histogram kernel, then codec and level per stream (compression.ts). Raw streams may be views of
 * kernel memory; what is returned owns its memory.
 */
import { assert } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import type { CompressionChoice } from './codecs.js';
import { chooseAndCompress, orderZeroMillibits, type CompressionResult } from './compression.js';
import { streamNames, type PackedStream, type SegmentDecisions, type StreamName } from './model.js';

export interface PackedStreams {
  readonly streams: Readonly<Record<StreamName, PackedStream>>;
  readonly decisions: SegmentDecisions;
}

export function packStreams(
  raw: Readonly<Record<StreamName, Uint8Array>>,
  choice: CompressionChoice,
  workspace: Workspace,
  meter: Meter,
): PackedStreams {
  return meter.time('compress', () => {
    const steady = steadyViews(raw, workspace);
    const literals = packStream(steady.literals, choice, workspace, meter);
    return {
      streams: {
        operations: packStream(steady.operations, choice, workspace, meter).stream,
        differences: packStream(steady.differences, choice, workspace, meter).stream,
        literals: literals.stream,
      },
      decisions: { literalMillibits: literals.millibits, reason: literals.reason },
    };
  });
}

/** The same views after the window for counts was reserved, which may grow the memory and so detach them. */
function steadyViews(
  raw: Readonly<Record<StreamName, Uint8Array>>,
  workspace: Workspace,
): Readonly<Record<StreamName, Uint8Array>> {
  const { memory } = workspace.kernels;
  const before = memory.buffer;
  const places = streamNames.map((name) => ({ at: raw[name].byteOffset, length: raw[name].length }));
  workspace.window('counts');
  const [operations, differences, literals] = streamNames.map((name, index) => {
    const place = places[index];
    const moved = place !== undefined && raw[name].buffer === before;
    return moved ? new Uint8Array(memory.buffer, place.at, place.length) : raw[name];
  });
  assert(operations !== undefined && differences !== undefined && literals !== undefined, 'three streams');
  return { operations, differences, literals };
}

function packStream(
  bytes: Uint8Array,
  choice: CompressionChoice,
  workspace: Workspace,
  meter: Meter,
): CompressionResult & { readonly millibits: number } {
  const millibits = orderZeroMillibits(countBytes(bytes, workspace), bytes.length);
  meter.count('bytesCompressed', bytes.length);
  return { ...chooseAndCompress(bytes, choice, millibits), millibits };
}

/** How often each byte value occurs: by the kernel where the bytes lie in its memory, else (short operation streams) here. */
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
