/**
 * Constants of our two file formats, and their common preamble: magic, major, minor (docs/formats/package-v1.md,
 * manifest-v1.md). The magic follows PNG's: it changes under every usual text-mode transfer, so that the accident
 * can be named.
 */
import { ByteWriter } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';

const formatMajor = 1;
export const formatMinor = 0;
export const preambleBytes = 12;

/** ASCII letters; upper case is essential, lower case may be skipped when the minor version is newer. */
export const frameType = { header: 0x48, structure: 0x45, segment: 0x53, footer: 0x46 } as const;
export type FrameName = keyof typeof frameType;

/** Type and body length. */
export const frameHeadBytes = 5;

export type FileKind = 'package' | 'manifest';

const kindLetter: Readonly<Record<FileKind, number>> = { package: 0x4c, manifest: 0x4d };

function magic(kind: FileKind): Uint8Array {
  return Uint8Array.of(0x89, 0x53, 0x44, kindLetter[kind], 0x0d, 0x0a, 0x1a, 0x0a);
}

export function encodePreamble(kind: FileKind): Uint8Array {
  return new ByteWriter(preambleBytes).bytes(magic(kind)).u16(formatMajor).u16(formatMinor).finish();
}

/**
 * Judges the first bytes of a file: whatever there is of them, up to `preambleBytes`. Returns the minor version, or
 * undefined where a right beginning is still incomplete. Throws DataError for anything else.
 */
export function checkPreamble(start: Uint8Array, kind: FileKind): number | undefined {
  const wanted = magic(kind);
  const length = Math.min(start.length, wanted.length);
  for (let i = 0; i < length; i++) {
    if (start[i] !== wanted[i]) throw foreign(start, kind);
  }
  if (start.length < preambleBytes) return undefined;
  const view = new DataView(start.buffer, start.byteOffset, preambleBytes);
  const major = view.getUint16(8, true);
  if (major > formatMajor) {
    throw new DataError(
      `written by a newer version: ${kind} format ${major}, this program reads ${formatMajor}`,
      {
        hint: 'update snapdelta on this side, or write the file with an older version',
      },
    );
  }
  if (major < formatMajor) throw new DataError(`the ${kind} claims format ${major}, which never existed`);
  return view.getUint16(10, true);
}

function foreign(start: Uint8Array, kind: FileKind): DataError {
  const other: FileKind = kind === 'package' ? 'manifest' : 'package';
  if (startsWith(start, magic(other)))
    return new DataError(`not a snapdelta ${kind}: it is a snapdelta ${other}`);
  if (mangledMagics(kind).some((mangled) => startsWith(start, mangled))) {
    return new DataError(`not a snapdelta ${kind} any more: a text-mode transfer changed it`, {
      hint: 'transfer the file again in binary mode',
    });
  }
  return new DataError(`not a snapdelta ${kind}`);
}

/**
 * The magic after the usual accidents: CR LF to LF, LF to CR LF, CR to LF, high bit stripped, read as Latin-1 or as
 * invalid UTF-8 and written as UTF-8.
 */
function mangledMagics(kind: FileKind): Uint8Array[] {
  const letters = [0x53, 0x44, kindLetter[kind]];
  return [
    [0x89, ...letters, 0x0a, 0x1a],
    [0x89, ...letters, 0x0d, 0x0d],
    [0x89, ...letters, 0x0d, 0x0a, 0x1a, 0x0d],
    [0x89, ...letters, 0x0a, 0x0a],
    [0x09, ...letters],
    [0xc2, 0x89, ...letters],
    [0xef, 0xbf, 0xbd, ...letters],
  ].map((bytes) => Uint8Array.from(bytes));
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && start.every((byte, index) => bytes[index] === byte);
}
