/**
 * What of both sides an encoding holds in the kernels' windows: a run of changed bytes in `target`, what lies opposite in `base`. Changes that follow each
 * other closely are read at once, both sides: a read takes as long as copying some 30 KiB.
 *
 * Law: what is held never shows in what is encoded, only in the number of bytes read.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import { extentKind, type ExtentColumns } from '../detect/extents.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import type { BaseRange } from './base-window.js';

/** What lies between two changes is read with them up to this, as much as this at once, and longer changes by themselves. */
const gapBytesMax = 16 * 1024;
const heldBytesMax = 256 * 1024;
const joinedBytesMax = 64 * 1024;

export interface OppositeContext {
  readonly workspace: Workspace;
  readonly reader: ContentReader;
  readonly baseReader: ContentReader;
  readonly meter: Meter;
}

/** Changed bytes, and the base bytes that they are encoded against. */
export interface Opposed {
  readonly address: number;
  readonly length: number;
  readonly range: BaseRange;
}

const nothing: BaseRange = { start: 0, end: 0 };

export class OppositeReader {
  readonly #context: OppositeContext;
  readonly #extents: ExtentColumns;
  readonly #rangeOf: (opposite: number, length: number) => BaseRange | undefined;
  #target = nothing;
  #base = nothing;

  /** `rangeOf` says which base bytes go with changes that lie opposite an address; undefined where the base has ended before it. */
  constructor(
    context: OppositeContext,
    extents: ExtentColumns,
    rangeOf: (opposite: number, length: number) => BaseRange | undefined,
  ) {
    this.#context = context;
    this.#extents = extents;
    this.#rangeOf = rangeOf;
  }

  /** Address of the first byte in the window `target`, and in `base`. */
  get targetStart(): number {
    return this.#target.start;
  }
  get baseStart(): number {
    return this.#base.start;
  }

  /** Makes what is opposed present in both windows. `next` is the extent behind it, which ends where it does. */
  load({ address, length, range }: Opposed, next: number): void {
    const isHeld =
      holds(this.#target, address, address + length) && holds(this.#base, range.start, range.end);
    if (isHeld) return;
    const joined = length > joinedBytesMax ? undefined : this.#joined(address, length, range, next);
    this.#target = { start: address, end: joined?.end ?? address + length };
    this.#base = { start: range.start, end: joined?.baseEnd ?? range.end };
    const { workspace, reader, baseReader, meter } = this.#context;
    const target = workspace.window('target').u8(0, this.#target.end - address);
    const base = workspace.window('base').u8(0, this.#base.end - range.start);
    meter.time('read', () => {
      reader.read(address, target);
      baseReader.read(range.start, base);
    });
    meter.count('bytesRead', target.length + base.length);
  }

  /** The window `target` holds something else now. */
  forget(): void {
    this.#target = nothing;
  }

  /** Where both sides end of the changes that are read together with one. */
  #joined(address: number, length: number, range: BaseRange, next: number): { end: number; baseEnd: number } {
    const { kinds, lengths, references } = this.#extents;
    let end = address + length;
    let baseEnd = range.end;
    let at = end;
    for (let i = next; i < kinds.length && at - end <= gapBytesMax; i++) {
      const bytes = present(lengths[i], 'length');
      const reference = present(references[i], 'reference');
      if (kinds[i] === extentKind.data && reference >= 0) {
        if (bytes > joinedBytesMax || at + bytes - address > heldBytesMax) break;
        const other = this.#rangeOf(reference, bytes);
        if (other === undefined || other.start < range.start || other.start > baseEnd + gapBytesMax) break;
        if (other.end - range.start > heldBytesMax) break;
        end = at + bytes;
        baseEnd = Math.max(baseEnd, other.end);
      }
      at += bytes;
    }
    return { end, baseEnd };
  }
}

function holds({ start, end }: BaseRange, from: number, to: number): boolean {
  return start <= from && to <= end;
}
