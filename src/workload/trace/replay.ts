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
 * Where the trace knows contents (FIU), equal contents are equal bytes: a request's sectors hold bytes that depend on (seed, content,
 * place within the request) alone, whichever address they were written to and however often. Such a write changes all of what it covers,
 * or nothing where the same content lay there.
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
      const drawKnown = contentDrawer(contentSeed, compressibility);
      const start: Sectors = { versions: new Uint32Array(Math.floor(options.bytes / sectorBytes)) };
      let image = new PagedImage(sectorBytes, start.versions, draw);
      let index = 0;
      yield imageSnapshot(index, image);
      for (const { versions, known } of cutSectors(replay, copyOf(start))) {
        if (++index >= options.snapshots) return;
        const drawer = known === undefined ? draw : knownOr(known, drawKnown, draw);
        image = new PagedImage(sectorBytes, versions, drawer, image);
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

/** What the sectors of an image hold. */
interface Sectors {
  /** Count of writes, and the mark of a trim. */
  readonly versions: Uint32Array;
  /** Absent until a write says which content it brings. */
  known?: KnownContents;
}

interface KnownContents {
  /** Of each sector: 1 + the content's id, or 0 where it is not known. */
  readonly ids: Float64Array;
  /** Which sector of the request it was. */
  readonly parts: Uint16Array;
}

function copyOf({ versions, known }: Sectors): Sectors {
  const copy = { versions: versions.slice() };
  return known === undefined
    ? copy
    : { ...copy, known: { ids: known.ids.slice(), parts: known.parts.slice() } };
}

/** All sectors at each cut; what follows the last whole interval makes one more if it wrote anything. */
function* cutSectors({ events, cut }: TraceReplay, sectors: Sectors): Generator<Sectors> {
  let writes = 0;
  let startMicros: number | undefined;
  let intervals = 1;
  for (const event of events) {
    startMicros ??= event.timeMicros;
    if ('seconds' in cut) {
      for (; event.timeMicros - startMicros >= intervals * cut.seconds * 1e6; intervals++) {
        yield copyOf(sectors);
        writes = 0;
      }
    }
    if (event.op !== 'write' && event.op !== 'trim') continue;
    touch(sectors, event);
    writes++;
    if ('writes' in cut && writes === cut.writes) {
      yield copyOf(sectors);
      writes = 0;
    }
  }
  if (writes > 0) yield copyOf(sectors);
}

function touch(sectors: Sectors, { op, offset, length, contentId }: TraceEvent): void {
  const { versions } = sectors;
  const isKnown = contentId !== undefined && op === 'write';
  if (isKnown)
    sectors.known ??= { ids: new Float64Array(versions.length), parts: new Uint16Array(versions.length) };
  const { known } = sectors;
  const first = Math.floor(offset / sectorBytes);
  // A discard may be larger than the image: then every sector is in it, and once is enough.
  const count = Math.ceil((offset + length) / sectorBytes) - first;
  for (let part = op === 'trim' ? Math.max(0, count - versions.length) : 0; part < count; part++) {
    const folded = (first + part) % versions.length;
    const writes = (versions[folded] ?? 0) % trimmed;
    versions[folded] = op === 'trim' ? trimmed + writes : writes + 1;
    if (known === undefined) continue;
    known.ids[folded] = isKnown ? contentId + 1 : 0;
    known.parts[folded] = isKnown ? part : 0;
  }
}

/** Draws what is known by its content, and the rest by its writes. */
function knownOr(
  { ids, parts }: KnownContents,
  drawKnown: (id: number, part: number, into: Uint8Array, view: DataView) => void,
  draw: PageDrawer,
): PageDrawer {
  return (sector, version, into, view) => {
    const id = ids[sector] ?? 0;
    if (id === 0 || version >= trimmed) draw(sector, version, into, view);
    else drawKnown(id, parts[sector] ?? 0, into, view);
  };
}

/** The bytes of one sector of a content: nothing but its id, the sector's number and the seed. */
function contentDrawer(
  seed: number,
  compressibility: number,
): (id: number, part: number, into: Uint8Array, view: DataView) => void {
  const knownSeed = hash(seed, 0x636f6e74);
  const noiseBytes = noiseBytesOf(compressibility);
  return (id, part, into, view) => {
    new Draws(knownSeed, id, part).fill(view, 0, noiseBytes);
    for (let i = noiseBytes; i < sectorBytes; i++) into[i] = 0x40 | ((id + i) & 7);
  };
}

function noiseBytesOf(compressibility: number): number {
  return Math.round((sectorBytes * (1 - compressibility)) / 4) * 4;
}

/** Each cell shows the last write that chose it; which cells a write chooses is a hash of sector, cell and count. */
function sectorDrawer(seed: number, compressibility: number, changedShare: number): PageDrawer {
  const chosenBelow = changedShare * 4_294_967_296;
  const noiseBytes = noiseBytesOf(compressibility);
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
