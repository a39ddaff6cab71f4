/** Pairs of snapshots for property tests: seeded content of mixed kinds, and edits of every kind that a differ meets. */
import fc from 'fast-check';
import { Random } from '../../src/base/prng.js';
import { memorySnapshot, type MemoryEntry } from '../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../src/engine/snapshot/snapshot.js';

/** One edit of a byte string; positions are fractions, so that edits fit any length. */
export type Edit =
  | { readonly kind: 'overwrite'; readonly at: number; readonly length: number; readonly seed: number }
  | { readonly kind: 'insert'; readonly at: number; readonly length: number; readonly seed: number }
  | { readonly kind: 'delete'; readonly at: number; readonly length: number }
  | { readonly kind: 'zero'; readonly at: number; readonly length: number }
  | { readonly kind: 'move'; readonly at: number; readonly length: number; readonly to: number };

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const length = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 200_000 }));
const seed = fc.integer({ min: 0, max: 1_000_000 });

export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('overwrite' as const), at: fraction, length, seed }),
    fc.record({ kind: fc.constant('insert' as const), at: fraction, length, seed }),
    fc.record({ kind: fc.constant('delete' as const), at: fraction, length }),
    fc.record({ kind: fc.constant('zero' as const), at: fraction, length }),
    fc.record({ kind: fc.constant('move' as const), at: fraction, length, to: fraction }),
  ),
  { maxLength: 8 },
);

/** Bytes of a kind that depends on the seed: noise, text of few letters, runs, zeros, a short period, or all of them in turn. */
export function content(seed: number, length: number): Uint8Array {
  const random = new Random(seed);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const piece = bytes.subarray(at, Math.min(length, at + random.between(1, 100_000)));
    switch (random.below(5)) {
      case 0:
        random.fill(piece);
        break;
      case 1:
        for (let i = 0; i < piece.length; i++) piece[i] = 97 + random.below(4);
        break;
      case 2:
        piece.fill(random.below(256));
        break;
      case 3: {
        const period = random.between(1, 300);
        random.fill(piece.subarray(0, period));
        for (let i = period; i < piece.length; i++) piece[i] = piece[i - period] ?? 0;
        break;
      }
      default: // zeros
    }
    at += piece.length;
  }
  return bytes;
}

export function applyEdits(bytes: Uint8Array, list: readonly Edit[]): Uint8Array {
  return list.reduce(applyEdit, bytes);
}

function applyEdit(bytes: Uint8Array, edit: Edit): Uint8Array {
  const at = Math.floor(edit.at * bytes.length);
  const end = Math.min(bytes.length, at + edit.length);
  switch (edit.kind) {
    case 'overwrite': {
      const out = bytes.slice();
      out.set(content(edit.seed, end - at), at);
      return out;
    }
    case 'insert':
      return concat(bytes.subarray(0, at), content(edit.seed, edit.length), bytes.subarray(at));
    case 'delete':
      return concat(bytes.subarray(0, at), bytes.subarray(end));
    case 'zero': {
      const out = bytes.slice();
      out.fill(0, at, end);
      return out;
    }
    case 'move': {
      const piece = bytes.slice(at, end);
      const rest = concat(bytes.subarray(0, at), bytes.subarray(end));
      const to = Math.floor(edit.to * rest.length);
      return concat(rest.subarray(0, to), piece, rest.subarray(to));
    }
  }
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export interface Pair {
  readonly base: Snapshot;
  readonly target: Snapshot;
}

/** Two images. */
export const imagePairs: fc.Arbitrary<Pair> = fc
  .record({
    seed,
    size: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 1_500_000 })),
    edits,
  })
  .map(({ seed, size, edits }) => {
    const before = content(seed, size);
    return { base: image(before, 'base'), target: image(applyEdits(before, edits), 'target') };
  });

export function image(bytes: Uint8Array, name: string): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes }], name);
}

const root: MemoryEntry = { path: '.', kind: 'directory' };

/** Two trees: files are kept, edited, renamed, removed and added; modes and times change. */
export const treePairs: fc.Arbitrary<Pair> = fc
  .array(
    fc.record({
      seed,
      size: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 200_000 })),
      fate: fc.constantFrom('keep', 'keep', 'edit', 'rename', 'remove', 'add', 'touch', 'rename and edit'),
      edits,
    }),
    { maxLength: 12 },
  )
  .map((files) => {
    const base: MemoryEntry[] = [root, { path: 'd', kind: 'directory' }];
    const target: MemoryEntry[] = [root, { path: 'd', kind: 'directory', mtimeMicros: 5 }];
    files.forEach((file, index) => {
      const path = `${index % 2 === 0 ? 'd/' : ''}file-${index}`;
      const bytes = content(file.seed, file.size);
      const moved = file.fate.startsWith('rename') ? `moved-${index}` : path;
      const after = file.fate.endsWith('edit') ? applyEdits(bytes, file.edits) : bytes;
      if (file.fate !== 'add') base.push({ path, bytes });
      if (file.fate !== 'remove')
        target.push({ path: moved, bytes: after, mtimeMicros: file.fate === 'touch' ? 7 : 0 });
    });
    return { base: memorySnapshot('tree', base, 'base'), target: memorySnapshot('tree', target, 'target') };
  });

/** All bytes of a snapshot. */
export function bytesOf(snapshot: Snapshot): Uint8Array {
  const bytes = new Uint8Array(snapshot.layout.totalBytes);
  const reader = snapshot.openReader();
  reader.read(0, bytes);
  reader.close();
  return bytes;
}
