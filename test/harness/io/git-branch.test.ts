/** A file on a branch that nobody has checked out. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/errors.js';
import { commitBranchFile, readBranchFile, type BranchFile } from '../../../src/harness/io/git-branch.js';

const repository = mkdtempSync(join(tmpdir(), 'snapdelta-branch-'));
afterAll(() => rmSync(repository, { recursive: true, force: true }));

function git(...words: string[]): string {
  const as = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', [...as, ...words], { cwd: repository, encoding: 'utf8' }).trim();
}

const read = (): BranchFile => readBranchFile(repository, 'figures', 'a.txt');
const commit = (from: BranchFile, text: string): boolean =>
  commitBranchFile(repository, 'figures', 'a.txt', from, text, `now ${text}`);

beforeAll(() => {
  git('init', '-q', '-b', 'trunk');
  writeFileSync(join(repository, 'tracked'), 'as it was');
  git('add', 'tracked');
  git('commit', '-q', '-m', 'first');
  writeFileSync(join(repository, 'tracked'), 'in the midst of a change');
});

it('begins a branch, adds to it, and leaves the work tree, the index and other files alone', () => {
  const none = read();
  expect(none).toEqual({ text: null, commit: null });
  expect(commit(none, 'one')).toBe(true);
  // Somebody adds a file beside it.
  const blob = git('hash-object', '-w', 'tracked');
  const entries = `${git('ls-tree', 'figures')}\n100644 blob ${blob}\tother\n`;
  const tree = execFileSync('git', ['mktree'], { cwd: repository, input: entries, encoding: 'utf8' }).trim();
  git('update-ref', 'refs/heads/figures', git('commit-tree', tree, '-p', 'figures', '-m', 'beside'));

  const first = read();
  expect(first.text).toBe('one');
  expect(commit(first, 'one, two')).toBe(true);
  expect(read().text).toBe('one, two');
  expect(git('ls-tree', '--name-only', 'figures').split('\n')).toEqual(['a.txt', 'other']);
  expect(git('log', '--format=%s', 'figures').split('\n')).toEqual(['now one, two', 'beside', 'now one']);
  expect(git('status', '--porcelain')).toBe('M tracked');
  expect(git('branch', '--show-current')).toBe('trunk');
});

it('loses nothing of others: a branch that moved since it was read is not moved', () => {
  const stale = read();
  expect(commit(stale, 'of another')).toBe(true);
  expect(commit(stale, 'of one who came late')).toBe(false);
  expect(read().text).toBe('of another');
  expect(commit({ text: null, commit: null }, 'as if there were none')).toBe(false);
});

it('goes on from the branch of origin where there is no local one', () => {
  git('update-ref', 'refs/remotes/origin/figures', 'figures');
  git('branch', '-q', '-D', 'figures');
  const theirs = read();
  expect(theirs.text).toBe('of another');
  expect(commit(theirs, 'and more')).toBe(true);
  expect(git('rev-parse', 'figures^')).toBe(theirs.commit);
});

it('refuses a branch that is checked out, a wrong name, and a folder without a repository', () => {
  const of = (folder: string, branch: string) => () => readBranchFile(folder, branch, 'a.txt');
  expect(of(repository, 'trunk')).toThrow("the branch 'trunk' is checked out");
  expect(of(repository, 'a..b')).toThrow("'a..b' cannot be the name of a branch");
  expect(of(repository, '-x')).toThrow(UsageError);
  const bare = mkdtempSync(join(tmpdir(), 'snapdelta-no-repository-'));
  try {
    expect(of(bare, 'figures')).toThrow(/is not in a git repository/);
  } finally {
    rmSync(bare, { recursive: true });
  }
});
