/**
 * The bytes of a trace file in pieces: as they lie there, or unpacked where the file is gzip, one member after the other.
 *
 * The law: memory is bounded whatever the file claims. 16 KiB of gzip are unpacked at a time, which deflate's limit of 1032 : 1 makes 16 MiB
 * at most. Length and CRC-32 of every member are checked when its end is reached (RFC 1952), so what was read before is damaged data if
 * they do not fit.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { Gunzip } from 'fflate';
import { DataError } from '../../base/errors.js';
import { orWorldError } from '../../engine/snapshot/failures.js';

const pieceBytes = 1 << 20;
const packedPieceBytes = 1 << 14;

/** A piece is valid until the next is asked for. Throws WorldError, DataError for damaged gzip. */
export function* tracePieces(file: string): Generator<Uint8Array> {
  const raw = rawPieces(file);
  const first = raw.next();
  if (first.done === true) return;
  const whole = chained(first.value, raw);
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? unpacked(whole, file) : whole;
}

function* rawPieces(file: string): Generator<Uint8Array> {
  const fd = orWorldError('open', file, () => openSync(file, 'r'));
  try {
    const buffer = new Uint8Array(pieceBytes);
    for (;;) {
      const length = orWorldError('read', file, () => readSync(fd, buffer, 0, pieceBytes, null));
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

function* chained(first: Uint8Array, rest: Generator<Uint8Array>): Generator<Uint8Array> {
  yield first;
  yield* rest;
}

/** Of each member the last bytes: CRC-32 and length modulo 2^32, little-endian. */
const trailerBytes = 8;

function* unpacked(pieces: Iterable<Uint8Array>, file: string): Generator<Uint8Array> {
  let ready: Uint8Array[] = [];
  let checksum = 0;
  let length = 0;
  let pushedBytes = 0;
  /** Bytes of the file before those at hand, and those. */
  let tail: Uint8Array = new Uint8Array(0);
  const checkMember = (endByte: number): void => {
    const end = endByte - (pushedBytes - tail.length);
    const trailer = tail.subarray(Math.max(0, end - trailerBytes), end);
    const view = new DataView(trailer.buffer, trailer.byteOffset, trailer.length);
    const fits =
      trailer.length === trailerBytes &&
      view.getUint32(0, true) === checksum >>> 0 &&
      view.getUint32(4, true) === length >>> 0;
    if (!fits) throw new DataError('length and checksum do not fit');
    checksum = 0;
    length = 0;
  };
  const stream = new Gunzip((data) => {
    checksum = crc32(data, checksum);
    length = (length + data.length) % 2 ** 32;
    ready.push(data);
  });
  stream.onmember = checkMember;
  const push = (piece: Uint8Array, isLast: boolean): void => {
    tail = Buffer.concat([tail.subarray(Math.max(0, tail.length - trailerBytes)), piece]);
    pushedBytes += piece.length;
    try {
      stream.push(piece, isLast);
      if (isLast) checkMember(pushedBytes);
    } catch (cause) {
      throw new DataError(`${file}: the gzip data is damaged or cut off`, { cause });
    }
  };
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += packedPieceBytes) {
      // A copy: the stream keeps what it has not used yet.
      push(piece.slice(at, at + packedPieceBytes), false);
      yield* ready;
      ready = [];
    }
  }
  push(new Uint8Array(0), true);
  yield* ready;
}
