/**
 * Tar archives: the members of a file that is one, from its headers. Between two releases members grow, so that all behind them moves; what has the
 * same name lies opposite.
 *
 * Law: nothing is believed. A walk ends at the first header whose checksum is wrong or whose member would leave the file, with what it has: the
 * guess is worth less then, and nothing breaks. Costs one read of 32 KiB for each stretch of small members, and one for each member larger than that.
 *
 * Source: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar's long names (type L) and base-256 sizes.
 */
import { present } from '../../../base/errors.js';
import { leafBytes } from '../../../base/limits.js';
import type { ContentReader } from '../../snapshot/snapshot.js';

/** A member with the headers that belong to it. Addresses are those of the reader. */
export interface TarMember {
  readonly name: string;
  readonly address: number;
  /** Headers, content and padding. */
  readonly length: number;
}

const blockBytes = 512;
const windowBytes = 32 * 1024;
/** Bounds memory and time: more than any source tree has. Headers of every kind count, so that a file full of empty ones ends, too. */
const headersMax = 100_000;
/** A long name or an extended header beyond this is passed over, and its member known by the short name. */
const extensionBytesMax = 8 * 1024;

/** The members in [start, end), in order; none where no tar archive begins at `start`. */
export function tarMembers(reader: ContentReader, start: number, end: number): TarMember[] {
  const window = new Window(reader, end);
  const members: TarMember[] = [];
  let first = start;
  let name: string | undefined;
  for (let at = start, headers = 0; at + blockBytes <= end && headers < headersMax; headers++) {
    const header = headerOf(window.at(at, blockBytes));
    if (header === undefined) break;
    const next = at + blockBytes + Math.ceil(header.sizeBytes / blockBytes) * blockBytes;
    if (next > end) break;
    if (header.type === 'x' || header.type === 'L') {
      const text =
        header.sizeBytes <= extensionBytesMax ? window.at(at + blockBytes, header.sizeBytes) : undefined;
      name = text && (header.type === 'L' ? textOf(text, 0, text.length) : pathOf(text));
    } else if (header.type !== 'g') {
      members.push({ name: name ?? header.name, address: first, length: next - first });
      name = undefined;
      first = next;
    }
    at = next;
  }
  return members;
}

interface Header {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
}

/** A header whose checksum is right. Fields are read as bytes: an archive may have tens of thousands. */
function headerOf(block: Buffer): Header | undefined {
  let sum = 8 * 32;
  for (let i = 0; i < blockBytes; i++) sum += present(block[i], 'byte');
  for (let i = 148; i < 156; i++) sum -= present(block[i], 'byte');
  if (octalOf(block, 148, 8) !== sum) return undefined;
  const sizeBytes = sizeOf(block);
  if (sizeBytes === undefined) return undefined;
  const type = String.fromCharCode(present(block[156], 'type'));
  const isUstar = block.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar && block[345] !== 0 ? `${textOf(block, 345, 155)}/` : '';
  // Links and directories have no content, whatever their size says.
  return {
    name: prefix + textOf(block, 0, 100),
    type,
    sizeBytes: type >= '1' && type <= '6' ? 0 : sizeBytes,
  };
}

/** Octal digits between spaces, up to a zero byte; NaN for anything else. */
function octalOf(block: Buffer, offset: number, length: number): number {
  let value = NaN;
  for (let i = offset; i < offset + length; i++) {
    const byte = present(block[i], 'byte');
    if (byte === 0) break;
    if (byte === 0x20) continue;
    if (byte < 0x30 || byte > 0x37) return NaN;
    value = (Number.isNaN(value) ? 0 : value * 8) + byte - 0x30;
  }
  return value;
}

function sizeOf(block: Buffer): number | undefined {
  if (present(block[124], 'size') < 0x80) {
    const size = octalOf(block, 124, 12);
    return Number.isNaN(size) ? undefined : size;
  }
  let size = present(block[124], 'size') & 0x7f;
  for (let i = 125; i < 136; i++) size = size * 256 + present(block[i], 'size');
  return Number.isSafeInteger(size) ? size : undefined;
}

function pathOf(records: Buffer): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(records.toString('latin1'))?.[1];
}

/** The field up to its first zero byte. */
function textOf(block: Buffer, offset: number, length: number): string {
  const end = block.indexOf(0, offset);
  return block.toString('latin1', offset, end < 0 ? offset + length : Math.min(end, offset + length));
}

/** Reads ahead, since the headers of small members lie close together. */
class Window {
  readonly #reader: ContentReader;
  readonly #end: number;
  readonly #buffer = Buffer.alloc(windowBytes);
  #start = 0;
  #length = 0;

  constructor(reader: ContentReader, end: number) {
    this.#reader = reader;
    this.#end = end;
  }

  at(address: number, length: number): Buffer {
    if (address < this.#start || address + length > this.#start + this.#length) {
      // Far from the last read: one block; close to it: many.
      const isNear = this.#length > 0 && address - this.#start < leafBytes;
      const aheadBytes = isNear ? windowBytes : blockBytes;
      this.#start = address;
      this.#length = Math.min(Math.max(length, aheadBytes), this.#end - address);
      this.#reader.read(address, this.#buffer.subarray(0, this.#length));
    }
    return this.#buffer.subarray(address - this.#start, address - this.#start + length);
  }
}
