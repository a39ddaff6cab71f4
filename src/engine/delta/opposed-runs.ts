/**
 * Runs of changes, each with the base bytes that lie opposite: changes that follow each other closely are read at once, both sides, into the windows `target` and
 * `base`, and listed as steps for the kernels (assembly/delta-each.ts), with what stands between them. A read takes as long as copying some 30 KiB, a change of
 * a page as long as a call of a kernel and what it is given.
 *
 * Law: what is held together never shows in what is encoded, only in the number of bytes read.
 */
import type { Meter } from '../../base/meter.js';
import { stepKind, stepWords } from '../../kernels/abi.js';
import { stepsMax, type Workspace } from '../../kernels/workspace.js';
import { extentKind, type ExtentColumns } from '../detect/extents.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import type { BaseRange } from './base-window.js';
import type { OpposedRanges } from './opposed-range.js';
import { tableBits } from './table-bits.js';

/** What lies between two changes is read with them up to this, as much as this at once, and longer changes by themselves. */
const gapBytesMax = 16 * 1024;
const heldBytesMax = 256 * 1024;
const joinedBytesMax = 64 * 1024;

const two32 = 2 ** 32;

/** Steps of extents that are no changes, by extentKind. */
const plainKinds = [stepKind.copy, stepKind.repeat, stepKind.zero] as const;

export interface RunContext {
  readonly workspace: Workspace;
  readonly reader: ContentReader;
  readonly baseReader: ContentReader;
  readonly meter: Meter;
}

/** The steps of some extents, from a change to a change. */
export interface OpposedRun {
  readonly stepCount: number;
  readonly targetBytes: number;
  /** Bytes of changes. */
  readonly changedBytes: number;
  /** Base address of the first byte in the window `base`. */
  readonly baseStart: number;
}

export class OpposedRuns {
  readonly #context: RunContext;
  readonly #extents: ExtentColumns;
  readonly #ranges: OpposedRanges;

  constructor(context: RunContext, extents: ExtentColumns, ranges: OpposedRanges) {
    this.#context = context;
    this.#extents = extents;
    this.#ranges = ranges;
  }

  /** Lists and reads changes from extent `first` on, which begins at a target address; undefined where it is no change, a long one, or nothing lies opposite. */
  load(first: number, address: number): OpposedRun | undefined {
    const { kinds, lengths, references } = this.#extents;
    const { workspace } = this.#context;
    const { pointer: targetPointer } = workspace.window('target');
    const { pointer: basePointer } = workspace.window('base');
    const { words } = workspace.window('steps');
    const stop = Math.min(kinds.length, first + stepsMax);
    let baseStart = -1;
    let baseEnd = -1;
    let at = address;
    let end = address;
    let changedBytes = 0;
    let stepCount = 0;
    for (let i = first; i < stop && at - end <= gapBytesMax; i++) {
      const length = lengths[i] ?? 0;
      const reference = references[i] ?? -1;
      const step = (i - first) * stepWords;
      let from = reference;
      if (kinds[i] === extentKind.data) {
        if (length > joinedBytesMax || at + length - address > heldBytesMax) break;
        const range = this.#ranges.of(reference, length);
        if (range === undefined) break;
        if (baseStart < 0) {
          baseStart = range.start;
          baseEnd = range.end;
        }
        if (range.start < baseStart || range.start > baseEnd + gapBytesMax) break;
        if (range.end - baseStart > heldBytesMax) break;
        baseEnd = Math.max(baseEnd, range.end);
        from = range.start;
        words[step] = stepKind.encoded;
        words[step + 4] = basePointer + from - baseStart;
        words[step + 5] = range.end - from;
        words[step + 6] = targetPointer + at - address;
        words[step + 7] = reference - from;
        words[step + 8] = tableBits(range.end - from);
        end = at + length;
        changedBytes += length;
        stepCount = i - first + 1;
      } else {
        words[step] = plainKinds[kinds[i] ?? 0] ?? 0;
      }
      words[step + 1] = length;
      words[step + 2] = from;
      words[step + 3] = from / two32;
      at += length;
    }
    if (stepCount === 0) return undefined;
    this.#read({ start: address, end }, { start: baseStart, end: baseEnd });
    return { stepCount, targetBytes: end - address, changedBytes, baseStart };
  }

  /** Reads a single change. */
  loadOne(address: number, length: number, range: BaseRange): void {
    this.#read({ start: address, end: address + length }, range);
  }

  #read({ start, end }: BaseRange, base: BaseRange): void {
    const { workspace, reader, baseReader, meter } = this.#context;
    const intoTarget = workspace.window('target').u8(0, end - start);
    const intoBase = workspace.window('base').u8(0, base.end - base.start);
    meter.time('read', () => {
      reader.read(start, intoTarget);
      baseReader.read(base.start, intoBase);
    });
    meter.count('bytesRead', end - start + base.end - base.start);
  }
}
