/** Errors about bytes know what is wrong; which file it was is added here. */
import { DataError } from '../../base/errors.js';

/** Puts the file's name before what is wrong with its bytes. */
export function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw namedError(path, error);
  }
}

/** As `named`, for work that takes its time. */
export async function namedAsync<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw namedError(path, error);
  }
}

function namedError(path: string, error: unknown): unknown {
  if (!(error instanceof DataError)) return error;
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new DataError(`${path === '-' ? 'stdin' : path}: ${error.message}`, { ...hint, cause: error });
}
