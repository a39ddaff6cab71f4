/** Kernels that are measured beside ours and never used by the engine (src/kernels/rivals.ts), and where their memory ends. */
export { ram, vram } from './ram';
export { seqcdc } from './seqcdc';
export { rollingGearIndex, rollingGearSearch } from './rolling-gear';

/** First byte of linear memory above the kernels' constants and scratch. */
export function heapBase(): usize {
  return __heap_base;
}
