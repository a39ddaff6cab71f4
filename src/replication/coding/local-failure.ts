/** Failures of files of this side: what is sent, what is restored. Another connection would not help. */
import { WorldError } from '../../base/errors.js';

export class LocalFailure extends WorldError {
  constructor(cause: WorldError) {
    super(cause.message, cause.hint === undefined ? { cause } : { cause, hint: cause.hint });
  }
}

/** Runs what touches a local file; what the world refuses there is a LocalFailure. */
export function local<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asLocal(error);
  }
}

/** As `local`, for work that takes its time. */
export async function localAsync<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asLocal(error);
  }
}

function asLocal(error: unknown): unknown {
  return error instanceof WorldError && !(error instanceof LocalFailure) ? new LocalFailure(error) : error;
}
