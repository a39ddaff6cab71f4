/**
 * Compression codecs by the name and number that packages carry, behind one pair of functions
 * (docs/formats/package-v1.md, "Streams").
 *
 * Decompression never yields more than it was told to: LZ4 is given an output of the exact size, inflate a maximum,
 * and a zstd frame is judged by its block headers first (zstd-frame.ts). Native modules are loaded when first used,
 * so that a run without zstd does not pay for it.
 */
import { createRequire } from 'node:module';
import { nodeZlib } from '../../base/builtins.js';
import { DataError, WorldError, assert } from '../../base/errors.js';
import { noteNativeBytes } from './native-memory.js';
import { checkZstdFrame, packZstdFrame } from './zstd-frame.js';

/** Codecs that a strategy can ask for, in the order of their numbers. */
export const codecNames = ['stored', 'lz4', 'deflate', 'zstd'] as const;
export type CodecName = (typeof codecNames)[number];

/** What a stream can be packed by, in the order of the numbers: `zstd-context` is zstd beside a context (delta/context.ts), for literals alone. */
export const packingNames = [...codecNames, 'zstd-context'] as const;
export type PackingName = (typeof packingNames)[number];

/**
 * Which deflate encoder: `portable` (fflate: the same bytes everywhere) or `native` (node:zlib: faster, bytes vary
 * with Node's zlib).
 */
export type DeflateKind = 'portable' | 'native';

/** How streams are compressed. */
export interface CompressionChoice {
  /** `auto` picks per stream from entropy; a codec's name fixes it (falling back to stored where it does not gain). */
  readonly codec: 'auto' | CodecName;
  /** zstd 1 to 19, deflate 1 to 9 (higher counts as the highest); ignored by stored and lz4. */
  readonly level: number;
  /**
   * Which deflate encoder: `portable` (fflate: the same bytes everywhere) or `native` (node:zlib: faster, bytes
   * vary with Node's zlib).
   */
  readonly deflate: DeflateKind;
}

/**
 * Levels above the highest count as the highest. zstd ends at 19: its levels 20 to 22 take up to 800 MiB, against
 * 90.
 */
const levelMax: Readonly<Record<CodecName, number>> = { stored: 0, lz4: 0, deflate: 9, zstd: 19 };

/**
 * Packs `bytes` (not empty). Returns undefined where the codec's form cannot be used (a zstd frame beyond its
 * bound). The result may be longer than the input and owns its memory.
 */
export function compress(
  codec: CodecName,
  level: number,
  bytes: Uint8Array,
  deflate: DeflateKind,
): Uint8Array | undefined {
  assert(bytes.length > 0, 'an empty stream is stored');
  const usedLevel = Math.min(Math.max(Math.trunc(level), 1), levelMax[codec]);
  switch (codec) {
    case 'stored':
      return bytes.slice();
    case 'lz4':
      // lz4-napi puts the raw length before the block; the package states it elsewhere.
      return Uint8Array.from(lz4().compressSync(asBuffer(bytes)).subarray(lz4PrefixBytes));
    case 'deflate':
      return deflate === 'portable'
        ? fflate().deflateSync(bytes, { level: deflateLevel(usedLevel) })
        : Uint8Array.from(nodeZlib().deflateRawSync(bytes, { level: usedLevel }));
    case 'zstd': {
      const { Encoder } = zstd();
      return packZstdFrame(new Encoder(usedLevel).encodeSync(asBuffer(bytes)), bytes.length);
    }
  }
}

/**
 * A longer context is used from here to its end. zstd sizes tables by a context's length and 513 bytes more, rounded up to a power of two: at level 12 those of 2 MiB
 * and their copy take 84 MiB, those of a KiB less 42; at level 16 some 68 whether or not, and those of half as much 35, for 0.2 % more bytes. Matches are
 * counted back from the end of the context, so readers may have all of it.
 */
function contextUsedMax(level: number): number {
  const most = level >= 16 && level < levelMax.zstd ? 2 ** 20 : 2 ** 21;
  return most - 1024;
}

/** The magic number of a trained dictionary, with which what is used must not begin. */
const dictionaryMagic = 0xec30a437;

/** The part of a context that its literals are compressed beside: its end. */
export function usedContext(context: Uint8Array, level: number): Uint8Array {
  const used = context.subarray(Math.max(0, context.length - contextUsedMax(level)));
  return used.length >= 4 && asBuffer(used).readUInt32LE(0) === dictionaryMagic ? used.subarray(1) : used;
}

/**
 * Packs `bytes` (not empty) by zstd beside `context`: as `compress`, and readers need the same context. `Encoder` copies the context and builds its
 * tables.
 */
export function compressInContext(
  level: number,
  bytes: Uint8Array,
  context: Uint8Array,
): Uint8Array | undefined {
  assert(bytes.length > 0, 'an empty stream is stored');
  const { Encoder } = zstd();
  const usedLevel = Math.min(Math.max(Math.trunc(level), 1), levelMax.zstd);
  const used = usedContext(context, usedLevel);
  const frame = new Encoder(usedLevel, asBuffer(used)).encodeSync(asBuffer(bytes));
  noteNativeBytes(used.length + contextTableBytes(usedLevel, used.length));
  return packZstdFrame(frame, bytes.length);
}

/** Unpacks what compressInContext packed beside the same context; as `decompress`. */
export function decompressInContext(packed: Uint8Array, rawBytes: number, context: Uint8Array): Uint8Array {
  checkZstdFrame(packed, rawBytes);
  const { Decoder } = zstd();
  const raw = attempt('zstd-context', () => new Decoder(asBuffer(context)).decodeSync(asBuffer(packed)));
  noteNativeBytes(context.length);
  if (raw.length !== rawBytes) throw damaged('zstd-context');
  return raw;
}

/** Unpacks to exactly `rawBytes`. Throws DataError for anything else, before more than that is allocated. */
export function decompress(codec: CodecName, packed: Uint8Array, rawBytes: number): Uint8Array {
  if (codec === 'stored') {
    if (packed.length !== rawBytes) throw damaged(codec);
    return packed;
  }
  // Both decoders allocate the stated size at once: it must be one that these bytes could yield.
  if (codec === 'lz4' && rawBytes > packed.length * lz4RatioMax) throw damaged(codec);
  if (codec === 'zstd') checkZstdFrame(packed, rawBytes);
  const decode = decoders[codec]();
  const raw = attempt(codec, () => decode(packed, rawBytes));
  if (raw.length !== rawBytes) throw damaged(codec);
  return raw;
}

/** Loads the module on the outer call, outside the reach of the catch that judges the data. */
const decoders: Readonly<
  Record<Exclude<CodecName, 'stored'>, () => (packed: Uint8Array, rawBytes: number) => Uint8Array>
> = {
  lz4: () => {
    const { uncompressSync } = lz4();
    return (packed, rawBytes) => {
      const prefixed = Buffer.allocUnsafe(lz4PrefixBytes + packed.length);
      prefixed.writeUInt32LE(rawBytes, 0);
      prefixed.set(packed, lz4PrefixBytes);
      return uncompressSync(prefixed);
    };
  },
  deflate: () => (packed, rawBytes) => {
    const { buffer, engine } = nodeZlib().inflateRawSync(packed, {
      maxOutputLength: Math.max(rawBytes, 1),
      info: true,
    }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    if (engine.bytesWritten !== packed.length) throw new Error('bytes follow the stream');
    return buffer;
  },
  zstd: () => {
    const { Decoder } = zstd();
    return (packed) => new Decoder().decodeSync(asBuffer(packed));
  },
};

/**
 * What zstd's tables over a context of this length take, roughly: two u32 a byte of the window where matches are kept in trees or chains, rounded up to a power of two;
 * fast levels keep one hash.
 */
function contextTableBytes(level: number, contextBytes: number): number {
  return level < 4 ? contextBytes : 12 * contextBytes;
}

const lz4PrefixBytes = 4;

/** A byte of an LZ4 block stands for 255 at most (a further length byte of a match). */
const lz4RatioMax = 255;

/** What the decoder makes of the data; whatever it throws is the data's fault. */
function attempt(codec: PackingName, decode: () => Uint8Array): Uint8Array {
  try {
    return decode();
  } catch (cause) {
    throw damaged(codec, cause);
  }
}

function damaged(codec: PackingName, cause?: unknown): DataError {
  return new DataError(`a ${codec} stream is damaged: it does not unpack to the size that it states`, {
    cause,
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function deflateLevel(level: number): 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 {
  const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
  return levels[level - 1] ?? 9;
}

const require = createRequire(import.meta.url);

const lz4 = (): typeof import('lz4-napi') => load('lz4-napi') as typeof import('lz4-napi');
const zstd = (): typeof import('@toondepauw/node-zstd') => (zstdModule ??= loadZstd());
let zstdModule: typeof import('@toondepauw/node-zstd') | undefined;

/**
 * Where the package keeps its native module on Linux with glibc, of which npm installs the one that fits. Asked for at once: its own door takes 4 ms of
 * CPU to find out which one that is.
 */
const zstdModules = ['@toondepauw/node-zstd-linux-x64-gnu', '@toondepauw/node-zstd-linux-arm64-gnu'];

function loadZstd(): typeof import('@toondepauw/node-zstd') {
  for (const name of zstdModules) {
    try {
      return require(name) as typeof import('@toondepauw/node-zstd');
    } catch {
      // Another machine, or packages that lie elsewhere: the package knows.
    }
  }
  return load('@toondepauw/node-zstd') as typeof import('@toondepauw/node-zstd');
}

const fflate = (): typeof import('fflate') => load('fflate') as typeof import('fflate');

function load(name: string): unknown {
  try {
    return require(name);
  } catch (cause) {
    throw new WorldError(`the compression module ${name} cannot be loaded on this machine`, {
      hint: 'install snapdelta again with its optional dependencies, or choose another codec',
      cause,
    });
  }
}
