/**
 * The manifest file: Manifest <-> bytes (docs/formats/manifest-v1.md). Preamble, one canonical CBOR map whose
 * tables are byte strings, and a digest over both. Decoding proves that the id follows from the entries, and that
 * the blocks cover each file exactly.
 */
import { DataError, assert } from '../../base/errors.js';
import {
  addressMax,
  blockBytesMax,
  blockBytesMin,
  cborItemsMax,
  leafBytes,
  manifestBytesMax,
} from '../../base/limits.js';
import { mixedBlockBytesMax, mixedBlockBytesMin } from '../chunk/mixed.js';
import { chunkerNames, chunkerProblem, type ChunkerSpec, type Cutting } from '../chunk/spec.js';
import { fingerprintNames, type FingerprintName, type Hasher } from '../fingerprint/fingerprint.js';
import { equalContent, snapshotId } from '../fingerprint/identity.js';
import type { BlockListing, Manifest } from '../fingerprint/manifest.js';
import { merkleRoot } from '../fingerprint/merkle.js';
import { checkEntries } from '../snapshot/entry-rules.js';
import { newestTime, shapeOf } from '../snapshot/shape.js';
import { decodeFirstCbor, encodeCbor, type CborValue } from './cbor.js';
import { decodeEntries, encodeEntries } from './columns.js';
import { Fields, nameProblem } from './fields.js';
import {
  blockLengths,
  checkRules,
  fileDigests,
  readEnds,
  readOrigins,
  readRuns,
  spreadDigests,
  writeRuns,
} from './manifest-tables.js';
import { checkPreamble, encodePreamble, formatMinor, preambleBytes } from './format.js';

const what = 'the manifest';

/** Throws DataError where the manifest breaks a rule that its reader would name (a volume name, the size limit). */
export function encodeManifest(manifest: Manifest, hasher: Hasher): Uint8Array {
  assert(manifest.fingerprint === hasher.fingerprint.name, "the hasher is the manifest's");
  const problem = nameProblem(manifest.volume);
  if (problem !== undefined) throw new DataError(`${what}: volume ${problem}`);
  const document = encodeCbor({
    volume: manifest.volume,
    form: manifest.form,
    timeMicros: manifest.timeMicros,
    fingerprint: manifest.fingerprint,
    chunker: new Map<string, CborValue>(Object.entries(manifest.chunker)),
    content: manifest.id.content,
    metadata: manifest.id.metadata,
    entries: encodeEntries(manifest.entries),
    entryDigests: fileDigests(manifest, manifest.entryDigests, hasher.fingerprint.digestBytes),
    blockLengths: blockLengths(manifest.layout, manifest.chunker, manifest.blocks.ends),
    blockDigests: manifest.blocks.digests,
    origins: [...manifest.origins],
    originRuns: writeRuns(manifest.originRuns),
  });
  const width = hasher.fingerprint.digestBytes;
  const bytes = new Uint8Array(preambleBytes + document.length + width);
  if (bytes.length > manifestBytesMax)
    throw new DataError(`${what} has ${bytes.length} bytes, more than ${manifestBytesMax}`);
  bytes.set(encodePreamble('manifest'));
  bytes.set(document, preambleBytes);
  const end = bytes.length - width;
  bytes.set(fileDigest(bytes.subarray(0, end), hasher), end);
  return bytes;
}

/** Longer ones are made anew each time: they would take as much memory as the manifest itself. */
const keptBytesMax = 64 * 1024;

/** By manifest, as long as that lives. */
const kept = new WeakMap<Manifest, Uint8Array>();

/**
 * As encodeManifest, for those who ask again and again: a push does so four times on each side. The same array may come each time; nobody changes it or the
 * manifest.
 */
export function manifestFile(manifest: Manifest, hasher: Hasher): Uint8Array {
  const known = kept.get(manifest);
  if (known !== undefined) return known;
  const bytes = encodeManifest(manifest, hasher);
  if (bytes.length <= keptBytesMax) kept.set(manifest, bytes);
  return bytes;
}

/** Size of the manifest file that a holder of this listing would send: its own where it is one, else one without a history. */
export function manifestBytes(listing: BlockListing | Manifest, hasher: Hasher): number {
  if ('originRuns' in listing) return encodeManifest(listing, hasher).length;
  const count = listing.blocks.ends.length;
  const originRuns = count === 0 ? [] : [{ origin: 0, blocks: count }];
  const history = { origins: [listing.id.content], originRuns };
  return encodeManifest({ ...listing, volume: '', timeMicros: newestTime(listing), ...history }, hasher)
    .length;
}

/**
 * `hasherFor` gives a hasher of the manifest's fingerprint; called once. Throws DataError for anything but a whole,
 * consistent manifest.
 */
export function decodeManifest(
  bytes: Uint8Array,
  hasherFor: (fingerprint: FingerprintName) => Hasher,
): Manifest {
  if (bytes.length > manifestBytesMax)
    throw new DataError(`${what} has ${bytes.length} bytes, more than ${manifestBytesMax}`);
  if (bytes.length === 0) throw new DataError('not a snapdelta manifest: it is empty');
  const minor = checkPreamble(bytes, 'manifest');
  if (minor === undefined) throw truncated();
  const body = bytes.subarray(preambleBytes);
  if (body.length === 0) throw truncated();
  const { value, length } = decodeFirstCbor(body, what);
  const fields = Fields.ofMap(value, what, minor > formatMinor);
  const fingerprint = fields.word('fingerprint', fingerprintNames);
  const hasher = hasherFor(fingerprint);
  checkFileDigest(bytes, preambleBytes + length, hasher);
  return readDocument(fields, fingerprint, hasher);
}

function readDocument(fields: Fields, fingerprint: FingerprintName, hasher: Hasher): Manifest {
  const width = hasher.fingerprint.digestBytes;
  const volume = fields.name('volume');
  const form = fields.word('form', ['image', 'tree']);
  const timeMicros = fields.integer('timeMicros', -addressMax, addressMax);
  const chunker = readChunker(fields.fields('chunker'));
  const content = fields.bytes('content', width);
  const metadata = fields.bytes('metadata', width);
  const entries = decodeEntries(fields.fields('entries'), what);
  checkEntries(form, entries, what);
  const shape = shapeOf({ form, entries });
  if (chunker.name === 'mixed') checkRules(shape, chunker.rules);
  const entryDigests = spreadDigests(shape, fields.bytes('entryDigests'), width);
  const lengths = fields.bytes('blockLengths');
  const digests = fields.bytes('blockDigests');
  const ends = readEnds(shape, chunker, lengths, digests.length / width);
  const origins = readOrigins(fields.list('origins', cborItemsMax), content, width);
  const originRuns = readRuns(fields.bytes('originRuns'), origins.length, ends.length);
  fields.end();
  const id = snapshotId(hasher, shape, entryDigests);
  if (!equalContent(id, { ...id, content }) || Buffer.compare(id.metadata, metadata) !== 0) {
    throw new DataError(`${what}'s id does not match its entries`);
  }
  const blocks = { ends, digests };
  return {
    ...shape,
    volume,
    timeMicros,
    id,
    fingerprint,
    chunker,
    entryDigests,
    blocks,
    origins,
    originRuns,
  };
}

function readChunker(fields: Fields): Cutting {
  const size = (name: string): number => fields.integer(name, blockBytesMin, blockBytesMax);
  const name = fields.word('name', ['mixed', ...chunkerNames] as const);
  if (name === 'mixed') return readMixed(fields);
  const chunker: ChunkerSpec =
    name === 'fixed'
      ? { name, blockBytes: size('blockBytes') }
      : { name, minBytes: size('minBytes'), averageBytes: size('averageBytes'), maxBytes: size('maxBytes') };
  fields.end();
  const problem = chunkerProblem(chunker);
  if (problem !== undefined) throw new DataError(`${what}: chunker ${problem}`);
  return chunker;
}

function readMixed(fields: Fields): Cutting {
  const blockBytes = fields.integer('blockBytes', mixedBlockBytesMin, mixedBlockBytesMax);
  const rules = fields.bytes('rules');
  fields.end();
  const problem = chunkerProblem({ name: 'fixed', blockBytes });
  if (problem !== undefined) throw new DataError(`${what}: chunker ${problem}`);
  return { name: 'mixed', blockBytes, rules };
}

function checkFileDigest(bytes: Uint8Array, end: number, hasher: Hasher): void {
  const stated = bytes.subarray(end);
  const width = hasher.fingerprint.digestBytes;
  if (stated.length < width) throw truncated();
  if (stated.length > width)
    throw new DataError(`${what} is followed by ${stated.length - width} surplus bytes`);
  if (Buffer.compare(fileDigest(bytes.subarray(0, end), hasher), stated) !== 0) {
    throw new DataError(`${what} is damaged`, { hint: 'make or fetch it again' });
  }
}

/** Merkle root over the digests of 64 KiB pieces. */
function fileDigest(bytes: Uint8Array, hasher: Hasher): Uint8Array {
  const width = hasher.fingerprint.digestBytes;
  const digests = new Uint8Array(Math.ceil(bytes.length / leafBytes) * width);
  for (let at = 0, piece = 0; at < bytes.length; at += leafBytes, piece++) {
    digests.set(hasher.digest(bytes.subarray(at, at + leafBytes)), piece * width);
  }
  return merkleRoot(hasher, digests);
}

function truncated(): DataError {
  return new DataError(`${what} is truncated`, { hint: 'make or fetch it again' });
}
