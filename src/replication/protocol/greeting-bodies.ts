/**
 * Bodies of the messages that open and end a connection, and of lists. The hello and the refuse have the same layout in every version
 * for ever: they are read before a version is settled.
 */
import type { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, assert } from '../../base/errors.js';
import { nameBytesMax, snapshotBytesMax } from '../../base/limits.js';
import { fingerprintNames } from '../../engine/fingerprint/fingerprint.js';
import { readHex, readNumber, readText, readTexts, readVersion, readWord } from './fields.js';
import { writeHex, writeNumber, writeText, writeTexts, writeVersion, writeWord } from './fields.js';
import {
  capabilitiesMax,
  fingerprintsMax,
  listingRowsMax,
  segmentBytesMax,
  segmentBytesMin,
  versionsMax,
} from './limits.js';
import { capabilityNames, protocolVersions, refusalCodes } from './messages.js';
import type { Abort, Hello, List, ListedVersion, Listing, Refuse, Welcome } from './messages.js';

const versionNumberMax = 65535;

export function readHello(from: ByteReader): Hello {
  const versions: number[] = [];
  for (let left = readNumber(from, 'versions: count', versionsMax, 1); left > 0; left--) {
    versions.push(readNumber(from, 'versions', versionNumberMax, (versions.at(-1) ?? 0) + 1));
  }
  const hello: Hello = {
    type: 'hello',
    versions,
    name: readText(from, 'name', nameBytesMax, 1),
    software: readText(from, 'software'),
    capabilities: readTexts(from, 'capabilities', capabilitiesMax),
    fingerprints: readTexts(from, 'fingerprints', fingerprintsMax),
  };
  // A version that we do not know may have more to say.
  if (versions.some((version) => !isKnownVersion(version))) from.bytes(from.remaining, 'what follows');
  return hello;
}

export function writeHello(to: ByteWriter, hello: Hello): void {
  const ascends = hello.versions.every((version, i) => version > (hello.versions[i - 1] ?? 0));
  assert(ascends, 'versions ascend');
  writeNumber(to, 'versions: count', hello.versions.length, versionsMax, 1);
  for (const version of hello.versions) writeNumber(to, 'versions', version, versionNumberMax, 1);
  writeText(to, 'name', hello.name, nameBytesMax, 1);
  writeText(to, 'software', hello.software);
  writeTexts(to, 'capabilities', hello.capabilities, capabilitiesMax);
  writeTexts(to, 'fingerprints', hello.fingerprints, fingerprintsMax);
}

function isKnownVersion(version: number): boolean {
  return protocolVersions.some((known) => known === version);
}

export function readWelcome(from: ByteReader): Welcome {
  const number = readNumber(from, 'version', versionNumberMax, 1);
  const version = protocolVersions.find((known) => known === number);
  if (version === undefined) throw new DataError(`version ${number} was not offered`);
  const name = readText(from, 'name', nameBytesMax, 1);
  const software = readText(from, 'software');
  const named = version === 1 ? [] : readTexts(from, 'capabilities', capabilitiesMax);
  const capabilities = capabilityNames.filter((capability) => named.includes(capability));
  if (capabilities.length < named.length) throw new DataError('capabilities has one that was not offered');
  if (named.some((capability, i) => capability !== capabilities[i])) {
    throw new DataError('capabilities are not in order');
  }
  return {
    type: 'welcome',
    version,
    name,
    software,
    capabilities,
    fingerprint: readWord(from, 'fingerprint', fingerprintNames),
    chunker: readText(from, 'chunker', nameBytesMax, 1),
    segmentBytesMax: readNumber(from, 'segmentBytesMax', segmentBytesMax, segmentBytesMin),
  };
}

export function writeWelcome(to: ByteWriter, welcome: Welcome): void {
  writeNumber(to, 'version', welcome.version, versionNumberMax, 1);
  writeText(to, 'name', welcome.name, nameBytesMax, 1);
  writeText(to, 'software', welcome.software);
  const named = capabilityNames.filter((capability) => welcome.capabilities.includes(capability));
  assert(named.length === welcome.capabilities.length, 'capabilities are known, none twice');
  if (welcome.version === 1) assert(named.length === 0, 'version 1 has no capabilities');
  else writeTexts(to, 'capabilities', named, capabilitiesMax);
  writeWord(to, 'fingerprint', welcome.fingerprint, fingerprintNames);
  writeText(to, 'chunker', welcome.chunker, nameBytesMax, 1);
  writeNumber(to, 'segmentBytesMax', welcome.segmentBytesMax, segmentBytesMax, segmentBytesMin);
}

export function readList(from: ByteReader): List {
  return { type: 'list', volume: readText(from, 'volume') };
}

export function writeList(to: ByteWriter, { volume }: List): void {
  writeText(to, 'volume', volume);
}

const rowFlags = ['other', 'head'] as const;
const partFlags = ['more', 'last'] as const;

/** Whether this is the last of several messages that belong together. */
export function readIsLast(from: ByteReader): boolean {
  return readWord(from, 'last', partFlags) === 'last';
}

export function writeIsLast(to: ByteWriter, isLast: boolean): void {
  writeWord(to, 'last', isLast ? 'last' : 'more', partFlags);
}

export function readListing(from: ByteReader): Listing {
  const isLast = readIsLast(from);
  const rows: ListedVersion[] = [];
  for (let left = readNumber(from, 'rows: count', listingRowsMax); left > 0; left--) {
    rows.push({
      version: readVersion(from, 'version'),
      content: readHex(from, 'content'),
      totalBytes: readNumber(from, 'totalBytes', snapshotBytesMax),
      isHead: readWord(from, 'head', rowFlags) === 'head',
    });
  }
  return { type: 'listing', rows, isLast };
}

export function writeListing(to: ByteWriter, { rows, isLast }: Listing): void {
  writeIsLast(to, isLast);
  writeNumber(to, 'rows: count', rows.length, listingRowsMax);
  for (const row of rows) writeListedVersion(to, row);
}

export function writeListedVersion(to: ByteWriter, row: ListedVersion): void {
  writeVersion(to, 'version', row.version);
  writeHex(to, 'content', row.content);
  writeNumber(to, 'totalBytes', row.totalBytes, snapshotBytesMax);
  writeWord(to, 'head', row.isHead ? 'head' : 'other', rowFlags);
}

export function readAbort(from: ByteReader): Abort {
  return { type: 'abort', reason: readText(from, 'reason') };
}

export function writeAbort(to: ByteWriter, { reason }: Abort): void {
  writeText(to, 'reason', clipped(reason));
}

/** A code that we do not know, and whatever follows, is a later version's. */
export function readRefuse(from: ByteReader): Refuse {
  const code = refusalCodes[from.u8('code')] ?? 'internal';
  const reason = readText(from, 'reason');
  from.bytes(from.remaining, 'what follows');
  return { type: 'refuse', code, reason };
}

export function writeRefuse(to: ByteWriter, { code, reason }: Refuse): void {
  writeWord(to, 'code', code, refusalCodes);
  writeText(to, 'reason', clipped(reason));
}

/** A reason as it may travel: reasons often end in an error's message, which knows no such limits. */
function clipped(reason: string): string {
  const plain = reason.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  const room = new Uint8Array(nameBytesMax);
  const { written } = new TextEncoder().encodeInto(plain, room);
  return new TextDecoder().decode(room.subarray(0, written));
}
