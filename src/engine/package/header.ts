/** The header: PackageHeader <-> canonical CBOR (docs/formats/package-v1.md, "Header"). */
import { DataError, UsageError, assert } from '../../base/errors.js';
import { addressMax, entriesMax } from '../../base/limits.js';
import { fingerprintNames, fingerprints, type Fingerprint } from '../fingerprint/fingerprint.js';
import type { SnapshotId } from '../fingerprint/identity.js';
import { decodeCbor, encodeCbor, type CborMap, type CborValue } from './cbor.js';
import { Fields, nameProblem } from './fields.js';
import type { PackageHeader, ParameterValue } from './model.js';

const what = 'the header';

/** Throws UsageError for names and numbers that the format cannot hold: they come from options. */
export function encodeHeader(header: PackageHeader): Uint8Array {
  assert(header.base.fingerprint === header.target.fingerprint, 'both ids use the same fingerprint');
  checkName('volume', header.volume);
  checkName('strategy', header.strategy, 1);
  for (const [writer, count] of Object.entries(header.versions)) {
    checkName('writer', writer, 1);
    if (!(Number.isSafeInteger(count) && count >= 0))
      throw new UsageError(`version ${count} is not a whole number`);
  }
  for (const [key, value] of Object.entries(header.parameters)) {
    checkName('parameter', key, 1);
    if (typeof value === 'string') checkName(`parameter ${key}`, value);
    else if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      throw new UsageError(`parameter ${key}: ${value} is not a whole number`);
    }
  }
  if (!Number.isSafeInteger(header.timeMicros)) {
    throw new UsageError(`time ${header.timeMicros} is not a whole number of microseconds`);
  }
  return encodeCbor({
    volume: header.volume,
    form: header.form,
    fingerprint: header.target.fingerprint,
    base: idFields(header.base),
    target: idFields(header.target),
    versions: new Map(Object.entries(header.versions)),
    timeMicros: header.timeMicros,
    strategy: header.strategy,
    parameters: new Map(Object.entries(header.parameters)),
    sealing: header.sealing,
  });
}

export function decodeHeader(bytes: Uint8Array, tolerant: boolean): PackageHeader {
  const fields = Fields.ofMap(decodeCbor(bytes, what), what, tolerant);
  const fingerprint = fingerprints[fields.word('fingerprint', fingerprintNames)];
  if (fields.value('sealing') !== null) {
    throw new DataError('the package is sealed, which this version cannot open', {
      hint: 'update snapdelta',
    });
  }
  const header: PackageHeader = {
    volume: fields.name('volume'),
    form: fields.word('form', ['image', 'tree']),
    base: readId(fields.fields('base'), fingerprint),
    target: readId(fields.fields('target'), fingerprint),
    versions: readVersions(fields.map('versions')),
    timeMicros: fields.integer('timeMicros', -addressMax, addressMax),
    strategy: fields.name('strategy', 1),
    parameters: readParameters(fields.map('parameters')),
    sealing: null,
  };
  fields.end();
  return header;
}

function idFields(id: SnapshotId): CborMap {
  return new Map<string, CborValue>([
    ['content', id.content],
    ['metadata', id.metadata],
    ['totalBytes', id.totalBytes],
    ['entryCount', id.entryCount],
  ]);
}

function readId(fields: Fields, fingerprint: Fingerprint): SnapshotId {
  const id: SnapshotId = {
    fingerprint: fingerprint.name,
    content: fields.bytes('content', fingerprint.digestBytes),
    metadata: fields.bytes('metadata', fingerprint.digestBytes),
    totalBytes: fields.integer('totalBytes', 0, addressMax),
    entryCount: fields.integer('entryCount', 1, entriesMax),
  };
  fields.end();
  return id;
}

/** `Object.fromEntries` defines own properties, so a writer named `__proto__` is a name like any other. */
function readVersions(map: CborMap): Readonly<Record<string, number>> {
  const entries = [...map].map(([writer, count]): [string, number] => {
    checkKey('versions', writer);
    if (typeof count !== 'number' || count < 0) {
      throw new DataError(`${what}: versions has a count that is no whole number`);
    }
    return [writer, count];
  });
  return Object.fromEntries(entries);
}

function readParameters(map: CborMap): Readonly<Record<string, ParameterValue>> {
  const entries = [...map].map(([key, value]): [string, ParameterValue] => {
    checkKey('parameters', key);
    if (typeof value === 'string') {
      const problem = nameProblem(value);
      if (problem !== undefined) throw new DataError(`${what}: parameters: ${key} ${problem}`);
      return [key, value];
    }
    if (typeof value === 'number' || typeof value === 'boolean') return [key, value];
    throw new DataError(`${what}: parameters: ${key} is no text, number or boolean`);
  });
  return Object.fromEntries(entries);
}

function checkKey(field: string, key: string): void {
  const problem = nameProblem(key, 1);
  if (problem !== undefined) throw new DataError(`${what}: ${field} has a name that ${problem}`);
}

function checkName(role: string, name: string, bytesMin = 0): void {
  const problem = nameProblem(name, bytesMin);
  if (problem !== undefined) throw new UsageError(`${role} ${JSON.stringify(name)} ${problem}`);
}
