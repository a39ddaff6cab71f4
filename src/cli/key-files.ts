/**
 * Keys as files: Ed25519, PEM (PKCS #8 for the private key, SubjectPublicKeyInfo for the public one), as OpenSSL reads and writes them.
 */
import type { KeyObject } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { nodeCrypto } from '../base/builtins.js';
import { UsageError } from '../base/errors.js';
import { keyIdOf } from '../engine/package/signature.js';
import { errorCode, orWorldError } from '../engine/snapshot/failures.js';
import { hex } from './text/hex.js';

/** Writes `path` (mode 0600) and `path`.pub. Refuses to replace either. */
export function createKeyPair(path: string): { readonly keyId: string } {
  const { privateKey, publicKey } = nodeCrypto().generateKeyPairSync('ed25519');
  writeNew(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 0o600);
  try {
    writeNew(`${path}.pub`, publicKey.export({ type: 'spki', format: 'pem' }) as string, 0o644);
  } catch (error) {
    rmSync(path);
    throw error;
  }
  return { keyId: hex(keyIdOf(publicKey)) };
}

/** Throws UsageError for a file that is no Ed25519 private key, WorldError for one that cannot be read. */
export function readPrivateKey(path: string): KeyObject {
  return readKey(path, 'private', (pem) => nodeCrypto().createPrivateKey(pem));
}

/** As `readPrivateKey`, for a public key. */
export function readPublicKey(path: string): KeyObject {
  return readKey(path, 'public', (pem) => {
    // createPublicKey would also derive one from a private key, which must not travel to where packages are checked.
    if (pem.includes('PRIVATE KEY')) throw new TypeError('a private key');
    return nodeCrypto().createPublicKey(pem);
  });
}

function readKey(path: string, role: 'private' | 'public', parse: (pem: string) => KeyObject): KeyObject {
  const pem = orWorldError('read', path, () => readFileSync(path, 'utf8'));
  try {
    const key = parse(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, with the way out; the parser's own words are about ASN.1.
  }
  throw new UsageError(`${path} is not an Ed25519 ${role} key in PEM`, {
    hint: 'make a pair with: snapdelta keys init FILE',
  });
}

/** Creates a file that must not exist yet, whole or not at all. Throws UsageError, WorldError. */
export function writeNew(path: string, text: string, mode: number): void {
  let file: number;
  try {
    file = openSync(path, 'wx', mode);
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') {
      throw new UsageError(`${path} exists already: a key is never replaced`, {
        hint: 'choose another name',
      });
    }
    return orWorldError('create', path, () => {
      throw cause;
    });
  }
  try {
    orWorldError('write', path, () => writeSync(file, text));
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}
