/** The configuration object: how a repository hashes, cuts and compresses. Written once, when it is created. */
import { DataError, UsageError } from '../../base/errors.js';
import { blockBytesMax, blockBytesMin } from '../../base/limits.js';
import { chunkerNames, chunkerProblem, type ChunkerSpec } from '../../engine/chunk/spec.js';
import { fingerprintNames } from '../../engine/fingerprint/fingerprint.js';
import { decodeCbor, encodeCbor, type CborValue } from '../../engine/package/cbor.js';
import { codecNames } from '../../engine/package/codecs.js';
import { Fields } from '../../engine/package/fields.js';
import type { KernelInstance } from '../../kernels/abi.js';
import { Hashing } from './hashing.js';
import { configKey, frameBytes, readFrame, seal, unsealWhole } from './objects.js';
import type { RepositoryConfig } from './repository.js';

const what = 'the repository configuration';
const levelMax = 19;

/** Throws UsageError for sizes that no chunker cuts, or a level that no codec has. */
export function encodeConfig(config: RepositoryConfig, hashing: Hashing): Uint8Array {
  const problem = chunkerProblem(config.chunker);
  if (problem !== undefined) throw new UsageError(`a repository cannot have this chunker: its ${problem}`);
  if (!Number.isInteger(config.level) || config.level < 1 || config.level > levelMax) {
    throw new UsageError(`a repository cannot have the level ${config.level}: levels are 1 to ${levelMax}`);
  }
  const head = encodeCbor({
    fingerprint: config.fingerprint,
    chunker: new Map<string, CborValue>(Object.entries(config.chunker)),
    codec: config.codec,
    level: config.level,
  });
  return seal('configuration', configKey, head, hashing).bytes;
}

/** Throws DataError for anything but an intact configuration of this format. */
export function decodeConfig(
  bytes: Uint8Array,
  kernels: KernelInstance,
): { readonly config: RepositoryConfig; readonly hashing: Hashing } {
  const head = bytes.subarray(frameBytes, frameBytes + readFrame('configuration', configKey, bytes));
  const fields = Fields.ofMap(decodeCbor(head, what), what, false);
  const fingerprint = fields.word('fingerprint', fingerprintNames);
  const hashing = new Hashing(fingerprint, kernels);
  unsealWhole('configuration', configKey, bytes, hashing);
  const chunker = readChunker(fields.fields('chunker'));
  const codec = fields.word('codec', codecNames);
  const level = fields.integer('level', 1, levelMax);
  fields.end();
  return { config: { fingerprint, chunker, codec, level }, hashing };
}

function readChunker(fields: Fields): ChunkerSpec {
  const size = (name: string): number => fields.integer(name, blockBytesMin, blockBytesMax);
  const name = fields.word('name', chunkerNames);
  const chunker: ChunkerSpec =
    name === 'fixed'
      ? { name, blockBytes: size('blockBytes') }
      : { name, minBytes: size('minBytes'), averageBytes: size('averageBytes'), maxBytes: size('maxBytes') };
  fields.end();
  const problem = chunkerProblem(chunker);
  if (problem !== undefined) throw new DataError(`${what}: chunker ${problem}`);
  return chunker;
}
