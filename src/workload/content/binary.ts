/**
 * Binary content: noise that no codec shrinks, rows of records, and a blend of chosen compressibility.
 */
import { Draws } from './draws.js';
import { cellSource, type Source } from './source.js';

const cellBytes = 4096;

/** Incompressible: uniform bytes, as encrypted or compressed data. */
export function noiseSource(seed: number): Source {
  return cellSource(cellBytes, (cell, into, view) => new Draws(seed, cell).fill(view, 0, into.length));
}

const rowBytes = 32;

/**
 * Rows of 32 bytes, little-endian: u32 ascending id, u16 kind (of 64), u16 flags (few bits), u64 ascending time, u32 value, u32
 * reference, 8 bytes of which three vary. Deflate halves it.
 */
export function recordSource(seed: number): Source {
  return cellSource(cellBytes, (cell, into, view) => {
    const draws = new Draws(seed, cell);
    const first = cell * (cellBytes / rowBytes);
    for (let at = 0; at < into.length; at += rowBytes) {
      const id = first + at / rowBytes;
      const word = draws.u32();
      const time = 1_700_000_000_000 + id * 37 + (word & 31);
      view.setUint32(at, id >>> 0, true);
      view.setUint16(at + 4, (word >>> 5) & 63, true);
      view.setUint16(at + 6, (word >>> 11) & (word >>> 13) & 0x7, true);
      view.setUint32(at + 8, time >>> 0, true);
      view.setUint32(at + 12, Math.floor(time / 4_294_967_296), true);
      view.setUint32(at + 16, draws.u32() >>> 12, true);
      view.setUint32(at + 20, draws.skewed(65_536), true);
      view.setUint32(at + 24, word >>> 14, true);
      view.setUint32(at + 28, 0x01000000, true);
    }
  });
}

const blendBytes = 512;

/**
 * In each 512 bytes, the first (1 - compressibility) are noise and the rest a short pattern, so that a codec saves
 * about the given share. The method of fio's buffer_compress_percentage, with a pattern in place of its zeros: zeros would also
 * be found by zero tests.
 */
export function blendSource(seed: number, compressibility: number): Source {
  return cellSource(cellBytes, (cell, _into, view) =>
    drawBlend(new Draws(seed, cell), view, compressibility),
  );
}

export function drawBlend(draws: Draws, view: DataView, compressibility: number): void {
  const noise = Math.round((blendBytes * (1 - compressibility)) / 4) * 4;
  for (let at = 0; at < view.byteLength; at += blendBytes) {
    const end = Math.min(at + blendBytes, view.byteLength);
    const border = Math.min(at + noise, end);
    draws.fill(view, at, border);
    for (let i = border; i < end; i++) view.setUint8(i, 0x40 | (i & 7));
  }
}
