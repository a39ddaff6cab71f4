/**
 * A package's bytes as they arrive, made interruptible: waiting for the next piece ends when the signal fires, and a source that fails (a file
 * or a pipe) becomes a WorldError.
 */
import { CancelledError, throwIfCancelled } from '../../base/errors.js';
import { worldError } from '../snapshot/failures.js';

/** A file stream, the standard input, a diff's output, or an array of pieces. */
export type PackageBytes = (AsyncIterable<Uint8Array> | Iterable<Uint8Array>) & {
  /** Node's streams: ends a read that is under way, which their iterator's return() would wait for. */
  readonly destroy?: () => unknown;
};

export async function* packageSource(
  bytes: PackageBytes,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = Symbol.asyncIterator in bytes ? bytes[Symbol.asyncIterator]() : bytes[Symbol.iterator]();
  let isFinished = false;
  try {
    for (;;) {
      throwIfCancelled(signal);
      const result = await nextOf(iterator, signal);
      if (result.done === true) {
        isFinished = true;
        return;
      }
      yield result.value;
    }
  } catch (cause) {
    throw worldError(cause, 'read', 'the package');
  } finally {
    if (!isFinished) {
      // Not awaited: a source that hangs in a read would hang here too.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
      bytes.destroy?.();
    }
  }
}

type Next = IteratorResult<Uint8Array, unknown>;

function nextOf(
  iterator: AsyncIterator<Uint8Array, unknown> | Iterator<Uint8Array, unknown>,
  signal: AbortSignal | undefined,
): Promise<Next> {
  const next = Promise.resolve(iterator.next());
  if (signal === undefined) return next;
  return new Promise<Next>((resolve, reject) => {
    const stop = () => {
      reject(new CancelledError('cancelled', { cause: signal.reason }));
    };
    signal.addEventListener('abort', stop, { once: true });
    next.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
