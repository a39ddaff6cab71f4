/** Why a connection or a transfer ended, where the other side said so. */
import { DataError, SnapdeltaError, WorldError } from '../../base/errors.js';
import { LocalFailure } from '../coding/local-failure.js';
import type { RefusalCode } from '../protocol/messages.js';

/** The peer refused, and closed. */
export class PeerRefusal extends WorldError {
  readonly code: RefusalCode;
  readonly #peer: string;
  readonly #reason: string;

  constructor(peer: string, code: RefusalCode, reason: string, hint = refusalHints[code]) {
    super(`${peer} refused (${code}): ${reason}`, { hint });
    this.code = code;
    this.#peer = peer;
    this.#reason = reason;
  }

  /** The same with a way out that fits better. */
  withHint(hint: string): PeerRefusal {
    return new PeerRefusal(this.#peer, this.code, this.#reason, hint);
  }
}

/** The peer gave up this transfer; the connection lives. */
export class PeerAbort extends WorldError {
  constructor(peer: string, reason: string) {
    super(`${peer} aborted the transfer: ${reason}`);
  }
}

/** What this side says when it ends a connection: the code for the peer, and the reason. */
export class Refusal extends DataError {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, reason: string) {
    super(reason);
    this.code = code;
  }
}

const refusalHints: Readonly<Record<RefusalCode, string>> = {
  version: 'upgrade the older side',
  malformed: 'one side is broken, or something between them is: upgrade both',
  order: 'one side is broken: upgrade both',
  limit: "keep within the peer's limits",
  unknown: 'list what the peer has',
  conflict:
    'give every agent a name of its own, a new one where its state was lost; and cut as the peer does',
  damaged: 'try again',
  busy: 'try again later',
  denied: 'ask whoever runs the peer',
  internal: 'try again; if it stays, ask whoever runs the peer',
  lost: 'push the snapshot again, ask another server, or name an older version',
};

/** Whether another attempt may succeed where this one failed. */
export function isWorthRetrying(error: unknown): boolean {
  if (error instanceof LocalFailure) return false;
  if (error instanceof PeerRefusal) return ['busy', 'internal', 'damaged'].includes(error.code);
  return error instanceof WorldError;
}

/** What to tell the peer about a failure on this side. */
export function refusalOf(error: unknown): { readonly code: RefusalCode; readonly reason: string } {
  if (error instanceof Refusal) return { code: error.code, reason: error.message };
  if (error instanceof DataError) return { code: 'malformed', reason: error.message };
  if (error instanceof SnapdeltaError && error.kind === 'world')
    return { code: 'internal', reason: error.message };
  return { code: 'internal', reason: 'an error of this side' };
}
