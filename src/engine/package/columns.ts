/**
 * Entries as columns: one byte string per property, one cell per row (docs/formats/package-v1.md, "Structure";
 * manifests use the same). A row costs its path and about 16 bytes before compression; decoded rows never stand for
 * more than their own bytes, so a small file cannot claim a million entries.
 *
 * Columns are checked for shape here; what entries may look like is snapshot/entry-rules.ts.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError, unreachable } from '../../base/errors.js';
import { addressMax, entriesMax, pathBytesMax } from '../../base/limits.js';
import { fieldProblem, modeMax, shown } from '../snapshot/entry-rules.js';
import type { Entry, EntryKind } from '../snapshot/snapshot.js';
import type { CborMap, CborValue } from './cbor.js';
import type { Fields } from './fields.js';

const kinds = ['file', 'directory', 'symlink'] as const satisfies readonly EntryKind[];
const utf8 = new TextEncoder();
const utf8Strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function encodeEntries(entries: readonly Entry[]): CborMap {
  const paths = new ByteWriter();
  const kindCells = new ByteWriter();
  const modes = new ByteWriter();
  const times = new ByteWriter();
  const sizes = new ByteWriter();
  const links = new ByteWriter();
  for (const entry of entries) {
    writeText(paths, entry.path);
    kindCells.u8(kinds.indexOf(entry.kind));
    modes.varint(entry.mode);
    writeTime(times, entry.mtimeMicros);
    switch (entry.kind) {
      case 'file':
        sizes.varint(entry.sizeBytes);
        break;
      case 'symlink':
        writeText(links, entry.linkTarget ?? '');
        break;
      case 'directory':
        break;
      default:
        unreachable(entry.kind);
    }
  }
  return new Map<string, CborValue>([
    ['count', entries.length],
    ['paths', paths.finish()],
    ['kinds', kindCells.finish()],
    ['modes', modes.finish()],
    ['times', times.finish()],
    ['sizes', sizes.finish()],
    ['links', links.finish()],
  ]);
}

/** Throws DataError for malformed columns and impossible fields. Paths and their order are the caller's to check. */
export function decodeEntries(fields: Fields, what: string): Entry[] {
  const count = fields.integer('count', 0, entriesMax);
  const kindCells = fields.bytes('kinds', count);
  const times = new ByteReader(fields.bytes('times', count * 8));
  const paths = new ByteReader(fields.bytes('paths'));
  const modes = new ByteReader(fields.bytes('modes'));
  const sizes = new ByteReader(fields.bytes('sizes'));
  const links = new ByteReader(fields.bytes('links'));
  fields.end();
  const entries: Entry[] = [];
  for (const code of kindCells) {
    const path = readText(paths, `${what}: a path`);
    const kind = kinds[code];
    if (kind === undefined) throw new DataError(`${what}: ${shown(path)} is of the unknown kind ${code}`);
    const mode = modes.varint(`${what}: a mode`);
    if (mode > modeMax) throw new DataError(`${what}: ${shown(path)} has the mode ${mode}`);
    const entry: Entry = {
      path,
      kind,
      mode,
      mtimeMicros: readTime(times, `${what}: a time`),
      sizeBytes: kind === 'file' ? sizes.varint(`${what}: a size`) : 0,
      ...(kind === 'symlink' ? { linkTarget: readText(links, `${what}: a link target`) } : {}),
    };
    const problem = fieldProblem(entry);
    if (problem !== undefined) throw new DataError(`${what}: ${shown(path)} ${problem}`);
    entries.push(entry);
  }
  paths.end(`${what}: paths`);
  modes.end(`${what}: modes`);
  sizes.end(`${what}: sizes`);
  links.end(`${what}: links`);
  return entries;
}

export function encodePaths(paths: readonly string[]): CborMap {
  const cells = new ByteWriter();
  for (const path of paths) writeText(cells, path);
  return new Map<string, CborValue>([
    ['count', paths.length],
    ['paths', cells.finish()],
  ]);
}

export function decodePaths(fields: Fields, what: string): string[] {
  const count = fields.integer('count', 0, entriesMax);
  const cells = new ByteReader(fields.bytes('paths'));
  fields.end();
  const paths: string[] = [];
  while (paths.length < count) paths.push(readText(cells, `${what}: a path`));
  cells.end(`${what}: paths`);
  return paths;
}

export function writeText(out: ByteWriter, text: string): void {
  const bytes = utf8.encode(text);
  out.varint(bytes.length).bytes(bytes);
}

export function readText(from: ByteReader, what: string): string {
  const length = from.varint(what);
  if (length > pathBytesMax) throw new DataError(`${what} claims ${length} bytes, more than ${pathBytesMax}`);
  const bytes = from.bytes(length, what);
  try {
    return utf8Strict.decode(bytes);
  } catch (cause) {
    throw new DataError(`${what} is not valid UTF-8`, { cause });
  }
}

/** Two's complement, low word first. */
function writeTime(out: ByteWriter, micros: number): void {
  const high = Math.floor(micros / 2 ** 32);
  out.u32(micros - high * 2 ** 32).u32(high);
}

function readTime(from: ByteReader, what: string): number {
  const low = from.u32(what);
  const micros = (from.u32(what) | 0) * 2 ** 32 + low;
  if (Math.abs(micros) > addressMax) throw new DataError(`${what} lies beyond 2^53 microseconds`);
  return micros;
}
