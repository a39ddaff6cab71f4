/** A CPU profile of this thread, in the format that Chrome's developer tools open (Performance, load profile) and VS Code shows. */
import { Session } from 'node:inspector/promises';
import { replaceFile } from './output-file.js';

/** Runs the work while it is profiled and writes the profile to `path`. Nothing is written when the work fails. */
export async function withCpuProfile<T>(path: string, work: () => Promise<T>): Promise<T> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    const value = await work();
    const { profile } = await session.post('Profiler.stop');
    replaceFile(path, JSON.stringify(profile));
    return value;
  } finally {
    session.disconnect();
  }
}
