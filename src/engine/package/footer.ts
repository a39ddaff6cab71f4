/** The footer: PackageFooter <-> canonical CBOR (docs/formats/package-v1.md, "Footer"). */
import { DataError } from '../../base/errors.js';
import { segmentsMax, signaturesMax } from '../../base/limits.js';
import type { Fingerprint } from '../fingerprint/fingerprint.js';
import { decodeCbor, encodeCbor, type CborValue } from './cbor.js';
import { Fields } from './fields.js';
import type { PackageFooter, PackageSignature } from './model.js';
import { keyIdBytes, signatureBytes } from './signature.js';

const what = 'the footer';

export function encodeFooter(footer: PackageFooter): Uint8Array {
  return encodeCbor({
    segmentCount: footer.segmentCount,
    root: footer.root,
    signatures: footer.signatures.map(
      ({ algorithm, keyId, signature }): CborValue =>
        new Map<string, CborValue>([
          ['algorithm', algorithm],
          ['keyId', keyId],
          ['signature', signature],
        ]),
    ),
  });
}

export function decodeFooter(bytes: Uint8Array, fingerprint: Fingerprint, tolerant: boolean): PackageFooter {
  const fields = Fields.ofMap(decodeCbor(bytes, what), what, tolerant);
  const footer: PackageFooter = {
    segmentCount: fields.integer('segmentCount', 0, segmentsMax),
    root: fields.bytes('root', fingerprint.digestBytes),
    signatures: fields
      .list('signatures', signaturesMax)
      .map((value) => readSignature(Fields.ofMap(value, `${what}: a signature`, tolerant))),
  };
  fields.end();
  if (footer.signatures.length > 0 && !fingerprint.collisionResistant) {
    throw new DataError(`signatures need a collision-resistant fingerprint, not ${fingerprint.name}`);
  }
  return footer;
}

function readSignature(fields: Fields): PackageSignature {
  const signature: PackageSignature = {
    algorithm: fields.word('algorithm', ['ed25519']),
    keyId: fields.bytes('keyId', keyIdBytes),
    signature: fields.bytes('signature', signatureBytes),
  };
  fields.end();
  return signature;
}
