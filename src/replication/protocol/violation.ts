/**
 * What the other side did against the protocol: a value among the events of a connection, never an exception that leaves it. It names the code
 * of the refuse message that answers it; the connection is over.
 */
import { DataError } from '../../base/errors.js';
import type { RefusalCode } from './messages.js';

/** Codes of what a connection itself finds. The others are the session's. */
export type ViolationCode = Extract<RefusalCode, 'version' | 'damaged' | 'malformed' | 'order' | 'limit'>;

export interface Violation {
  readonly type: 'violation';
  readonly code: ViolationCode;
  /** One line, fit for a refuse message. */
  readonly reason: string;
}

/** How a violation travels inside this folder. A plain DataError of the field readers counts as `malformed`. */
export class ProtocolError extends DataError {
  readonly code: ViolationCode;

  constructor(code: ViolationCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The violation that a failed read stands for. Whatever is no DataError is our bug and goes on. */
export function violationOf(error: unknown): Violation {
  if (!(error instanceof DataError)) throw error;
  const code = error instanceof ProtocolError ? error.code : 'malformed';
  return { type: 'violation', code, reason: error.message };
}
