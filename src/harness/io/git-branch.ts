/**
 * A file on a branch that nobody has checked out: read, and replaced by a commit that leaves the work tree, the index and the branch's other
 * files alone. The branch moves only from the commit that was read (`git update-ref` with the old value), so nothing of others is lost.
 */
import { spawnSync } from 'node:child_process';
import { UsageError, WorldError } from '../../base/errors.js';

/** Of one file. */
const fileBytesMax = 1 << 28;

export interface BranchFile {
  /** Null where the branch has none, or is not there yet. */
  readonly text: string | null;
  /** The commit that was read; null where there is no branch yet. */
  readonly commit: string | null;
}

/**
 * Of the local branch, or where there is none, of that of `origin`. Throws UsageError (no repository, no name of a branch, a branch that is checked out),
 * WorldError.
 */
export function readBranchFile(repository: string, branch: string, name: string): BranchFile {
  checkBranch(repository, branch);
  const commit =
    commitOf(repository, `refs/heads/${branch}`) ?? commitOf(repository, `refs/remotes/origin/${branch}`);
  if (commit === null) return { text: null, commit };
  const entry = git(repository, ['ls-tree', commit, '--', name]);
  return { text: entry === '' ? null : git(repository, ['cat-file', 'blob', `${commit}:${name}`]), commit };
}

/** Commits `text` as the file on top of what was read. False where the branch has moved since: then read again. Throws WorldError. */
export function commitBranchFile(
  repository: string,
  branch: string,
  name: string,
  read: BranchFile,
  text: string,
  message: string,
): boolean {
  const blob = git(repository, ['hash-object', '-w', '--stdin'], text).trim();
  const others = read.commit === null ? [] : git(repository, ['ls-tree', '-z', read.commit]).split('\0');
  const kept = others.filter((entry) => entry !== '' && !entry.endsWith(`\t${name}`));
  const entries = [...kept, `100644 blob ${blob}\t${name}`];
  const tree = git(repository, ['mktree', '-z'], entries.map((entry) => `${entry}\0`).join('')).trim();
  const parents = read.commit === null ? [] : ['-p', read.commit];
  const commit = git(repository, [
    ...identity(repository),
    'commit-tree',
    tree,
    ...parents,
    '-m',
    message,
  ]).trim();
  const reference = `refs/heads/${branch}`;
  // No old value: the branch must not exist.
  const old = commitOf(repository, reference) === null ? '' : (read.commit ?? '');
  return attempt(repository, ['update-ref', '-m', message, reference, commit, old]).status === 0;
}

function checkBranch(repository: string, branch: string): void {
  if (attempt(repository, ['rev-parse', '--git-dir']).status !== 0) {
    throw new UsageError(`${repository} is not in a git repository: it has no branch '${branch}'`, {
      hint: 'name a file, or work in a clone',
    });
  }
  if (attempt(repository, ['check-ref-format', '--branch', branch]).status !== 0) {
    throw new UsageError(`'${branch}' cannot be the name of a branch`);
  }
  const trees = git(repository, ['worktree', 'list', '--porcelain']).split('\n');
  if (trees.includes(`branch refs/heads/${branch}`)) {
    throw new UsageError(`the branch '${branch}' is checked out`, {
      hint: 'name a branch that is kept for the history alone',
    });
  }
}

function commitOf(repository: string, reference: string): string | null {
  const { status, stdout } = attempt(repository, [
    'rev-parse',
    '--verify',
    '--quiet',
    `${reference}^{commit}`,
  ]);
  return status === 0 ? stdout.trim() : null;
}

/** Machines that build often have no name of their own in git. */
function identity(repository: string): string[] {
  return attempt(repository, ['var', 'GIT_COMMITTER_IDENT']).status === 0
    ? []
    : ['-c', 'user.name=snapdelta', '-c', 'user.email=snapdelta@invalid'];
}

function git(repository: string, words: readonly string[], input?: string): string {
  const { status, stdout, stderr } = attempt(repository, words, input);
  if (status === 0) return stdout;
  throw new WorldError(
    `git ${words[0] === '-c' ? 'commit-tree' : words[0]} failed in ${repository}: ${stderr.trim()}`,
  );
}

function attempt(
  repository: string,
  words: readonly string[],
  input = '',
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const ran = spawnSync('git', words, { cwd: repository, input, encoding: 'utf8', maxBuffer: fileBytesMax });
  if (ran.error !== undefined) throw new WorldError('cannot run git', { cause: ran.error });
  return ran;
}
