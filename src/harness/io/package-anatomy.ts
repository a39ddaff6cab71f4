/** What a package is made of, read from its bytes: how many target bytes each kind of operation rebuilds. */
import { readFileSync } from 'node:fs';
import { createWasmKernels } from '../../kernels/load.js';
import { Arena } from '../../kernels/arena.js';
import { readOperations } from '../../engine/delta/operation-reader.js';
import { fingerprints, Hasher } from '../../engine/fingerprint/fingerprint.js';
import { PackageDecoder } from '../../engine/package/decode.js';
import { unpackOperations } from '../../engine/package/unpack.js';
import type { OperationBytes } from '../measurement/row.js';

/** Reads a package file whole: meant for the small packages of a laboratory. */
export function operationBytes(path: string, baseBytes: number): OperationBytes {
  const arena = new Arena(createWasmKernels());
  const decoder = new PackageDecoder((name) => new Hasher(fingerprints[name], arena));
  const bytes = { copy: 0, add: 0, literal: 0, repeat: 0, zero: 0 };
  for (const item of decoder.receive(readFileSync(path))) {
    if (item.type !== 'segment') continue;
    const { targetAddress, targetBytes } = item.segment;
    const bounds = { targetAddress, targetBytes, baseBytes };
    for (const { kind, length } of readOperations(unpackOperations(item.segment), bounds)) {
      bytes[kind] += length;
    }
  }
  decoder.end();
  return bytes;
}
