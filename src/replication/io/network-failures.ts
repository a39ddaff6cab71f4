/**
 * What TLS and TCP throw, as failures of ours: one line that says what could not be done, why, and the way out. A party that is not who it should be is a DataError (not
 * authentic: another attempt would not help), everything else is the world's.
 *
 * Source: Node's documentation, "TLS: X509 certificate error codes", and the error names of OpenSSL.
 */
import { DataError, SnapdeltaError, WorldError } from '../../base/errors.js';
import { errorCode } from '../../engine/snapshot/failures.js';

const unreachable: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ECONNREFUSED: ['nobody listens there', 'check the address, and that the server runs'],
  ECONNRESET: ['the connection was cut', 'try again; if it stays, look into the log of the other side'],
  EPIPE: ['the connection was cut', 'try again; if it stays, look into the log of the other side'],
  ETIMEDOUT: ['it does not answer', 'check the address and the server'],
  EHOSTUNREACH: ['no way leads there', 'check the address and the network'],
  ENETUNREACH: ['no way leads there', 'check the address and the network'],
  ENOTFOUND: ['no such host is known', 'check the name'],
  EAI_AGAIN: ['its name cannot be looked up now', 'try again later, or give an address'],
  EADDRINUSE: ['another process listens there', 'choose another port, or 0 for any that is free'],
  EADDRNOTAVAIL: ['this machine has no such address', 'check the address'],
  EACCES: ['permission is denied', 'choose a port from 1024'],
};

const inauthentic: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  CERT_HAS_EXPIRED: ['its certificate has expired', 'make it a new one with: snapdelta keys init'],
  CERT_NOT_YET_VALID: ['its certificate is not valid yet', 'set the clocks right'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'its certificate has other host names',
    'reach it by a name that its certificate has, or make it one with that --host',
  ],
  INVALID_PURPOSE: [
    'its certificate is for another purpose',
    'give servers the identities of servers, and agents those of agents',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'its certificate is of another authority',
    'give both sides identities of one authority',
  ],
};
const foreign = inauthentic['UNABLE_TO_VERIFY_LEAF_SIGNATURE'] ?? ['', ''];

/** Codes of certificates that do not lead to our authority. */
const foreignCodes =
  /^(DEPTH_ZERO_)?SELF_SIGNED_CERT|^UNABLE_TO_(GET|VERIFY|DECODE|DECRYPT)|^CERT_(SIGNATURE|UNTRUSTED|REJECTED|CHAIN)|^INVALID_CA/;
/** Alerts by which the other side says that it does not take our certificate. */
const alertCodes = /ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT)/;

/** For what was thrown while `action` ("reach", "listen on") was tried on `address`. Errors of ours pass unchanged. */
export function networkError(cause: unknown, action: string, address: string): SnapdeltaError {
  if (cause instanceof SnapdeltaError) return cause;
  const code = errorCode(cause);
  const known = inauthentic[code] ?? (foreignCodes.test(code) ? foreign : undefined);
  if (known !== undefined) {
    const [why, hint] = known;
    return new DataError(`${address} is not authentic: ${why}`, { hint, cause });
  }
  if (alertCodes.test(code)) {
    return new DataError(`${address} does not take this side's certificate`, {
      hint: 'give both sides identities of one authority; the log of the other side says more',
      cause,
    });
  }
  if (code.startsWith('ERR_SSL_')) {
    return new WorldError(`cannot ${action} ${address}: it does not speak TLS 1.3`, {
      hint: 'check that a snapdelta server listens there',
      cause,
    });
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  const [why, hint] = unreachable[code] ?? [code === '' ? text : code, undefined];
  return new WorldError(
    `cannot ${action} ${address}: ${why}`,
    hint === undefined ? { cause } : { hint, cause },
  );
}

/** Why a party was not let in, for the log. Node gives an error, or its code alone, in spite of its types. */
export function refusalReason(cause: Error | string | null | undefined): string {
  const code = typeof cause === 'string' ? cause : errorCode(cause);
  if (code === 'UNABLE_TO_GET_ISSUER_CERT') return 'it has no certificate of our authority';
  const known = inauthentic[code]?.[0] ?? (foreignCodes.test(code) ? foreign[0] : undefined);
  if (known !== undefined) return known;
  if (code.startsWith('ERR_SSL_')) return `it does not speak TLS 1.3 (${code})`;
  return cause instanceof Error ? cause.message : code;
}
