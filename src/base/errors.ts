/**
 * The closed family of failures. Every error that leaves snapdelta on purpose is one of these, and each kind has
 * its own exit code, so that scripts can tell a wrong option from damaged data from a full disk.
 *
 * Three kinds of failure exist (docs/architecture.md): `assert` for our own bug, a `SnapdeltaError` for the
 * world, and a discriminated union for outcomes that a caller is expected to handle.
 */

export const exitCodes = {
  /** Done; the verdict, if any, is pass. */
  ok: 0,
  /** The verdict is no. */
  rejected: 1,
  /** Wrong use or configuration. */
  usage: 2,
  /** Data is not exact or not authentic. */
  data: 3,
  /** Too few samples. */
  inconclusive: 4,
  /** The world failed: file, disk, network, peer. */
  world: 5,
  /** Same inputs, other result. */
  nondeterministic: 6,
  /** Our own bug. */
  bug: 70,
  /** Stopped by the user (128 + SIGINT, as shells do). */
  cancelled: 130,
} as const;

export type FailureKind = 'usage' | 'data' | 'world' | 'nondeterministic' | 'bug' | 'cancelled';

export interface FailureDetail {
  /** The way out, as one sentence: what the user can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of the family. `message` names the cause in one line, `hint` the way out. */
export abstract class SnapdeltaError extends Error {
  abstract readonly kind: FailureKind;
  readonly hint: string | undefined;

  constructor(message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
    this.hint = detail.hint;
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** Wrong use or configuration: an option, profile, strategy or parameter that cannot be meant. Exit 2. */
export class UsageError extends SnapdeltaError {
  readonly kind = 'usage';
}

/** Bytes that are not what they claim: truncated, corrupted, hostile, foreign, or a wrong base. Exit 3. */
export class DataError extends SnapdeltaError {
  readonly kind = 'data';
}

/** The world failed: a file vanished or cannot be read, a disk is full, a peer went away. Exit 5. */
export class WorldError extends SnapdeltaError {
  readonly kind = 'world';
}

/** The same inputs gave another result. Exit 6. */
export class NondeterminismError extends SnapdeltaError {
  readonly kind = 'nondeterministic';
}

/** An invariant of ours does not hold. Exit 70. */
export class BugError extends SnapdeltaError {
  readonly kind = 'bug';
}

/** The caller's AbortSignal fired, or the user pressed Ctrl-C. Exit 130. */
export class CancelledError extends SnapdeltaError {
  readonly kind = 'cancelled';
}

/** States an invariant. A failure is our bug, never the user's: validate input with a typed error instead. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new BugError(`invariant broken: ${invariant}`);
}

/** For an index that the code has already bounded: turns `T | undefined` into `T`. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new BugError(`invariant broken: ${what} is missing`);
  return value;
}

/** For the default branch of a switch over a closed union. */
export function unreachable(value: never): never {
  throw new BugError(`invariant broken: unexpected ${JSON.stringify(value)}`);
}

/** Throws a `CancelledError` when the signal has fired. Call it between regions, not between bytes. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CancelledError('cancelled', { cause: signal.reason });
}

/** An error as plain data, to cross a thread border. */
export interface PlainFailure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly hint: string | undefined;
}

/** What to send home instead of an error: anything that is not of the family is our bug. */
export function toPlainFailure(error: unknown): PlainFailure {
  if (error instanceof SnapdeltaError) return { kind: error.kind, message: error.message, hint: error.hint };
  return {
    kind: 'bug',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    hint: undefined,
  };
}

export function fromPlainFailure(failure: PlainFailure): SnapdeltaError {
  const detail = failure.hint === undefined ? {} : { hint: failure.hint };
  switch (failure.kind) {
    case 'usage':
      return new UsageError(failure.message, detail);
    case 'data':
      return new DataError(failure.message, detail);
    case 'world':
      return new WorldError(failure.message, detail);
    case 'nondeterministic':
      return new NondeterminismError(failure.message, detail);
    case 'cancelled':
      return new CancelledError(failure.message, detail);
    case 'bug':
      return new BugError(failure.message, detail);
  }
}
