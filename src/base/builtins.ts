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

export function nodeV8(): typeof import('node:v8') {
  return process.getBuiltinModule('node:v8');
}

export function nodeVm(): typeof import('node:vm') {
  return process.getBuiltinModule('node:vm');
}
