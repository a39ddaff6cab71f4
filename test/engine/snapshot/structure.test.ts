import { describe, expect, it } from 'vitest';
import { memorySnapshot, type MemoryEntry } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { structureBetween } from '../../../src/engine/snapshot/structure.js';

const file = (path: string, text: string, more: Partial<MemoryEntry> = {}): MemoryEntry => ({
  path,
  bytes: new TextEncoder().encode(text),
  ...more,
});
const tree = (...entries: MemoryEntry[]): Snapshot =>
  memorySnapshot('tree', [{ path: '.', kind: 'directory' }, ...entries]);

/** A "digest" that is the content itself. */
function digestOf(snapshot: Snapshot): (index: number) => string {
  return (index) => {
    const bytes = new Uint8Array(snapshot.entries[index]?.sizeBytes ?? 0);
    const reader = snapshot.openReader();
    reader.read(snapshot.layout.startOf(index), bytes);
    reader.close();
    return new TextDecoder().decode(bytes);
  };
}

function change(base: Snapshot, target: Snapshot): { removed: readonly string[]; changed: string[] } {
  const { removed, changed } = structureBetween(base, target, digestOf(base), digestOf(target));
  return {
    removed,
    changed: changed.map(({ entry, renamedFrom }) =>
      renamedFrom === undefined ? entry.path : `${renamedFrom} -> ${entry.path}`,
    ),
  };
}

describe('structureBetween', () => {
  it('lists nothing where nothing but content changed', () => {
    expect(change(tree(file('a', 'old')), tree(file('a', 'new')))).toEqual({ removed: [], changed: [] });
  });

  it('lists one row for a changed mode, time, size, kind or link', () => {
    const before = tree(file('a', 'x'), file('b', 'x'), file('c', 'x'), file('d', ''), {
      path: 'l',
      kind: 'symlink',
      linkTarget: 'a',
    });
    const after = tree(
      file('a', 'x', { mode: 0o600 }),
      file('b', 'x', { mtimeMicros: 1 }),
      file('c', 'xy'),
      { path: 'd', kind: 'directory' },
      { path: 'l', kind: 'symlink', linkTarget: 'b' },
    );
    expect(change(before, after)).toEqual({ removed: [], changed: ['a', 'b', 'c', 'd', 'l'] });
  });

  it('recognises a rename by content, preferring the same file name, once for each source', () => {
    const before = tree(
      { path: 'd', kind: 'directory' },
      file('a', 'same'),
      file('d/n', 'same'),
      file('gone', 'other'),
    );
    const after = tree(
      { path: 'e', kind: 'directory' },
      file('e/n', 'same'),
      file('z', 'same'),
      file('zz', 'same'),
    );
    expect(change(before, after)).toEqual({
      removed: ['a', 'd', 'd/n', 'gone'],
      changed: ['e', 'd/n -> e/n', 'a -> z', 'zz'],
    });
  });

  it('takes a copy for a new file, and an empty file for a new one', () => {
    expect(change(tree(file('a', 'x')), tree(file('a', 'x'), file('b', 'x')))).toEqual({
      removed: [],
      changed: ['b'],
    });
    expect(change(tree(file('a', '')), tree(file('b', '')))).toEqual({ removed: ['a'], changed: ['b'] });
  });

  it('always lists the one entry of an image', () => {
    const image = memorySnapshot('image', [file('', 'x')]);
    expect(change(image, image)).toEqual({ removed: [], changed: [''] });
  });
});
