/**
 * A commit of this repository, checked out beside the current tree (`git worktree`) and built. Dependencies are the current tree's where
 * the lock file is the same, else installed with `npm ci`. Everything is removed again by close().
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { CancelledError, UsageError, WorldError } from '../../base/errors.js';
import { Scratch } from './scratch.js';

export interface GitBuild {
  readonly root: string;
  readonly commit: string;
  close(): Promise<void>;
}

export type BuildStep = 'checking out' | 'installing' | 'building';

/** Throws UsageError (no repository, no such commit), WorldError (it cannot be built), CancelledError. */
export async function buildCommit(
  repository: string,
  reference: string,
  signal: AbortSignal | undefined,
  onStep: (step: BuildStep) => void = () => undefined,
): Promise<GitBuild> {
  const git = (...words: string[]): Promise<string> => run('git', words, repository, signal);
  const commit = await commitOf(git, repository, reference);
  const scratch = new Scratch(tmpdir());
  const root = join(scratch.path, 'tree');
  const close = async (): Promise<void> => {
    // Also after the signal has fired.
    await run('git', ['worktree', 'remove', '--force', root], repository, undefined).catch(() => '');
    scratch.remove();
  };
  try {
    onStep('checking out');
    await git('worktree', 'add', '--detach', '--quiet', root, commit);
    const lock = (folder: string): string => readFileSync(join(folder, 'package-lock.json'), 'utf8');
    const isShared = existsSync(join(repository, 'node_modules')) && lock(root) === lock(repository);
    if (isShared) {
      symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
      onStep('building');
      await run(process.execPath, [join('.ci', 'build.js')], root, signal);
    } else {
      // Which builds as well.
      onStep('installing');
      await run('npm', ['ci', '--no-audit', '--no-fund'], root, signal);
    }
    return { root, commit, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The whole name of a commit. Throws UsageError where there is none of that name. */
export function commitNamed(repository: string, reference: string): Promise<string> {
  return commitOf((...words) => run('git', words, repository, undefined), repository, reference);
}

async function commitOf(
  git: (...words: string[]) => Promise<string>,
  repository: string,
  reference: string,
): Promise<string> {
  const top = await git('rev-parse', '--show-prefix').catch(() => undefined);
  if (top?.trim() !== '') {
    throw new UsageError(`${repository} is no git repository of its own: there is nothing to compare with`, {
      hint: 'run snapdelta from a clone of its repository, or compare result files',
    });
  }
  const found = await git(
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${reference}^{commit}`,
  ).catch(() => undefined);
  if (found === undefined) {
    throw new UsageError(`there is no commit '${reference}' in ${repository}`, {
      hint: 'a shallow clone has few: fetch more of its history',
    });
  }
  return found.trim();
}

/** What the program printed. Throws WorldError with the end of what it said. */
function run(
  program: string,
  words: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      words,
      { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26, ...(signal === undefined ? {} : { signal }) },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else if (signal?.aborted === true) reject(new CancelledError('cancelled', { cause: signal.reason }));
        else {
          const said = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-3).join('; ');
          reject(new WorldError(`${program} ${words.join(' ')} failed: ${said}`, { cause: error }));
        }
      },
    );
  });
}
