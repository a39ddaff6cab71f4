/**
 * Periodic data: zeros, another constant, or any pattern of 4 KiB or a divisor of it, such as erased flash and empty database pages.
 *
 * Law: a block is a function of the bytes that its chunker may look at from its first one on. Within one periodic run these bytes are the same
 * at every address of the same phase, so a block that was cut and hashed once is known wherever it begins again, without being read.
 *
 * Limits: patterns whose period does not divide 4 KiB are not seen; they only cost more (stitch.ts).
 */
import { present } from '../../base/errors.js';
import type { Workspace } from '../../kernels/workspace.js';

export const periodBytes = 4096;

/**
 * Ranges of the first `length` bytes of the window `target` in which every byte equals the one periodBytes before it, as pairs of offsets
 * (start, end), ascending; those shorter than `atLeast` are left out. Uses the window `cuts`. Where data differs, a comparison of
 * 4 KiB ends with its first 128 bytes.
 */
export function periodicRuns(workspace: Workspace, length: number, atLeast: number): Uint32Array {
  if (length < atLeast || length < 2 * periodBytes) return new Uint32Array(0);
  const runs = workspace.window('cuts');
  const data = workspace.window('target').pointer;
  const { functions } = workspace.kernels;
  const compared = length - periodBytes;
  const count = functions.compareRuns(data, data + periodBytes, compared, periodBytes, runs.pointer);
  const found: number[] = [];
  let at = 0;
  runs.u32(count).forEach((runBytes, index) => {
    const isEqual = index % 2 === 0 && runBytes > 0;
    if (isEqual && runBytes + periodBytes >= atLeast) found.push(at, at + runBytes + periodBytes);
    at += runBytes;
  });
  return Uint32Array.from(found);
}

interface KnownBlock {
  readonly length: number;
  readonly digest: Uint8Array;
}

/** The blocks of the periodic run in which the present position lies. Positions must ascend. */
export class PeriodicBlocks {
  /** How many bytes from its first one decide what a block is. */
  readonly #reachBytes: number;
  /** Runs not yet passed, as [start, end) addresses. */
  readonly #runs: { readonly start: number; end: number }[] = [];
  /** Blocks of the first of these runs by phase. */
  readonly #known = new Map<number, KnownBlock>();

  constructor(reachBytes: number) {
    this.#reachBytes = reachBytes;
  }

  /** Takes the runs of the next region: pairs of offsets from `address`. */
  add(address: number, runs: Uint32Array): void {
    for (let i = 0; i < runs.length; i += 2) {
      const start = address + present(runs[i], 'run start');
      const end = address + present(runs[i + 1], 'run end');
      const last = this.#runs.at(-1);
      // A pattern goes on where a whole period of it lies in both.
      if (last !== undefined && last.end - start >= periodBytes) last.end = Math.max(last.end, end);
      else this.#runs.push({ start, end });
    }
  }

  /** The block that begins at `at`, if one like it was noted. */
  blockAt(at: number): KnownBlock | undefined {
    return this.#covers(at) ? this.#known.get(at % periodBytes) : undefined;
  }

  note(at: number, length: number, digest: Uint8Array): void {
    if (this.#covers(at)) this.#known.set(at % periodBytes, { length, digest });
  }

  /** Whether all that decides on a block at `at` lies in one run. */
  #covers(at: number): boolean {
    for (let run = this.#runs[0]; run !== undefined; run = this.#runs[0]) {
      if (at + this.#reachBytes <= run.end) return at >= run.start;
      this.#runs.shift();
      this.#known.clear();
    }
    return false;
  }
}
