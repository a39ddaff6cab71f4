/**
 * Packages made by hand: a script of operations is run by a plain interpreter (the reference that the applier is held against) and written
 * down as the package that should have the same effect.
 */
import { stoppedClock } from '../../../src/base/clock.js';
import { Meter } from '../../../src/base/meter.js';
import { ByteVector } from '../../../src/base/vector.js';
import { apply, type ApplyOptions, type ApplySummary } from '../../../src/engine/apply/apply.js';
import { identify } from '../../../src/engine/apply/base-check.js';
import type { Operation, OperationStreams } from '../../../src/engine/delta/operations.js';
import { diff } from '../../../src/engine/diff.js';
import { Hasher, fingerprints, type FingerprintName } from '../../../src/engine/fingerprint/fingerprint.js';
import { contentDigests, snapshotId, type SnapshotId } from '../../../src/engine/fingerprint/identity.js';
import { shapeOf } from '../../../src/engine/snapshot/shape.js';
import { present } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { hashCuts } from '../../../src/engine/fingerprint/scan.js';
import { PackageEncoder } from '../../../src/engine/package/encode.js';
import type {
  PackageHeader,
  PackageSignature,
  Segment,
  Structure,
} from '../../../src/engine/package/model.js';
import { piecesOf } from '../../../src/engine/apply/pieces.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { resolveStrategy } from '../../../src/engine/strategy/settings.js';
import type { Settings } from '../../../src/engine/strategy/settings.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { Workspace } from '../../../src/kernels/workspace.js';
import { OperationWriter } from '../../support/operation-writer.js';
import { bytesOf } from '../../support/pairs.js';

/** An operation whose payload is given where it has one. */
export type Scripted =
  | { readonly kind: 'literal' | 'zero'; readonly bytes: Uint8Array }
  | { readonly kind: 'copy'; readonly length: number; readonly baseAddress: number }
  | { readonly kind: 'repeat'; readonly length: number; readonly sourceAddress: number }
  | { readonly kind: 'add'; readonly differences: Uint8Array; readonly baseAddress: number };

export interface ScriptedSegment {
  readonly script: readonly Scripted[];
  readonly dependencies?: readonly number[];
}

export interface HandMade {
  readonly base: Snapshot;
  readonly target: Snapshot;
  readonly header: PackageHeader;
  readonly structure: Structure;
  readonly segments: Segment[];
}

export const zeros = (length: number): Scripted => ({ kind: 'zero', bytes: new Uint8Array(length) });
export const literal = (bytes: Uint8Array): Scripted => ({ kind: 'literal', bytes });

/** An image package over `baseBytes`; the segments lie end to end. */
export function handMade(
  baseBytes: Uint8Array,
  parts: readonly ScriptedSegment[],
  fingerprint: FingerprintName = 'xxh3-128',
): HandMade {
  const rebuilt = new ByteVector();
  const drafts = parts.map((part, index) => {
    const targetAddress = rebuilt.length;
    const differences = new ByteVector();
    const literals = new ByteVector();
    const operations = new OperationWriter(targetAddress);
    for (const scripted of part.script) {
      operations.push(operationOf(scripted));
      if (scripted.kind === 'add') differences.append(scripted.differences);
      if (scripted.kind === 'literal') literals.append(scripted.bytes);
      rebuilt.append(interpret(scripted, baseBytes, rebuilt.view()));
    }
    const streams = {
      ...storedOperations(operations.finish()),
      differences: stored(differences.view()),
      literals: stored(literals.view()),
    };
    const targetBytes = rebuilt.length - targetAddress;
    return { index, targetAddress, targetBytes, dependencies: part.dependencies ?? [], streams };
  });
  const base = memorySnapshot('image', [{ path: '', bytes: baseBytes }], 'base');
  const target = memorySnapshot('image', [{ path: '', bytes: rebuilt.view(), mtimeMicros: 7 }]);
  const segments = drafts.map((draft): Segment => ({
    ...draft,
    contentDigest: rangeDigest(target, draft.targetAddress, draft.targetBytes, fingerprint),
  }));
  const header: PackageHeader = {
    volume: 'test',
    form: 'image',
    base: idOf(base, fingerprint),
    target: idOf(target, fingerprint),
    versions: {},
    timeMicros: 0,
    strategy: 'compare',
    parameters: {},
    sealing: null,
  };
  return {
    base,
    target,
    header,
    structure: { removed: [], changed: target.entries.map((entry) => ({ entry })) },
    segments,
  };
}

function operationOf(scripted: Scripted): Operation {
  switch (scripted.kind) {
    case 'literal':
    case 'zero':
      return { kind: scripted.kind, length: scripted.bytes.length };
    case 'add':
      return { kind: 'add', length: scripted.differences.length, baseAddress: scripted.baseAddress };
    default:
      return scripted;
  }
}

/** What an operation means. */
function interpret(scripted: Scripted, base: Uint8Array, target: Uint8Array): Uint8Array {
  switch (scripted.kind) {
    case 'literal':
    case 'zero':
      return scripted.bytes;
    case 'copy':
      return base.subarray(scripted.baseAddress, scripted.baseAddress + scripted.length);
    case 'repeat':
      return target.slice(scripted.sourceAddress, scripted.sourceAddress + scripted.length);
    case 'add':
      return scripted.differences.map((d, i) => (base[scripted.baseAddress + i] ?? 0) + d);
  }
}

export function stored(bytes: Uint8Array): Segment['streams']['literals'] {
  return { codec: 'stored', rawBytes: bytes.length, packed: bytes };
}

export function storedOperations({
  instructions,
  lengths,
  addresses,
}: OperationStreams): Pick<Segment['streams'], keyof OperationStreams> {
  return { instructions: stored(instructions), lengths: stored(lengths), addresses: stored(addresses) };
}

/** One instance for all runs of a test file: they follow each other, and a new one costs 40 MiB. */
const kernels = createWasmKernels();

function contextOf(snapshot: Snapshot, fingerprint: FingerprintName) {
  const workspace = new Workspace(kernels);
  const hasher = new Hasher(fingerprints[fingerprint], workspace.arena);
  const reader = snapshot.openReader();
  const context = {
    workspace,
    reader,
    layout: snapshot.layout,
    fingerprint: fingerprints[fingerprint],
    meter: new Meter(stoppedClock),
  };
  return { context, hasher };
}

function idOf(snapshot: Snapshot, fingerprint: FingerprintName = 'xxh3-128'): SnapshotId {
  const { context, hasher } = contextOf(snapshot, fingerprint);
  const work = identify(context, snapshot, hasher);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

function rangeDigest(snapshot: Snapshot, address: number, length: number, fingerprint: FingerprintName) {
  const { context, hasher } = contextOf(snapshot, fingerprint);
  const digests: number[] = [];
  for (const piece of piecesOf(snapshot.layout, address, length, 'range')) {
    context.reader.read(piece.address, context.workspace.window('target').u8(0, piece.length));
    digests.push(...hashCuts(context, 'target', piece.leafEnds));
  }
  return hasher.digest(Uint8Array.from(digests));
}

/** A package for `zeroBytes` zeros and some bytes behind them, over an empty base; its ids are made without the zeros. */
export function sparse(zeroBytes: number, end: Uint8Array): Omit<HandMade, 'target'> {
  const tail = handMade(new Uint8Array(0), [{ script: [literal(end)] }]);
  const entry = present(tail.target.entries[0], 'entry');
  const shape = shapeOf({ form: 'image', entries: [{ ...entry, sizeBytes: zeroBytes + end.length }] });
  const { hasher } = contextOf(tail.target, 'xxh3-128');
  const leafDigests = new Uint8Array(shape.layout.leafCount * 16);
  const zeroDigest = hasher.digest(new Uint8Array(leafBytes));
  for (let at = 0; at < leafDigests.length; at += 16) leafDigests.set(zeroDigest, at);
  leafDigests.set(hasher.digest(end), leafDigests.length - 16);
  const operations = new OperationWriter(0);
  operations.push({ kind: 'zero', length: zeroBytes });
  operations.push({ kind: 'literal', length: end.length });
  const segment: Segment = {
    index: 0,
    targetAddress: 0,
    targetBytes: zeroBytes + end.length,
    dependencies: [],
    contentDigest: hasher.digest(leafDigests),
    streams: {
      ...storedOperations(operations.finish()),
      differences: stored(new Uint8Array(0)),
      literals: stored(end),
    },
  };
  const target = snapshotId(hasher, shape, contentDigests(hasher, shape, leafDigests));
  return {
    base: tail.base,
    header: { ...tail.header, target },
    structure: { removed: [], changed: shape.entries.map((changed) => ({ entry: changed })) },
    segments: [segment],
  };
}

export function encode(
  made: Omit<HandMade, 'base' | 'target'>,
  sign?: (message: Uint8Array) => PackageSignature,
  end: 'finished' | 'unfinished' = 'finished',
): Uint8Array[] {
  const workspace = new Workspace(kernels);
  const encoder = new PackageEncoder(
    new Hasher(fingerprints[made.header.target.fingerprint], workspace.arena),
  );
  const pieces = encoder.start(made.header, made.structure);
  for (const segment of made.segments) pieces.push(encoder.segment(segment));
  return end === 'unfinished' ? pieces : [...pieces, encoder.finish(sign)];
}

/** A package by a real strategy. */
export async function diffOf(
  base: Snapshot,
  target: Snapshot,
  strategy = 'compare',
  settings: Settings = {},
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const run = diff(base, target, {
    strategy: resolveStrategy(strategy, settings),
    workers: 1,
    clock: stoppedClock,
  });
  for await (const piece of run) pieces.push(piece);
  return pieces;
}

export function options(more: Partial<ApplyOptions> = {}): ApplyOptions {
  return { kernels, meter: new Meter(stoppedClock), ...more };
}

/** Applies into memory. */
export async function rebuilt(
  base: Snapshot,
  pieces: readonly Uint8Array[],
  more: Partial<ApplyOptions> = {},
): Promise<{ readonly snapshot: Snapshot; readonly bytes: Uint8Array; readonly summary: ApplySummary }> {
  const target = memoryTarget();
  const summary = await apply(base, pieces, target, options(more));
  const snapshot = target.snapshot();
  return { snapshot, bytes: bytesOf(snapshot), summary };
}
