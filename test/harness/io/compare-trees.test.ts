import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { firstDifference } from '../../../src/harness/io/compare-trees.js';

const root = mkdtempSync(join(tmpdir(), 'snapdelta-compare-'));
const left = join(root, 'left');
const right = join(root, 'right');
afterAll(() => rmSync(root, { recursive: true, force: true }));

function build(path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'sub'), { recursive: true });
  writeFileSync(join(path, 'large'), Buffer.alloc((1 << 20) + 5, 7));
  writeFileSync(join(path, 'sub', 'small'), 'text');
  symlinkSync('small', join(path, 'sub', 'link'));
  settle(path);
}

/** The same times everywhere: children first, since a change of names touches the directory. */
function settle(path: string): void {
  for (const name of ['large', 'sub/small', 'sub', '.']) {
    utimesSync(join(path, name), 1_700_000_000, 1_700_000_000);
  }
}

describe('comparing trees', () => {
  beforeEach(() => {
    build(left);
    build(right);
  });
  // A link's own time cannot be set from Node: links are made and compared on their own below.
  const withoutLinks = (): void => {
    for (const path of [left, right]) {
      rmSync(join(path, 'sub', 'link'));
      settle(path);
    }
  };

  it('finds nothing where all is equal', () => {
    withoutLinks();
    expect(firstDifference(left, right)).toBeUndefined();
    expect(firstDifference(join(left, 'large'), join(right, 'large'))).toBeUndefined();
  });

  it.each<readonly [string, () => void, string]>([
    [
      'a byte behind the first buffer',
      () => {
        const bytes = Buffer.alloc((1 << 20) + 5, 7);
        bytes[(1 << 20) + 2] = 8;
        writeFileSync(join(right, 'large'), bytes);
      },
      `large: byte ${(1 << 20) + 2} differs`,
    ],
    [
      'a length',
      () => writeFileSync(join(right, 'sub/small'), 'texts'),
      'sub/small: expected 4 bytes, found 5',
    ],
    [
      'a mode',
      () => chmodSync(join(right, 'sub/small'), 0o600),
      'sub/small: expected mode 100644, found 100600',
    ],
    ['a missing name', () => renameSync(join(right, 'large'), join(root, 'away')), 'large is missing'],
    ['a further name', () => writeFileSync(join(right, 'sub/more'), ''), 'sub/more should not be there'],
    [
      'a kind',
      () => {
        rmSync(join(right, 'large'));
        mkdirSync(join(right, 'large'));
      },
      'large: expected a file, found a directory',
    ],
  ])('finds %s', (_, change, difference) => {
    withoutLinks();
    chmodSync(join(left, 'sub/small'), 0o644);
    chmodSync(join(right, 'sub/small'), 0o644);
    change();
    settle(left);
    try {
      settle(right);
    } catch {
      // The name that a case removed.
      utimesSync(right, 1_700_000_000, 1_700_000_000);
    }
    expect(firstDifference(left, right)).toBe(difference);
  });

  it('finds a time that differs by a millisecond', () => {
    withoutLinks();
    utimesSync(join(right, 'large'), 1_700_000_000, 1_700_000_000.001);
    expect(firstDifference(left, right)).toBe('large: the modification time differs');
  });

  it('finds a link that points elsewhere', () => {
    rmSync(join(right, 'sub/link'));
    symlinkSync('other', join(right, 'sub/link'));
    expect(firstDifference(join(left, 'sub/link'), join(right, 'sub/link'))).toMatch(
      /points elsewhere|modification time/,
    );
  });
});
