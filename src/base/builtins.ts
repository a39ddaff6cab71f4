/**
 * Modules of Node that compute and reach nothing, loaded when first used: with the streams that they need they take 8 ms of CPU, and most
 * runs have no use for them.
 */
let crypto: typeof import('node:crypto') | undefined;
let zlib: typeof import('node:zlib') | undefined;

export function nodeCrypto(): typeof import('node:crypto') {
  return (crypto ??= process.getBuiltinModule('node:crypto'));
}

export function nodeZlib(): typeof import('node:zlib') {
  return (zlib ??= process.getBuiltinModule('node:zlib'));
}

export function nodeV8(): typeof import('node:v8') {
  return process.getBuiltinModule('node:v8');
}

export function nodeVm(): typeof import('node:vm') {
  return process.getBuiltinModule('node:vm');
}

/** A fresh array of 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(nodeCrypto().hash('sha256', bytes, 'buffer'));
}

/** Bytes of a SHA-256 digest. */
export const sha256Bytes = 32;

/**
 * Digests of many pieces, each handed to a function that puts its digest at an offset of `out`. Node gives them as strings: a Buffer of its own for each
 * takes a fifth of the time of a digest of 4 KiB, and has to be collected.
 */
export function sha256Into(out: Uint8Array): (bytes: Uint8Array, offset: number) => void {
  const { hash } = nodeCrypto();
  const buffer = Buffer.from(out.buffer, out.byteOffset, out.length);
  return (bytes, offset) => {
    buffer.write(hash('sha256', bytes, 'binary'), offset, sha256Bytes, 'binary');
  };
}
