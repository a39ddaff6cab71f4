/**
 * The kernels' plain TypeScript twin: every function of the ABI written plainly over the same kind of memory. It is the
 * reference that the suite holds the WebAssembly kernels against, and gives the same results wherever WebAssembly cannot run.
 * Tens of times slower; nothing in the program chooses it by itself.
 */
import type { KernelFunctions, KernelInstance } from '../abi.js';
import {
  anchorCollect,
  anchorCollectEach,
  anchorInsert,
  anchorLookup,
  deltaAnchors,
} from './anchor-index.js';
import { anchorSearch } from './anchor-search.js';
import { blake3 } from './blake3.js';
import { compareRuns, judgeRuns, zeroRuns } from './compare.js';
import { crc32c } from './crc32c.js';
import { addBytes, deltaApply, deltaGather } from './delta-apply.js';
import { deltaAnchorsEach, deltaEncodeEach, deltaWriteEach } from './delta-each.js';
import { deltaEncode } from './delta-encode.js';
import { deltaPut, deltaWrite } from './delta-write.js';
import { fastcdc } from './fastcdc.js';
import { histogram } from './histogram.js';
import { rollingIndex, rollingSearch, rollingSums } from './rolling.js';
import { heapBase } from './scratch.js';
import { strided } from './strided.js';
import { xxh3 } from './xxh3.js';

/** A twin instance with its own memory. */
export function createTwinKernels(): KernelInstance {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const functions: KernelFunctions = {
    compareRuns: (...windows) => compareRuns(memory, ...windows),
    judgeRuns: (...windows) => judgeRuns(memory, ...windows),
    zeroRuns: (...windows) => zeroRuns(memory, ...windows),
    xxh3: (...windows) => xxh3(memory, ...windows),
    blake3: (...windows) => blake3(memory, ...windows),
    fastcdc: (...windows) => fastcdc(memory, ...windows),
    strided: (...windows) => strided(memory, ...windows),
    rollingSums: (...windows) => rollingSums(memory, ...windows),
    rollingIndex: (...windows) => rollingIndex(memory, ...windows),
    rollingSearch: (...windows) => rollingSearch(memory, ...windows),
    anchorCollect: (...windows) => anchorCollect(memory, ...windows),
    anchorCollectEach: (...windows) => anchorCollectEach(memory, ...windows),
    anchorInsert: (...windows) => anchorInsert(memory, ...windows),
    anchorLookup: (...windows) => anchorLookup(memory, ...windows),
    anchorSearch: (...windows) => anchorSearch(memory, ...windows),
    deltaEncode: (...windows) => deltaEncode(memory, ...windows),
    deltaAnchors: (...windows) => deltaAnchors(memory, ...windows),
    deltaGather: (...windows) => deltaGather(memory, ...windows),
    deltaApply: (...windows) => deltaApply(memory, ...windows),
    deltaPut: (...windows) => deltaPut(memory, ...windows),
    deltaWrite: (...windows) => deltaWrite(memory, ...windows),
    deltaEncodeEach: (...windows) => deltaEncodeEach(memory, ...windows),
    deltaAnchorsEach: (...windows) => deltaAnchorsEach(memory, ...windows),
    deltaWriteEach: (...windows) => deltaWriteEach(memory, ...windows),
    addBytes: (...windows) => addBytes(memory, ...windows),
    histogram: (...windows) => histogram(memory, ...windows),
    crc32c: (...windows) => crc32c(memory, ...windows),
  };
  return { name: 'twin', functions, memory, heapBase };
}
