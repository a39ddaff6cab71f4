/** Segments whose frames are right and whose streams are anything: always a DataError, never a crash, and never more than the streams allow. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { apply } from '../../../src/engine/apply/apply.js';
import type { Operation } from '../../../src/engine/delta/operations.js';
import type { Segment } from '../../../src/engine/package/model.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { OperationWriter } from '../../support/operation-writer.js';
import { content } from '../../support/pairs.js';
import { encode, handMade, literal, options, stored, storedOperations, zeros } from './packages.js';

const base = content(9, 3 * leafBytes);
const made = handMade(base, [
  { script: [{ kind: 'copy', length: 2 * leafBytes, baseAddress: 5 }] },
  { script: [literal(content(2, 500)), zeros(leafBytes - 500)], dependencies: [0] },
]);

const length = fc.oneof(fc.nat(600), fc.nat(3 * leafBytes), fc.nat(2 ** 40));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constantFrom('literal' as const, 'zero' as const), length }),
  fc.record({ kind: fc.constantFrom('copy' as const, 'add' as const), length, baseAddress: length }),
  fc.record({ kind: fc.constant('repeat' as const), length, sourceAddress: fc.nat(leafBytes) }),
);
const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 40 });
const operations = fc.oneof(
  fc.record({ instructions: bytes(1), lengths: bytes(0), addresses: bytes(0) }),
  fc.array(operation, { minLength: 1, maxLength: 8 }).map((list) => {
    const writer = new OperationWriter(2 * leafBytes);
    for (const item of list) writer.push(item);
    return writer.finish();
  }),
);
const payload = fc.uint8Array({ maxLength: 300 });
const anyPayload = fc.oneof(payload.map(stored), payload.map(foreign));
const streams = fc
  .record({ operations, differences: anyPayload, literals: anyPayload })
  .map(({ operations: written, ...rest }) => ({ ...storedOperations(written), ...rest }));

/** Bytes that pose as compressed. */
function foreign(packed: Uint8Array): Segment['streams']['literals'] {
  const codecs = ['lz4', 'deflate', 'zstd'] as const;
  const codec = codecs[packed.length % 3] ?? 'lz4';
  return packed.length === 0 ? stored(packed) : { codec, rawBytes: packed.length + 37, packed };
}

test('streams of anything are refused as data', async () => {
  await fc.assert(
    fc.asyncProperty(streams, fc.boolean(), async (hostile, isFirst) => {
      const target = isFirst ? 0 : 1;
      const segments = made.segments.map((segment) =>
        segment.index === target ? { ...segment, streams: hostile } : segment,
      );
      const writer = memoryTarget();
      await expect(apply(made.base, encode({ ...made, segments }), writer, options())).rejects.toThrow(
        DataError,
      );
      expect(() => writer.snapshot()).toThrow();
    }),
    { seed: 10, numRuns: 400 },
  );
});
