/** Signatures, against the keys that a reader trusts. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DataError, UsageError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { signRoot } from '../../../src/engine/package/signature.js';
import { content } from '../../support/pairs.js';
import { encode, handMade, literal, rebuilt } from './packages.js';
import { baseBytes, failureOf, good } from './refusal.js';

describe('signatures', () => {
  const ours = generateKeyPairSync('ed25519');
  const theirs = generateKeyPairSync('ed25519');
  const strong = handMade(baseBytes, [{ script: [literal(content(2, leafBytes))] }], 'blake3');
  const signed = encode(strong, (message) => signRoot(ours.privateKey, message));

  test('by a trusted key are accepted, by an unknown one only where none is required', async () => {
    const trusting = { trust: [theirs.publicKey, ours.publicKey], requireSignature: true };
    expect((await rebuilt(strong.base, signed, trusting)).summary.signatures).toMatchObject([
      { state: 'trusted' },
    ]);
    expect((await rebuilt(strong.base, signed)).summary.signatures).toMatchObject([{ state: 'unknown key' }]);
    const failure = await failureOf(strong.base, signed, {
      trust: [theirs.publicKey],
      requireSignature: true,
    });
    expect(failure).toBeInstanceOf(DataError);
    expect(failure.message).toMatch(/not signed by a trusted key: it is signed by [0-9a-f]{32} only/);
  });

  test('that are missing, impossible or forged are refused', async () => {
    const required = { trust: [ours.publicKey], requireSignature: true };
    expect((await failureOf(strong.base, encode(strong), required)).message).toMatch(/it has no signature/);
    expect((await failureOf(good.base, encode(good), required)).message).toMatch(
      /xxh3-128 packages cannot be signed/,
    );
    expect(await failureOf(good.base, signed, { requireSignature: true })).toBeInstanceOf(UsageError);
    const forged = encode(strong, (message) => ({
      ...signRoot(ours.privateKey, message),
      signature: new Uint8Array(64),
    }));
    expect((await failureOf(strong.base, forged, { trust: [ours.publicKey] })).message).toMatch(
      /does not match/,
    );
  });
});
