/**
 * CPU profiles through the inspector, in the format that Chrome's and VS Code's profilers open. Only the calling thread is sampled, so
 * what is to be seen must run on it.
 */
import { Session } from 'node:inspector/promises';
import { writeOutput } from './output.js';

/** Runs `work` under the profiler and writes what it saw to `path`; without a path it only runs. */
export async function withCpuProfile<T>(
  path: string | undefined,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  if (path === undefined) return work();
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    const result = await work();
    const { profile } = await session.post('Profiler.stop');
    await writeOutput(path, [Buffer.from(JSON.stringify(profile))], signal);
    return result;
  } finally {
    session.disconnect();
  }
}
