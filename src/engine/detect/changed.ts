/** Changed bytes of the target: which of them are zeros, and how much they resemble what lies opposite. */
import { present } from '../../base/errors.js';
import type { Workspace } from '../../kernels/workspace.js';
import { extentKind, type ExtentList } from './extents.js';

export interface ChangedContext {
  readonly workspace: Workspace;
  readonly blockBytes: number;
}

/**
 * Pushes bytes at an offset of the window `target` that differ from the base: zeros as such, the rest as data opposite `hint` (-1: nothing). Returns
 * the bytes of data.
 */
export function pushChanged(
  context: ChangedContext,
  extents: ExtentList,
  offset: number,
  length: number,
  hint: number,
): number {
  if (length === 0) return 0;
  const { workspace, blockBytes } = context;
  const runs = workspace.window('cuts');
  const data = workspace.window('target').pointer + offset;
  const { functions } = workspace.kernels;
  const count = functions.zeroRuns(data, length, blockBytes, runs.pointer);
  const { words } = runs;
  let at = 0;
  let dataBytes = 0;
  for (let i = 0; i < count; i++) {
    const run = present(words[i], 'run');
    if (i % 2 === 1) extents.push(extentKind.zero, run, 0);
    else {
      extents.push(extentKind.data, run, hint < 0 ? -1 : hint + at);
      dataBytes += run;
    }
    at += run;
  }
  return dataBytes;
}

/** As judgeRuns probes (src/kernels/abi.ts). */
const probeBytes = 64;
const probesMax = 32;
const probeStrideBytes = 3000;

/** How many bytes judgeRuns probes of a changed run. */
export function probedBytes(length: number): number {
  return Math.min(probesMax, Math.ceil(length / probeStrideBytes)) * Math.min(probeBytes, length);
}
