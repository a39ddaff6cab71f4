/** Changed bytes of the target: which of them are zeros, and how much they resemble what lies opposite. */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import { extentKind, type ExtentList } from './extents.js';

export interface ChangedContext {
  readonly workspace: Workspace;
  readonly meter: Meter;
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
  const { workspace, meter, blockBytes } = context;
  const runs = workspace.window('cuts');
  const data = workspace.window('target').pointer + offset;
  const { functions } = workspace.kernels;
  const count = meter.time('detect', () => functions.zeroRuns(data, length, blockBytes, runs.pointer));
  const found = runs.u32(count);
  let at = 0;
  let dataBytes = 0;
  for (let i = 0; i < count; i++) {
    const run = present(found[i], 'run');
    if (i % 2 === 1) extents.push(extentKind.zero, run, 0);
    else {
      extents.push(extentKind.data, run, hint < 0 ? -1 : hint + at);
      dataBytes += run;
    }
    at += run;
  }
  return dataBytes;
}

const probeBytes = 64;
const probesMax = 32;
/** Not a power of two, so that probes of pages meet different parts of them. */
const probeStrideBytes = 3000;

/** The share of target bytes that are zero or agree with the base at the same place, by at most 32 probes of 64 bytes. */
export function agreement(target: Uint8Array, base: Uint8Array): number {
  const length = Math.min(target.length, base.length);
  const probes = Math.min(probesMax, Math.ceil(length / probeStrideBytes));
  let agreeing = 0;
  let seen = 0;
  for (let probe = 0; probe < probes; probe++) {
    const start = Math.floor(((probe + 0.5) * length) / probes);
    const from = Math.max(0, Math.min(start, length - probeBytes));
    const end = Math.min(from + probeBytes, length);
    for (let i = from; i < end; i++) {
      const byte = target[i];
      if (byte === 0 || byte === base[i]) agreeing++;
    }
    seen += end - from;
  }
  return seen === 0 ? 0 : agreeing / seen;
}
