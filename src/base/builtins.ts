/**
 * Modules of Node that compute and reach nothing, loaded when first used: with the streams that they need they take 8 ms of CPU, and most
 * runs have no use for them.
 */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

export function nodeZlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}
