import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { UsageError, present } from '../../../src/base/errors.js';
import { fingerprints } from '../../../src/engine/fingerprint/fingerprint.js';
import { PackageDecoder } from '../../../src/engine/package/decode.js';
import { keyIdOf, rootMessage, signRoot, verifySignature } from '../../../src/engine/package/signature.js';
import { encodeModel, hasherFor, imageModel, type Model } from './samples.js';

/** The Ed25519 key of RFC 8032, section 7.1, test 1, so that signatures here are the same each time. */
const privateKey = createPrivateKey({
  key: Buffer.from(
    '302e020100300506032b657004220420' + '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'hex',
  ),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = createPublicKey(privateKey);
const otherKey = generateKeyPairSync('ed25519').publicKey;

function readSigned(model: Model): {
  message: Uint8Array;
  signatures: readonly Parameters<typeof verifySignature>[2][];
} {
  const decoder = new PackageDecoder(hasherFor);
  const items = decoder.receive(encodeModel(model, (message) => signRoot(privateKey, message)));
  decoder.end();
  const last = items.at(-1);
  return {
    message: present(decoder.rootMessage, 'message'),
    signatures: last?.type === 'footer' ? last.footer.signatures : [],
  };
}

describe('signatures', () => {
  test.each(['blake3', 'sha256'] as const)('a %s package is signed and verified', (fingerprint) => {
    const { message, signatures } = readSigned(imageModel([10, 20], fingerprint));
    const signature = present(signatures[0], 'signature');
    expect(signatures).toHaveLength(1);
    expect(verifySignature(publicKey, message, signature)).toBe(true);
    expect(verifySignature(otherKey, message, signature)).toBe(false);
    const changed = message.map((byte, at) => (at === message.length - 1 ? byte ^ 1 : byte));
    expect(verifySignature(publicKey, changed, signature)).toBe(false);
    const forged = {
      ...signature,
      signature: signature.signature.map((byte, at) => (at === 5 ? byte ^ 1 : byte)),
    };
    expect(verifySignature(publicKey, message, forged)).toBe(false);
    expect(verifySignature(otherKey, message, { ...signature, keyId: keyIdOf(otherKey) })).toBe(false);
  });

  test('the message binds fingerprint, package id, segment count and root', () => {
    const id = new Uint8Array(32).fill(1);
    const root = new Uint8Array(32).fill(2);
    const message = rootMessage(fingerprints.blake3, id, 3, root);
    const text = Buffer.from('snapdelta package root v1\0').toString('hex');
    expect(Buffer.from(message).toString('hex')).toBe(
      `${text}1e20${'01'.repeat(32)}03000000${'02'.repeat(32)}`,
    );
    const others = [
      rootMessage(fingerprints.sha256, id, 3, root),
      rootMessage(fingerprints.blake3, root, 3, root),
      rootMessage(fingerprints.blake3, id, 4, root),
      rootMessage(fingerprints.blake3, id, 3, id),
    ];
    for (const other of others) expect(other).not.toEqual(message);
  });

  test('what changes the package changes the message', () => {
    const messages = [
      imageModel([10, 20], 'sha256'),
      imageModel([20, 10], 'sha256'),
      imageModel([10], 'sha256'),
    ].map((model) => Buffer.from(readSigned(model).message).toString('hex'));
    expect(new Set(messages).size).toBe(3);
  });

  test('xxh3-128 packages cannot be signed', () => {
    expect(() => encodeModel(imageModel([10]), (message) => signRoot(privateKey, message))).toThrow(
      UsageError,
    );
    expect(() => encodeModel(imageModel([10]), (message) => signRoot(privateKey, message))).toThrow(
      'not collision-resistant',
    );
  });

  test('other keys are refused as wrong use', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const message = new Uint8Array(10);
    expect(() => signRoot(rsa.privateKey, message)).toThrow(UsageError);
    expect(() => signRoot(publicKey, message)).toThrow(UsageError);
    expect(() => keyIdOf(rsa.publicKey)).toThrow(UsageError);
    expect(() => keyIdOf(privateKey)).toThrow(UsageError);
  });

  test('a key id is the start of the SHA-256 of the SPKI', () => {
    // openssl pkey -pubin -outform DER | sha256sum, for the key of RFC 8032.
    expect(Buffer.from(keyIdOf(publicKey)).toString('hex')).toBe('06e3fd8fda29bb60ab59557de61edb0a');
  });
});
