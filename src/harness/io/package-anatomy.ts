/** What a package is made of, read from its bytes: how many target bytes each kind of operation rebuilds, and how its streams are packed. */
import { readFileSync } from 'node:fs';
import { createWasmKernels } from '../../kernels/load.js';
import { Arena } from '../../kernels/arena.js';
import { readOperations } from '../../engine/delta/operation-reader.js';
import { fingerprints, Hasher } from '../../engine/fingerprint/fingerprint.js';
import { PackageDecoder } from '../../engine/package/decode.js';
import { unpackOperations } from '../../engine/package/unpack.js';
import type { Packing } from '../measurement/job.js';
import type { OperationBytes } from '../measurement/row.js';

export interface Anatomy {
  readonly operationBytes: OperationBytes;
  /** Streams that are not empty, in the order of the package. */
  readonly packings: readonly Packing[];
  /** Of compression, decided where settings leave it open. */
  readonly level: number;
}

/** Reads a package file whole: meant for the small packages of a laboratory. */
export function packageAnatomy(path: string, baseBytes: number): Anatomy {
  const arena = new Arena(createWasmKernels());
  const decoder = new PackageDecoder((name) => new Hasher(fingerprints[name], arena));
  const bytes = { copy: 0, add: 0, literal: 0, repeat: 0, zero: 0 };
  const packings: Packing[] = [];
  let level = 0;
  for (const item of decoder.receive(readFileSync(path))) {
    if (item.type === 'header') level = Number(item.header.parameters['level']);
    if (item.type !== 'segment') continue;
    const { targetAddress, targetBytes, streams } = item.segment;
    for (const { codec, rawBytes } of Object.values(streams)) {
      if (rawBytes > 0) packings.push({ codec, rawBytes });
    }
    const bounds = { targetAddress, targetBytes, baseBytes };
    for (const { kind, length } of readOperations(unpackOperations(item.segment), bounds)) {
      bytes[kind] += length;
    }
  }
  decoder.end();
  return { operationBytes: bytes, packings, level };
}
