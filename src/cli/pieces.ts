/** A file's or stdin's bytes in pieces, as they come. */
import { closeSync, openSync, readSync } from 'node:fs';
import { WorldError } from '../base/errors.js';
import { orWorldError } from '../engine/snapshot/failures.js';

const pieceBytes = 1024 * 1024;

/** `-` is stdin. Pieces may be views of one buffer: use each before asking for the next. */
export function readPieces(path: string): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return path === '-' ? stdinPieces() : filePieces(path);
}

function* filePieces(path: string): Generator<Uint8Array> {
  const file = orWorldError('open', path, () => openSync(path, 'r'));
  try {
    const buffer = new Uint8Array(pieceBytes);
    for (;;) {
      const length = orWorldError('read', path, () => readSync(file, buffer));
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

async function* stdinPieces(): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of process.stdin) yield piece as Uint8Array;
  } catch (cause) {
    throw new WorldError('cannot read stdin', { cause });
  }
}
