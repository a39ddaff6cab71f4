/**
 * A recorded trace as a workload: its writes are replayed onto an image, which is cut into snapshots every so many writes or
 * seconds.
 *
 * No trace carries content, so content is made: a sector of 512 bytes that was written v times holds bytes that depend on
 * (seed, sector, v), of the chosen compressibility. A write changes a share of a sector, in cells of 64 bytes, and leaves the
 * rest: real pages are rewritten for a few fields. The default of 0.1 is taken from a recording whose database files were kept
 * too: the blocks that differ between two of four states of that database differ in 48 to 55 % of their 64-byte cells, and with
 * 0.1 for each recorded write 50 % come out.
 *
 * Folding: on an image smaller than the trace's address space, byte a lands on byte a mod (image size in whole sectors).
 * Requests stay whole and sequential runs stay sequential; places that are an image size apart share one place, so a smaller
 * image changes more densely. A larger image keeps a tail that nothing writes to.
 *
 * Snapshot 0 is the image before the first write, full of data. A trim leaves zeros. Reads and syncs change nothing.
 */
import { Random } from '../../base/prng.js';
import { UsageError } from '../../base/errors.js';
import { Draws, hash } from '../content/draws.js';
import { PagedImage, type PageDrawer } from '../content/paged-image.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import type { TraceEvent } from './event.js';

/** Where the trace is cut: after every N writes (trims count as writes), or at whole multiples of S seconds of recorded time. */
export type TraceCut = { readonly writes: number } | { readonly seconds: number };

export interface TraceReplay {
  readonly name: string;
  readonly summary: string;
  /** Iterated once for each `make`; may read from disk as it goes. */
  readonly events: Iterable<TraceEvent>;
  readonly cut: TraceCut;
  /** Share of the bytes that a codec saves, 0 to 1. */
  readonly compressibility: number;
  /** Share of a sector's bytes that a write changes, above 0 to 1; 0.1 when absent. */
  readonly changedShare?: number;
}

const sectorBytes = 512;
const cellBytes = 64;
const cellsPerSector = sectorBytes / cellBytes;
/** Set in a sector's version while it is trimmed; the count of its writes stays below. */
const trimmed = 0x8000_0000;

export function traceWorkload(replay: TraceReplay): Workload {
  const { name, summary, compressibility, changedShare = 0.1 } = replay;
  checkReplay(replay, changedShare);
  return {
    name,
    summary,
    kind: 'recorded',
    measure: 'in-place',
    *make(options) {
      checkOptions(name, options);
      const contentSeed = new Random(options.seed).fork('trace').u32();
      const draw = sectorDrawer(contentSeed, compressibility, changedShare);
      let image = new PagedImage(sectorBytes, new Uint32Array(Math.floor(options.bytes / sectorBytes)), draw);
      let index = 0;
      yield imageSnapshot(index, image);
      for (const versions of cutVersions(replay, image.versions.slice())) {
        if (++index >= options.snapshots) return;
        image = new PagedImage(sectorBytes, versions, draw, image);
        yield imageSnapshot(index, image);
      }
    },
  };
}

function checkReplay({ name, cut, compressibility }: TraceReplay, changedShare: number): void {
  const every = 'writes' in cut ? cut.writes : cut.seconds;
  const whole = 'seconds' in cut || Number.isSafeInteger(every);
  if (!(every > 0 && whole))
    throw new UsageError(`workload ${name}: cannot cut a trace every ${every} writes or seconds`);
  if (!(compressibility >= 0 && compressibility <= 1)) {
    throw new UsageError(
      `workload ${name}: compressibility is ${compressibility}, but must lie between 0 and 1`,
    );
  }
  if (!(changedShare > 0 && changedShare <= 1)) {
    throw new UsageError(
      `workload ${name}: changedShare is ${changedShare}, but must lie above 0 and at most at 1`,
    );
  }
}

/** The versions of all sectors at each cut; what follows the last whole interval makes one more if it wrote anything. */
function* cutVersions({ events, cut }: TraceReplay, versions: Uint32Array): Generator<Uint32Array> {
  let writes = 0;
  let startMicros: number | undefined;
  let intervals = 1;
  for (const event of events) {
    startMicros ??= event.timeMicros;
    if ('seconds' in cut) {
      for (; event.timeMicros - startMicros >= intervals * cut.seconds * 1e6; intervals++) {
        yield versions.slice();
        writes = 0;
      }
    }
    if (event.op !== 'write' && event.op !== 'trim') continue;
    touch(versions, event);
    writes++;
    if ('writes' in cut && writes === cut.writes) {
      yield versions.slice();
      writes = 0;
    }
  }
  if (writes > 0) yield versions.slice();
}

function touch(versions: Uint32Array, { op, offset, length }: TraceEvent): void {
  const end = Math.ceil((offset + length) / sectorBytes);
  for (let sector = Math.floor(offset / sectorBytes); sector < end; sector++) {
    const folded = sector % versions.length;
    const count = (versions[folded] ?? 0) % trimmed;
    versions[folded] = op === 'trim' ? trimmed + count : count + 1;
  }
}

/** Each cell shows the last write that chose it; which cells a write chooses is a hash of sector, cell and count. */
function sectorDrawer(seed: number, compressibility: number, changedShare: number): PageDrawer {
  const chosenBelow = changedShare * 4_294_967_296;
  const noiseBytes = Math.round((sectorBytes * (1 - compressibility)) / 4) * 4;
  return (sector, version, into, view) => {
    if (version >= trimmed) {
      into.fill(0);
      return;
    }
    for (let cell = 0; cell < cellsPerSector; cell++) {
      const id = sector * cellsPerSector + cell;
      let write = version;
      while (write > 0 && hash(seed, id, write) >>> 0 >= chosenBelow) write--;
      const from = cell * cellBytes;
      const end = from + cellBytes;
      const border = Math.max(from, Math.min(end, noiseBytes));
      new Draws(seed, id, write).fill(view, from, border);
      for (let i = border; i < end; i++) into[i] = 0x40 | ((write + i) & 7);
    }
  };
}
