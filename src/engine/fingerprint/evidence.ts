/**
 * By which rule a piece of a file is cut (chunk/mixed.ts), from samples: 32 of 1 KiB, a hundredth of a piece.
 *
 * Law: the rule depends on the piece's bytes alone, so equal pieces are cut alike, whatever lies around them. All figures are whole numbers.
 *
 * Limit: what lies between samples is not seen. A wrong rule costs bytes, never truth.
 */
import { present } from '../../base/errors.js';
import { regionBytes } from '../../base/limits.js';
import { cutRules, type CutRule } from '../chunk/mixed.js';
import type { Part } from '../snapshot/layout.js';
import type { ScanContext } from './scan.js';

const samples = 32;
const sampleBytes = 1024;
/** Samples lie at multiples of this or more: pages of any usual size begin where they do. */
const stepBytesMin = 4096;
/** Pages begin with a header: one of this many bytes is the same in most of them ... */
const headerBytes = 32;
/** ... of at least this many. */
const pagesMin = 8;
/** 2^7.5: how many byte values data that does not compress has, if counted by how often two of its bytes are equal. */
const denseValues = 181;

export function judgePiece(context: ScanContext, { address, length }: Part): CutRule {
  const { workspace, meter, reader } = context;
  const window = workspace.window('target');
  const stepBytes = Math.max(
    stepBytesMin,
    2 ** Math.floor(Math.log2(Math.min(length, regionBytes) / samples)),
  );
  const headers: Uint8Array[] = [];
  let used = 0;
  for (let i = 0; i < samples && i * stepBytes < length; i++) {
    const bytes = window.u8(used, Math.min(sampleBytes, length - i * stepBytes));
    meter.time('read', () => reader.read(address + i * stepBytes, bytes));
    meter.count('bytesRead', bytes.length);
    if (bytes.every((byte) => byte === 0)) continue;
    used += bytes.length;
    headers.push(bytes.subarray(0, headerBytes));
  }
  if (used === 0) return cutRules.empty;
  if (isPaged(headers)) return cutRules.pages;
  const counts = workspace.window('cuts');
  workspace.kernels.functions.histogram(window.pointer, used, counts.pointer);
  const pairs = counts.u32(256).reduce((sum, count) => sum + count * count, 0);
  return used * used >= denseValues * pairs ? cutRules.dense : cutRules.plain;
}

/** Whether two thirds of the samples have the same byte, other than zero, at some place near their beginning. */
function isPaged(headers: readonly Uint8Array[]): boolean {
  if (headers.length < pagesMin) return false;
  for (let column = 0; column < headerBytes; column++) {
    const counts = new Uint32Array(256);
    for (const header of headers) {
      const byte = header[column] ?? 0;
      counts[byte] = present(counts[byte], 'count') + 1;
    }
    if (counts.subarray(1).some((count) => 3 * count >= 2 * headers.length)) return true;
  }
  return false;
}
