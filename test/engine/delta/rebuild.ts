/** A target rebuilt from what a segment was encoded to, operation by operation, and encodings to rebuild it from. */
import { stoppedClock } from '../../../src/base/clock.js';
import { Meter } from '../../../src/base/meter.js';
import { encodeSegment, type EncodedSegment } from '../../../src/engine/delta/encode.js';
import { readOperations } from '../../../src/engine/delta/operation-reader.js';
import { planSegments } from '../../../src/engine/delta/plan.js';
import { AnchorSlots, anchorTableBytes } from '../../../src/engine/detect/anchor-slots.js';
import { indexRegion, type BaseIndex, type BaseIndexPlan } from '../../../src/engine/detect/base-index.js';
import type { ExtentColumns } from '../../../src/engine/detect/extents.js';
import { fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import type { KernelInstance } from '../../../src/kernels/abi.js';
import { Workspace } from '../../../src/kernels/workspace.js';
import { insertAnchors } from '../detect/anchors.js';

export function image(bytes: Uint8Array): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes }]);
}

export interface Encoded {
  readonly rebuilt: Uint8Array;
  /** Counts over all segments. */
  readonly literalBytes: number;
  readonly operationCount: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Plans and encodes extents of a target, with an index of the base as planned or without one, and rebuilds the target. */
export function encodeAndRebuild(
  kernels: KernelInstance,
  base: Uint8Array,
  target: Uint8Array,
  extents: ExtentColumns,
  plan?: BaseIndexPlan,
): Encoded {
  const [before, after] = [image(base), image(target)];
  const workspace = new Workspace(kernels);
  const index = plan && indexOf(workspace, before, plan);
  const meter = new Meter(stoppedClock);
  const rebuilt = new Uint8Array(target.length);
  let literalBytes = 0;
  let operationCount = 0;
  for (const segment of planSegments(extents, after.layout)) {
    const encoded = encodeSegment(
      {
        workspace,
        reader: after.openReader(),
        base: { reader: before.openReader(), layout: before.layout, index },
        inContext: false,
        meter,
      },
      segment,
    );
    literalBytes += encoded.literals.length;
    operationCount += encoded.operationCount;
    rebuild(encoded, base, rebuilt, segment.targetAddress, segment.targetBytes);
  }
  return { rebuilt, literalBytes, operationCount, counts: meter.reading().counts };
}

function indexOf(workspace: Workspace, base: Snapshot, plan: BaseIndexPlan): BaseIndex {
  const table = new SharedArrayBuffer(anchorTableBytes(plan.tableBits));
  const slots = new AnchorSlots(table, plan.tableBits);
  slots.clear();
  const context = {
    workspace,
    reader: base.openReader(),
    layout: base.layout,
    fingerprint: fingerprints['xxh3-128'],
    meter: new Meter(stoppedClock),
  };
  for (const region of base.layout.regions()) {
    const ranges = Float64Array.of(region.address, region.length);
    const askedLeaves = new Uint8Array(region.leafCount);
    const { anchors } = indexRegion(context, plan, { region, ranges, askedLeaves });
    insertAnchors(slots, anchors, region.address);
  }
  return { ...plan, table };
}

/** Writes target [targetAddress, + targetBytes) into `rebuilt`, which holds what repeats refer to. Throws where streams do not fit the operations. */
function rebuild(
  encoded: EncodedSegment,
  base: Uint8Array,
  rebuilt: Uint8Array,
  targetAddress: number,
  targetBytes: number,
): void {
  const bounds = { targetAddress, targetBytes, baseBytes: base.length };
  let at = targetAddress;
  let literals = 0;
  let differences = 0;
  for (const operation of readOperations(encoded, bounds)) {
    const { length } = operation;
    switch (operation.kind) {
      case 'copy':
        rebuilt.set(base.subarray(operation.baseAddress, operation.baseAddress + length), at);
        break;
      case 'add':
        for (let i = 0; i < length; i++) {
          rebuilt[at + i] =
            (base[operation.baseAddress + i] ?? 0) + (encoded.differences[differences + i] ?? 0);
        }
        differences += length;
        break;
      case 'literal':
        rebuilt.set(encoded.literals.subarray(literals, literals + length), at);
        literals += length;
        break;
      case 'repeat':
        rebuilt.copyWithin(at, operation.sourceAddress, operation.sourceAddress + length);
        break;
      case 'zero':
        rebuilt.fill(0, at, at + length);
    }
    at += length;
  }
  if (literals !== encoded.literals.length || differences !== encoded.differences.length) {
    throw new Error('streams are used up by their operations');
  }
}
