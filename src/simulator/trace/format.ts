/** The trace file written and read: docs/formats/trace-v2.md. A reader trusts no length and no number: DataError names the field. */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';

const magic = Uint8Array.of(0x89, 0x53, 0x44, 0x54, 0x0d, 0x0a, 0x1a, 0x0a);
/** Without and with the run that the records came from. */
const plainVersion = 1;
const runVersion = 2;
const nameTag = 0;
const endTag = 1;
const entityTagMin = 2;
/** Names are ours and short; what is longer is no trace. */
const nameBytesMax = 1024;
/** Entities and kinds of one run: thousands at most, even with a name for every link. */
const nameCountMax = 1 << 20;
/** A scenario whose every fault is written out, 100 bytes each, a hundred thousand of them. */
const runBytesMax = 1 << 24;

export interface TraceRecord {
  readonly atNs: number;
  readonly entity: string;
  readonly kind: string;
  readonly detail: number;
}

export class TraceWriter {
  readonly #bytes = new ByteWriter();
  #atNs = 0;
  #count = 0;

  constructor() {
    this.#bytes.bytes(magic);
    this.#bytes.u16(plainVersion);
  }

  name(id: number, text: string): void {
    const utf8 = new TextEncoder().encode(text);
    this.#bytes.varint(nameTag);
    this.#bytes.varint(id);
    this.#bytes.varint(utf8.length);
    this.#bytes.bytes(utf8);
  }

  event(atNs: number, entity: number, kind: number, detail: number): void {
    this.#bytes.varint(entity + entityTagMin);
    this.#bytes.varint(kind);
    this.#bytes.varint(atNs - this.#atNs);
    this.#bytes.varint(detail);
    this.#atNs = atNs;
    this.#count++;
  }

  finish(digest: string): Uint8Array {
    this.#bytes.varint(endTag);
    this.#bytes.varint(this.#count);
    this.#bytes.bytes(Buffer.from(digest, 'hex'));
    return this.#bytes.finish();
  }
}

/** A whole trace of version 1 as one of version 2, which says what run it is of. */
export function withRun(file: Uint8Array, run: string): Uint8Array {
  const utf8 = new TextEncoder().encode(run);
  const bytes = new ByteWriter();
  bytes.bytes(magic);
  bytes.u16(runVersion);
  bytes.varint(utf8.length);
  bytes.bytes(utf8);
  bytes.bytes(file.subarray(magic.length + 2));
  return bytes.finish();
}

export interface ReadTrace {
  /** As withRun() had it; undefined in version 1. */
  readonly run: string | undefined;
  readonly records: readonly TraceRecord[];
  readonly digest: string;
}

/** Whether a file begins as a trace does. */
export function isTrace(file: Uint8Array): boolean {
  return file.length >= magic.length && magic.every((byte, index) => byte === file[index]);
}

/** Throws DataError for what is no whole trace. */
export function readTrace(file: Uint8Array): ReadTrace {
  const reader = new ByteReader(file);
  if (!isTrace(reader.bytes(magic.length, 'magic')))
    throw new DataError('this is no trace: its first bytes are others');
  const found = reader.u16('version');
  if (found !== plainVersion && found !== runVersion)
    throw new DataError(`trace of version ${found}: this program reads versions 1 and 2`);
  const run = found === plainVersion ? undefined : readRun(reader);
  const names = new Map<number, string>();
  const records: TraceRecord[] = [];
  const nameOf = (id: number): string => {
    const name = names.get(id);
    if (name === undefined) throw new DataError(`trace: number ${id} has no name at byte ${reader.offset}`);
    return name;
  };
  for (let atNs = 0; ;) {
    const tag = reader.varint('tag');
    if (tag === nameTag) {
      const id = reader.varint('name number');
      const length = reader.varint('name length');
      if (id !== names.size || id >= nameCountMax || length > nameBytesMax)
        throw new DataError(`trace: name ${id} of ${length} bytes at byte ${reader.offset}`);
      names.set(id, new TextDecoder().decode(reader.bytes(length, 'name')));
      continue;
    }
    if (tag === endTag) break;
    const kind = nameOf(reader.varint('kind'));
    atNs += reader.varint('time');
    if (!Number.isSafeInteger(atNs)) throw new DataError(`trace: time beyond 2^53 at byte ${reader.offset}`);
    records.push({ atNs, entity: nameOf(tag - entityTagMin), kind, detail: reader.varint('detail') });
  }
  const count = reader.varint('count');
  if (count !== records.length)
    throw new DataError(`trace: ${records.length} records where the end tells ${count}`);
  const digest = Buffer.from(reader.bytes(16, 'digest')).toString('hex');
  if (reader.remaining > 0) throw new DataError(`trace: ${reader.remaining} bytes follow its end`);
  return { run, records, digest };
}

function readRun(reader: ByteReader): string {
  const length = reader.varint('run length');
  if (length > runBytesMax) throw new DataError(`trace: a run of ${length} bytes`);
  return new TextDecoder().decode(reader.bytes(length, 'run'));
}

export interface Divergence {
  /** The number of the first record that differs, from 0. */
  readonly index: number;
  /** Undefined where that run has no such record. */
  readonly first: TraceRecord | undefined;
  readonly second: TraceRecord | undefined;
}

/** The first record in which two runs differ, or undefined. */
export function firstDivergence(a: ReadTrace, b: ReadTrace): Divergence | undefined {
  const count = Math.max(a.records.length, b.records.length);
  for (let index = 0; index < count; index++) {
    const [first, second] = [a.records[index], b.records[index]];
    const isSame =
      first !== undefined &&
      second !== undefined &&
      first.atNs === second.atNs &&
      first.entity === second.entity &&
      first.kind === second.kind &&
      first.detail === second.detail;
    if (!isSame) return { index, first, second };
  }
  return undefined;
}
