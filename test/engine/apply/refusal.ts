/** What the tests of refusals share: a small package, and a run that must fail without leaving anything. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { leafBytes } from '../../../src/base/limits.js';
import { apply, type ApplyOptions } from '../../../src/engine/apply/apply.js';
import type { PackageBytes } from '../../../src/engine/apply/package-source.js';
import type { StreamName } from '../../../src/engine/package/model.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import type { TargetWriter } from '../../../src/engine/snapshot/target-writer.js';
import { OperationWriter } from '../../support/operation-writer.js';
import { content } from '../../support/pairs.js';
import { namesIn, temporaryDirectories } from '../snapshot/temp.js';
import { encode, handMade, literal, options, stored, storedOperations, type HandMade } from './packages.js';

const fresh = temporaryDirectories();

/** Applies onto a disk where another file lies already; checks that only it is left; gives the error. */
export async function failureOf(
  base: Snapshot,
  pieces: PackageBytes,
  more: Partial<ApplyOptions> = {},
  wrap: (writer: TargetWriter) => TargetWriter = (writer) => writer,
): Promise<Error> {
  const folder = fresh();
  const path = join(folder, 'target');
  if (base.form === 'image') writeFileSync(path, 'what was here before');
  const before = namesIn(folder);
  const writer = wrap(createTarget(path, { form: base.form, overwrite: true }));
  let failure: unknown;
  try {
    await apply(base, pieces, writer, options(more));
  } catch (caught) {
    failure = caught;
  }
  expect(namesIn(folder)).toEqual(before);
  if (base.form === 'image') expect(readFileSync(path, 'utf8')).toBe('what was here before');
  if (!(failure instanceof Error)) throw new Error('the package was applied');
  expect(failure.message).not.toContain('\n');
  return failure;
}

export const baseBytes = content(9, 6 * leafBytes);
export const good = handMade(baseBytes, [
  { script: [{ kind: 'copy', length: 2 * leafBytes, baseAddress: 5 }] },
  { script: [literal(content(2, leafBytes))] },
  {
    script: [{ kind: 'repeat', length: leafBytes, sourceAddress: leafBytes }, literal(Uint8Array.of(1, 2))],
    dependencies: [0],
  },
]);

export function altered(index: number, change: Partial<HandMade['segments'][number]>): Uint8Array[] {
  const segments = good.segments.map((segment) =>
    segment.index === index ? { ...segment, ...change } : segment,
  );
  return encode({ ...good, segments });
}

export function zerosOf(length: number): HandMade['segments'][number]['streams'] {
  const operations = new OperationWriter(0);
  operations.push({ kind: 'zero', length });
  const empty = stored(new Uint8Array(0));
  return { ...storedOperations(operations.finish()), differences: empty, literals: empty };
}

export function streamsWith(index: number, name: StreamName, bytes: Uint8Array) {
  const streams = good.segments[index]?.streams;
  if (streams === undefined) throw new Error('a segment');
  return { ...streams, [name]: stored(bytes) };
}
