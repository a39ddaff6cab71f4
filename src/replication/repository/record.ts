/** Version records: one object a version, whose creation is the commit. */
import { DataError } from '../../base/errors.js';
import { addressMax } from '../../base/limits.js';
import { decodeCbor, encodeCbor } from '../../engine/package/cbor.js';
import { Fields } from '../../engine/package/fields.js';
import { readVersion, versionItem } from '../versions/codec.js';
import type { Version } from '../versions/version.js';
import { hexOf, type Hashing } from './hashing.js';
import { manifestKey, prefixes, seal, unsealWhole, versionKey } from './objects.js';
import type { StoredVersion } from './repository.js';

export function recordKey({ volume, dot }: Version, hashing: Hashing): string {
  return versionKey(hashing, volume, dot.writer, dot.counter);
}

export function encodeRecord(stored: StoredVersion, hashing: Hashing): Uint8Array {
  return seal('version', recordKey(stored.version, hashing), headOf(stored), hashing).bytes;
}

function headOf(stored: StoredVersion): Uint8Array {
  return encodeCbor({
    version: versionItem(stored.version),
    content: Buffer.from(stored.content, 'hex'),
    metadata: Buffer.from(stored.metadata, 'hex'),
    totalBytes: stored.totalBytes,
    manifest: Buffer.from(stored.manifest.slice(prefixes.manifests.length), 'hex'),
  });
}

/** Throws DataError for anything but the intact record of this key. */
export function decodeRecord(bytes: Uint8Array, key: string, hashing: Hashing): StoredVersion {
  const { head } = unsealWhole('version', key, bytes, hashing);
  const fields = Fields.ofMap(decodeCbor(head, key), key, false);
  const version = readVersion(fields.value('version'), `${key}: version`);
  const stored: StoredVersion = {
    version,
    content: hexOf(fields.bytes('content', hashing.width)),
    metadata: hexOf(fields.bytes('metadata', hashing.width)),
    totalBytes: fields.integer('totalBytes', 0, addressMax),
    manifest: manifestKey(fields.bytes('manifest', hashing.width)),
  };
  fields.end();
  if (recordKey(version, hashing) !== key) throw new DataError(`${key} is the record of another version`);
  return stored;
}

/** Whether both speak of the same snapshot in the same place of the history; how it was cut and where its manifest lies does not matter. */
export function isSameVersion(a: StoredVersion, b: StoredVersion): boolean {
  const manifest = '';
  return Buffer.compare(headOf({ ...a, manifest }), headOf({ ...b, manifest })) === 0;
}
