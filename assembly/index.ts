/** The kernels of src/kernels/abi.ts, and where their memory ends. Nothing else is exported. */
export { compareRuns, judgeRuns, zeroRuns } from './compare';
export { xxh3 } from './xxh3';
export { blake3 } from './blake3';
export { fastcdc } from './fastcdc';
export { strided } from './strided';
export { rollingSums } from './weak-sum';
export { rollingIndex } from './rolling-index';
export { rollingSearch } from './rolling-search';
export { anchorCollect, anchorCollectEach, anchorInsert, anchorLookup, deltaAnchors } from './anchor-index';
export { anchorSearch } from './anchor-search';
export { deltaEncode } from './delta-encode';
export { deltaApply, deltaGather } from './delta-apply';
export { deltaPut, deltaWrite } from './delta-write';
export { deltaAnchorsEach, deltaEncodeEach, deltaWriteEach } from './delta-each';
export { addBytes } from './bytes';
export { histogram } from './histogram';
export { crc32c } from './crc32c';

/** First byte of linear memory above the kernels' constants and scratch. */
export function heapBase(): usize {
  return __heap_base;
}
