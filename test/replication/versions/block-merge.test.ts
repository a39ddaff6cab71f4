import { describe, expect, test } from 'vitest';
import { DataError, WorldError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import { equalContent } from '../../../src/engine/fingerprint/identity.js';
import { decodeManifest, encodeManifest } from '../../../src/engine/package/manifest-file.js';
import { checkEntries } from '../../../src/engine/snapshot/entry-rules.js';
import { mergeBlocks, type MergedContent } from '../../../src/replication/versions/block-merge.js';
import { decide } from '../../../src/replication/versions/decide.js';
import { finishMerge } from '../../../src/replication/versions/finish-merge.js';
import { makeMerge, type Merged, type MergeInputs } from '../../../src/replication/versions/make-merge.js';
import type { MergePlan } from '../../../src/replication/versions/merge-plan.js';
import { dotText, type Version } from '../../../src/replication/versions/version.js';
import { hasherFor } from '../../engine/package/samples.js';
import { blocks, Contents, type ContentOptions, type Tree } from './contents.js';
import { written } from './histories.js';

const at = (wallMs: number): { wallMs: number; counter: number } => ({ wallMs, counter: 0 });
const writers = ['ann', 'bob', 'cy'];

/** The plan of a base and what each writer made of it, the last one latest; with each version's manifest. */
function forked(
  contents: Contents,
  base: Tree,
  sides: readonly Tree[],
  options: ContentOptions = {},
): { plan: MergePlan; manifests: Map<string, Manifest>; versions: Version[] } {
  const root = written('root', 1, [], at(1));
  const heads = sides.map((_, i) => written(writers[i] ?? '', 1, [root], at(2 + i)));
  const versions = [root, ...heads];
  const manifests = new Map(
    [base, ...sides].map((tree, i) => [
      dotText(versions[i]?.dot ?? root.dot),
      contents.manifest(tree, options),
    ]),
  );
  const merge = decide(versions, { name: 'block-merge', blockBytes: options.blockBytes ?? 256 })?.merge;
  if (merge?.state !== 'wanted') throw new Error('no merge to be made');
  return { plan: merge.plan, manifests, versions };
}

function join(
  contents: Contents,
  base: Tree,
  sides: readonly Tree[],
  options?: ContentOptions,
): MergedContent {
  const { plan, manifests } = forked(contents, base, sides, options);
  const merged = mergeBlocks(plan, (dot) => manifests.get(dotText(dot)));
  if (typeof merged === 'string') throw new Error(merged);
  checkEntries(merged.form, merged.entries, 'the merge');
  return merged;
}

/** Letters of each file, one a block. */
function letters(base: Tree, sides: readonly Tree[]): { files: Record<string, string>; conflicts: number } {
  const contents = new Contents();
  const merged = join(contents, base, sides);
  const files = Object.fromEntries(
    Object.entries(contents.texts(merged)).map(([path, text]) => [path, text.replace(/(.)\1{0,255}/g, '$1')]),
  );
  return { files, conflicts: merged.conflicts };
}
const image = (text: string): Tree => ({ '': blocks(text) });

describe('images', () => {
  test.each<[string, string, string[], string, number]>([
    ['changes of two sides', 'abcd', ['Xbcd', 'abcY'], 'XbcY', 0],
    ['the same change', 'abcd', ['aXcd', 'aXcd'], 'aXcd', 0],
    ['a conflict: the latest', 'abcd', ['aXcd', 'aYcZ'], 'aYcZ', 1],
    ['changes of three sides', 'abcd', ['Xbcd', 'aYcd', 'abcZ'], 'XYcZ', 0],
    ['one side grows, the other changes', 'abcd', ['abcdef', 'aXcd'], 'aXcdef', 0],
    ['one side shrinks, the other changes', 'abcd', ['ab', 'Xbcd'], 'Xb', 0],
    [
      'both grow: the latest size, and a conflict where both have blocks',
      'ab',
      ['abcde', 'abxyz'],
      'abxyz',
      3,
    ],
    ['one side empties it', 'abcd', ['', 'abcd'], '', 0],
  ])('%s', (_name, base, sides, result, conflicts) => {
    const { files, conflicts: counted } = letters(image(base), sides.map(image));
    expect([files[''], counted]).toEqual([result, conflicts]);
  });

  test('a last short block is as long as the size says', () => {
    const contents = new Contents();
    const base = { '': blocks('ab') + 'c'.repeat(100) };
    const grown = { '': blocks('ab') + 'c'.repeat(200) };
    const changed = { '': blocks('aX') + 'Y'.repeat(100) };
    const merged = join(contents, base, [grown, changed]);
    // The changed end does not fit the size that the other side gave: a conflict, which the size decides.
    expect(contents.texts(merged)).toEqual({ '': blocks('aX') + 'c'.repeat(200) });
    expect(merged.conflicts).toBe(1);
  });
});

describe('trees', () => {
  const base: Tree = {
    a: blocks('abc'),
    d: { kind: 'directory' },
    'd/x': blocks('x'),
    link: { kind: 'symlink', mode: 0o777, linkTarget: 'a' },
  };
  const without = (tree: Tree, ...paths: string[]): Tree =>
    Object.fromEntries(Object.entries(tree).filter(([path]) => !paths.includes(path)));

  test('added, removed and changed entries of both sides', () => {
    const merged = letters(base, [
      { ...without(base, 'd/x'), new: blocks('n') },
      { ...base, a: blocks('aXc'), 'd/y': blocks('y') },
    ]);
    expect(merged).toEqual({ files: { a: 'aXc', new: 'n', 'd/y': 'y' }, conflicts: 0 });
  });

  test('a file that both changed is joined', () => {
    expect(
      letters(base, [
        { ...base, a: blocks('Xbc') },
        { ...base, a: blocks('abY') },
      ]),
    ).toEqual({
      files: { a: 'XbY', 'd/x': 'x' },
      conflicts: 0,
    });
  });

  test('removed by one side and changed by the other: the latest', () => {
    const changed = { ...base, a: blocks('aXc') };
    expect(letters(base, [without(base, 'a'), changed])).toEqual({
      files: { a: 'aXc', 'd/x': 'x' },
      conflicts: 1,
    });
    expect(letters(base, [changed, without(base, 'a')])).toEqual({ files: { 'd/x': 'x' }, conflicts: 1 });
  });

  test('a directory removed by one side comes back for what the other put into it', () => {
    const merged = letters(base, [{ ...base, 'd/y': blocks('y') }, without(base, 'd', 'd/x')]);
    expect(merged).toEqual({ files: { a: 'abc', 'd/y': 'y' }, conflicts: 1 });
  });

  test('modes, link targets and times are settled like content', () => {
    const contents = new Contents();
    const file = { kind: 'file', mode: 0o600, mtimeMicros: 2000, sizeBytes: 0 } as const;
    const merged = join(contents, { f: file, l: { kind: 'symlink', linkTarget: 'a' } }, [
      { f: { ...file, mode: 0o644, mtimeMicros: 7000 }, l: { kind: 'symlink', linkTarget: 'b' } },
      { f: { ...file, mtimeMicros: 5000 }, l: { kind: 'symlink', linkTarget: 'a' } },
    ]);
    expect(merged.conflicts).toBe(0);
    expect(
      merged.entries.map(({ path, mode, linkTarget, mtimeMicros }) => [path, mode, linkTarget, mtimeMicros]),
    ).toEqual([
      ['.', 0o755, undefined, 1000],
      ['f', 0o644, undefined, 5000],
      ['l', 0o755, 'b', 1000],
    ]);
  });
});

describe('what cannot be merged says why', () => {
  const contents = new Contents();
  const { plan, manifests } = forked(contents, image('ab'), [image('Xb'), image('aY')]);
  const withOther = (dot: string, other: Manifest): ReturnType<typeof mergeBlocks> =>
    mergeBlocks(plan, (wanted) => (dotText(wanted) === dot ? other : manifests.get(dotText(wanted))));

  test.each(['root:1', 'ann:1', 'bob:1'])('of %s', (dot) => {
    const fastcdc = { name: 'fastcdc', minBytes: 256, averageBytes: 1024, maxBytes: 4096 } as const;
    expect(
      mergeBlocks(plan, (wanted) => (dotText(wanted) === dot ? undefined : manifests.get(dotText(wanted)))),
    ).toBe('manifest-missing');
    expect(withOther(dot, contents.manifest(image('ab'), { blockBytes: 512 }))).toBe('other-chunker');
    expect(withOther(dot, contents.manifest(image('ab'), { chunker: fastcdc }))).toBe('other-chunker');
    expect(withOther(dot, contents.manifest(image('ab'), { fingerprint: 'blake3' }))).toBe(
      'other-fingerprint',
    );
    expect(withOther(dot, contents.manifest({ a: 'tree' }))).toBe('other-form');
  });

  test('a file where the other side has a directory', () => {
    const d = { kind: 'directory' } as const;
    const { plan, manifests } = forked(contents, { d, 'd/x': 'x' }, [
      { d, 'd/x': 'x', 'd/y': 'y' },
      { d: 'file' },
    ]);
    expect(mergeBlocks(plan, (dot) => manifests.get(dotText(dot)))).toBe('entries-collide');
  });
});

describe('finishMerge', () => {
  test.each([256, 4096, leafBytes, 4 * leafBytes])(
    'gives what a scan of the result gives: blocks of %i',
    async (blockBytes) => {
      const contents = new Contents();
      const options = { blockBytes, fingerprint: 'blake3' } as const;
      const long = (text: string): string => blocks(text, blockBytes) + 'end';
      const count = Math.max(2, Math.ceil((2.5 * leafBytes) / blockBytes));
      const base = { big: long('a'.repeat(count)), same: 'same' };
      const left = { ...base, big: long('X' + 'a'.repeat(count - 1)) };
      const right = { ...base, big: long('a'.repeat(count - 1) + 'Y'), new: 'new' };
      const merged = join(contents, base, [left, right], options);
      expect(merged.joinedFiles).toBe(1);
      const reads: Uint8Array[] = [];
      const hasher = hasherFor('blake3');
      const manifest = await finishMerge(merged, 'v', hasher, (digest) => {
        reads.push(digest);
        return contents.read(digest);
      });
      const expected = contents.manifest({ ...right, big: long('X' + 'a'.repeat(count - 2) + 'Y') }, options);
      expect(equalContent(manifest.id, expected.id)).toBe(true);
      expect(manifest.entryDigests).toEqual(expected.entryDigests);
      expect(manifest.blocks).toEqual(expected.blocks);
      expect(reads.length).toBe(blockBytes === leafBytes ? 0 : count + 1);
      expect(decodeManifest(encodeManifest(manifest, hasher), hasherFor)).toEqual(manifest);
      // Blocks that the latest side has come from it, the other's are new here.
      expect(manifest.origins).toHaveLength(2);
      expect(manifest.originRuns[0]).toEqual({ origin: 1, blocks: 1 });
    },
  );

  test('refuses a block of another length', async () => {
    const merged = join(new Contents(), image('ab'), [image('Xb'), image('aY')]);
    const short = finishMerge(merged, 'v', hasherFor('xxh3-128'), () => Promise.resolve(new Uint8Array(255)));
    await expect(short).rejects.toThrow('255 bytes instead of 256');
  });
});

describe('makeMerge', () => {
  const contents = new Contents();
  const { plan, manifests } = forked(contents, image('ab'), [image('Xb'), image('aY')]);
  const make = (manifest: MergeInputs['manifest']): Promise<Merged> =>
    makeMerge(plan, { manifest, block: contents.read }, hasherFor);

  test('gives the version and its manifest', async () => {
    const made = await make((dot) => Promise.resolve(manifests.get(dotText(dot))));
    const { id } = contents.manifest(image('XY'));
    expect(made).toMatchObject({ state: 'merged', version: plan.version, joinedFiles: 1, conflicts: 0 });
    expect(made).toMatchObject({ manifest: { id, volume: 'v' } });
  });

  test('says what is missing or damaged, or does not fit', async () => {
    const missing = { state: 'impossible', obstacle: 'manifest-missing' };
    expect(await make(() => Promise.resolve(undefined))).toEqual(missing);
    expect(await make(() => Promise.reject(new DataError('the manifest is damaged')))).toEqual(missing);
    const other = contents.manifest(image('ab'), { blockBytes: 512 });
    expect(await make(() => Promise.resolve(other))).toEqual({ ...missing, obstacle: 'other-chunker' });
    await expect(make(() => Promise.reject(new WorldError('the disk is gone')))).rejects.toThrow(WorldError);
  });
});
