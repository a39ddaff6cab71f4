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
