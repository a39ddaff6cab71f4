import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../../src/base/clock.js';
import { Meter } from '../../../src/base/meter.js';
import { Random } from '../../../src/base/prng.js';
import { encodeSegment } from '../../../src/engine/delta/encode.js';
import { readOperations } from '../../../src/engine/delta/operation-reader.js';
import { planSegments } from '../../../src/engine/delta/plan.js';
import { ExtentList, extentKind } from '../../../src/engine/detect/extents.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';

const image = (bytes: Uint8Array): ReturnType<typeof memorySnapshot> =>
  memorySnapshot('image', [{ path: '', bytes }]);

describe('encodeSegment', () => {
  it('goes on where the records of one call of the kernel run out', () => {
    const base = new Uint8Array(3 * 1024 * 1024);
    new Random(1).fill(base);
    const changed = (i: number): boolean => i % 30 === 7 && i < base.length - 100;
    const target = base.map((byte, i) => (changed(i) ? byte ^ (i & 0xff) || byte ^ 1 : byte));
    const extents = new ExtentList();
    extents.push(extentKind.data, target.length, 0);
    const [before, after] = [image(base), image(target)];
    const [plan] = planSegments(extents.finish(), after.layout);
    if (plan === undefined) throw new Error('one segment is planned');

    const encoded = encodeSegment(
      {
        workspace: new Workspace(createWasmKernels()),
        reader: after.openReader(),
        base: { reader: before.openReader(), layout: before.layout },
        inContext: false,
        meter: new Meter(stoppedClock),
      },
      plan,
    );
    expect(encoded.operationCount).toBeGreaterThan(200_000);
    expect(encoded.literals.length).toBeLessThan(target.length / 30 + 64);
    expect(encoded.differences.length).toBe(0);

    const rebuilt = new Uint8Array(target.length);
    let at = 0;
    let literalsRead = 0;
    const bounds = { targetAddress: 0, targetBytes: target.length, baseBytes: base.length };
    for (const operation of readOperations(encoded, bounds)) {
      if (operation.kind === 'copy') {
        rebuilt.set(base.subarray(operation.baseAddress, operation.baseAddress + operation.length), at);
      } else {
        expect(operation.kind).toBe('literal');
        rebuilt.set(encoded.literals.subarray(literalsRead, literalsRead + operation.length), at);
        literalsRead += operation.length;
      }
      at += operation.length;
    }
    expect(Buffer.compare(rebuilt, target)).toBe(0);
  });
});
