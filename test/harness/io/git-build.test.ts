/** A commit beside the current tree, in a repository made for it. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError, WorldError } from '../../../src/base/errors.js';
import { buildCommit } from '../../../src/harness/io/git-build.js';

const repository = mkdtempSync(join(tmpdir(), 'snapdelta-repository-'));
afterAll(() => rmSync(repository, { recursive: true, force: true }));

function git(...words: string[]): string {
  const as = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', [...as, ...words], { cwd: repository, encoding: 'utf8' }).trim();
}

function commit(message: string, build: string): string {
  mkdirSync(join(repository, '.ci'), { recursive: true });
  writeFileSync(join(repository, '.ci', 'build.js'), build);
  writeFileSync(join(repository, 'package-lock.json'), '{}');
  git('add', '-A');
  git('commit', '-q', '-m', message);
  return git('rev-parse', 'HEAD');
}

const writes = (text: string): string =>
  `const fs = require('fs'); fs.writeFileSync('built', '${text} ' + fs.readFileSync('node_modules/x', 'utf8'));`;

let first = '';

beforeAll(() => {
  git('init', '-q');
  writeFileSync(join(repository, '.gitignore'), 'node_modules\n');
  first = commit('first', writes('first'));
  commit('broken', "console.error('no such kernel'); process.exit(1);");
  git('tag', 'broken');
  commit('second', writes('second'));
  mkdirSync(join(repository, 'node_modules'));
  writeFileSync(join(repository, 'node_modules', 'x'), 'shared');
});

describe('a commit', () => {
  it('is built beside the current tree, with its dependencies, and removed again', async () => {
    const steps: string[] = [];
    const build = await buildCommit(repository, 'HEAD~2', undefined, (step) => steps.push(step));
    expect(build.commit).toBe(first);
    expect(readFileSync(join(build.root, 'built'), 'utf8')).toBe('first shared');
    expect(steps).toEqual(['checking out', 'building']);
    expect(git('worktree', 'list', '--porcelain')).toContain(realpathSync(build.root));
    await build.close();
    expect(existsSync(build.root)).toBe(false);
    expect(existsSync(join(repository, 'node_modules', 'x'))).toBe(true);
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it('that cannot be built says what the build said, and leaves nothing', async () => {
    const built = buildCommit(repository, 'broken', undefined);
    await expect(built).rejects.toThrow(WorldError);
    await expect(built).rejects.toThrow('failed: no such kernel');
    expect(git('worktree', 'list').split('\n')).toHaveLength(1);
  });

  it('that is not there is refused', async () => {
    await expect(buildCommit(repository, 'nowhere', undefined)).rejects.toThrow(
      "there is no commit 'nowhere'",
    );
    await expect(buildCommit(repository, '--help', undefined)).rejects.toThrow(UsageError);
    await expect(buildCommit(join(repository, '.ci'), 'HEAD', undefined)).rejects.toThrow(
      'no git repository of its own',
    );
  });
});
