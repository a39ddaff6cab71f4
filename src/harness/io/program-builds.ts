/** Programs of the two sides of a shadow, ready to run: this build, a program that was built before, or a commit that is built beside this tree and removed again. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../../base/errors.js';
import type { ProgramPlan } from '../canary/directories.js';
import { ownRoot } from './gate-lane.js';
import { buildCommit, commitNamed } from './git-build.js';
import { ownProgram } from './own-program.js';

/** From the folder of a build. */
const mainPath = join('dist', 'cli', 'main.js');

/** What is to be run for `given`: undefined is this build, what begins with a dot or a slash a build's folder or its main file, all else a commit. Throws UsageError. */
export async function programFrom(
  given: string | undefined,
  option: string,
): Promise<Pick<ProgramPlan, 'label' | 'from'>> {
  if (given === undefined) return { label: 'this build', from: null };
  if (/^[./]/.test(given)) {
    const path = resolve(given);
    mainFileOf(path, option);
    return { label: given, from: { path } };
  }
  const commit = await commitNamed(ownRoot, given);
  return { label: `${given} (${commit.slice(0, 10)})`, from: { commit } };
}

/** Throws UsageError where there is none. */
function mainFileOf(path: string, option: string): string {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const main = isFolder ? join(path, mainPath) : path;
  if (existsSync(main)) return main;
  throw new UsageError(`--${option}: there is no program ${main}`, {
    hint: 'give the folder of a build, which has dist/cli/main.js, or that file',
  });
}

export interface ReadyProgram {
  /** What Node runs. */
  readonly path: string;
  close(): Promise<void>;
}

/** Throws UsageError, WorldError where a commit cannot be built, CancelledError. */
export async function readyProgram(
  { from, label }: ProgramPlan,
  option: string,
  signal: AbortSignal | undefined,
  onStep: (step: string) => void,
): Promise<ReadyProgram> {
  const close = (): Promise<void> => Promise.resolve();
  if (from === null) return { path: ownProgram.program, close };
  if ('path' in from) return { path: mainFileOf(from.path, option), close };
  const build = await buildCommit(ownRoot, from.commit, signal, (step) => onStep(`${step} ${label}`));
  return { path: join(build.root, mainPath), close: () => build.close() };
}
