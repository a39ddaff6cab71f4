/**
 * Encoding: a planned segment's changed bytes read, set against the base bytes that lie opposite, and turned into the three raw streams:
 * instructions, lengths, addresses, differences, literals.
 *
 * Each extent of new data is encoded against a window of the base around its hint (opposed-range.ts): its own length, and as much again on either
 * side within [4 KiB, 64 KiB] (1 KiB with an index), inside the files that lie opposite. Short ones that stand close together are encoded in one call (opposed-runs.ts).
 * Where no base content is at hand, or no hint is known, the bytes are literals; but with an index of the base, long literals get a second look (gathered.ts).
 */
import { assert, present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import { deltaKind, stepKind, stepWords } from '../../kernels/abi.js';
import { stepsMax, type Workspace } from '../../kernels/workspace.js';
import type { BaseIndex } from '../detect/base-index.js';
import { extentKind } from '../detect/extents.js';
import type { Layout } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { WindowMap, type BaseRange } from './base-window.js';
import { GatheredEncoder, type Encoding, type EncodingSink } from './gathered.js';
import { OperationWriter } from './operation-writer.js';
import { OpposedRanges } from './opposed-range.js';
import { OpposedRuns, type OpposedRun } from './opposed-runs.js';
import type { OperationStreams } from './operations.js';
import { segmentDataBytes, type SegmentPlan } from './plan.js';
import { tableBits } from './table-bits.js';

/** Matches on another diagonal, inside what lies opposite, from which on a copy costs less than the literals that a codec finds in their context (decision 0012). */
const contextMatchBytesMin = 48;
const recordsMax = 128 * 1024;
const recordBytes = 12;
/** The encoder stops when there is no room for a literal, a record after it, and a literal over the rest. */
const recordsAtOnceMax = 3;

export interface EncodeBase {
  readonly reader: ContentReader;
  readonly layout: Layout;
  /** Where the base has its anchors: what does not lie opposite is found by it. */
  readonly index?: BaseIndex | undefined;
}

export interface EncodeContext {
  readonly workspace: Workspace;
  readonly reader: ContentReader;
  /** Present where sub-block deltas are wanted and the base's content is at hand. */
  readonly base: EncodeBase | undefined;
  /** Whether literals will be compressed beside their context (context.ts). */
  readonly inContext: boolean;
  readonly meter: Meter;
}

/** Raw streams of one segment: views of kernel windows, valid until the next encode. */
export interface EncodedSegment extends OperationStreams {
  readonly differences: Uint8Array;
  readonly literals: Uint8Array;
  readonly operationCount: number;
}

export function encodeSegment(context: EncodeContext, plan: SegmentPlan): EncodedSegment {
  return context.meter.time('delta', () => new SegmentEncoder(context, plan).run());
}

class SegmentEncoder implements EncodingSink {
  readonly #context: EncodeContext;
  readonly #plan: SegmentPlan;
  readonly #operations: OperationWriter;
  readonly #gathered: GatheredEncoder | undefined;
  readonly #opposed: { readonly runs: OpposedRuns; readonly ranges: OpposedRanges } | undefined;
  /** For each step of a run 1 where the index knows an anchor of its literals. */
  readonly #known = new Uint8Array(stepsMax);
  #differenceBytes = 0;

  constructor(context: EncodeContext, plan: SegmentPlan) {
    this.#context = context;
    this.#plan = plan;
    this.#operations = OperationWriter.of(context.workspace, plan.targetAddress);
    const { base } = context;
    this.#gathered = base?.index && new GatheredEncoder(context, base, base.index);
    if (base === undefined) return;
    const ranges = new OpposedRanges(base.layout, base.index !== undefined);
    this.#opposed = {
      ranges,
      runs: new OpposedRuns({ ...context, baseReader: base.reader }, plan.extents, ranges),
    };
  }

  run(): EncodedSegment {
    const { kinds, lengths, references } = this.#plan.extents;
    let at = this.#plan.targetAddress;
    for (let i = 0; i < kinds.length;) {
      const length = present(lengths[i], 'length');
      const reference = present(references[i], 'reference');
      switch (kinds[i]) {
        case extentKind.copy:
          this.#operations.put('copy', length, reference);
          break;
        case extentKind.repeat:
          this.#operations.put('repeat', length, reference);
          break;
        case extentKind.zero:
          this.#operations.put('zero', length);
          break;
        default: {
          const run = this.#opposed?.runs.load(i, at);
          if (run !== undefined) {
            this.#encodeRun(run);
            i += run.stepCount;
            at += run.targetBytes;
            continue;
          }
          this.#encodeData(at, length, reference);
        }
      }
      i++;
      at += length;
    }
    const operations = this.#operations.finish();
    const { workspace, meter } = this.#context;
    meter.count('operations', this.#operations.count);
    return {
      ...operations,
      differences: workspace.window('differences').u8(0, this.#differenceBytes),
      literals: workspace.window('literals').u8(0, this.#operations.literalBytes),
      operationCount: this.#operations.count,
    };
  }

  /** Changes that are read together, and what stands between them. */
  #encodeRun({ stepCount, changedBytes, baseStart }: OpposedRun): void {
    const { workspace, inContext, meter } = this.#context;
    meter.count('bytesDeltaEncoded', changedBytes);
    const steps = workspace.window('steps');
    const records = workspace.window('records');
    const count = workspace.kernels.functions.deltaEncodeEach(
      steps.pointer,
      stepCount,
      workspace.window('table').pointer,
      records.pointer,
      recordsMax,
      inContext ? contextMatchBytesMin : 0,
    );
    assert(count <= recordsMax - recordsAtOnceMax, 'the records of a run fit their window');
    let written = 0;
    if (this.#gathered !== undefined) {
      const known = this.#known.fill(0);
      this.#gathered.markKnown(steps, stepCount, known);
      const { words } = steps;
      for (let i = 0; i < stepCount; i++) {
        if (words[i * stepWords] !== stepKind.encoded || (known[i] === 0 && !this.#gathered.isPassing))
          continue;
        this.#writeSteps(written, i);
        this.#improve(this.#gathered, words.subarray(i * stepWords, (i + 1) * stepWords), baseStart);
        written = i + 1;
      }
    }
    this.#writeSteps(written, stepCount);
  }

  /** A second look at a change that was encoded. */
  #improve(gathered: GatheredEncoder, step: Uint32Array, baseStart: number): void {
    const { workspace } = this.#context;
    const [, targetBytes = 0, , , base = 0, baseBytes = 0, target = 0, diagonal = 0, , at = 0, count = 0] =
      step;
    const records = workspace.window('records');
    const start = baseStart + base - workspace.window('base').pointer;
    const range = { start, end: start + baseBytes };
    const offset = target - workspace.window('target').pointer;
    gathered.improve(
      {
        records: records.from(at - records.pointer),
        count,
        base,
        map: new WindowMap([range]),
        offset,
        targetBytes,
      },
      { range, base, address: start + (diagonal | 0) - offset },
      this,
    );
  }

  /** Appends steps [from, to) and the payload of those that were encoded. */
  #writeSteps(from: number, to: number): void {
    if (to <= from) return;
    const { workspace } = this.#context;
    this.#differenceBytes += this.#operations.putSteps(
      workspace.window('steps').pointer + from * stepWords * 4,
      to - from,
      workspace.window('differences').pointer + this.#differenceBytes,
      workspace.window('literals').pointer,
    );
  }

  /** Long changes, and such that nothing lies opposite, in pieces that leave room for the slack in the base window. */
  #encodeData(address: number, length: number, hint: number): void {
    for (let done = 0; done < length; done += segmentDataBytes) {
      const piece = Math.min(segmentDataBytes, length - done);
      const range = hint < 0 ? undefined : this.#opposed?.ranges.of(hint + done, piece);
      if (range !== undefined) this.#against(address + done, piece, hint + done, range);
      else if (this.#gathered === undefined) this.#literal(address + done, piece);
      else this.#search(this.#gathered, address + done, piece);
    }
  }

  #literal(address: number, length: number): void {
    const { workspace, reader, meter } = this.#context;
    meter.time('read', () =>
      reader.read(address, workspace.window('literals').u8(this.#operations.literalBytes, length)),
    );
    meter.count('bytesRead', length);
    this.#operations.put('literal', length);
  }

  /** Nothing lies opposite: only the index can tell what these bytes resemble. */
  #search(gathered: GatheredEncoder, address: number, length: number): void {
    const { workspace, reader, meter } = this.#context;
    meter.time('read', () => reader.read(address, workspace.window('target').u8(0, length)));
    meter.count('bytesRead', length);
    gathered.encodeUnknown(0, length, undefined, this);
  }

  #against(address: number, length: number, opposite: number, range: BaseRange): void {
    const { workspace, meter } = this.#context;
    this.#opposed?.runs.loadOne(address, length, range);
    meter.count('bytesDeltaEncoded', length);
    const base = workspace.window('base').pointer;
    const map = new WindowMap([range]);
    // A call whose records run out leaves the rest to the next one.
    for (let offset = 0; offset < length;) {
      const diagonal = opposite + offset - range.start;
      const encoding = this.#encodeWindows(map, base, offset, length - offset, diagonal);
      if (this.#gathered === undefined) this.put(encoding, 0, encoding.count);
      else this.#gathered.improve(encoding, { range, base, address: opposite }, this);
      offset += encoding.targetBytes;
    }
  }

  /**
   * Encodes target window bytes [offset, offset + length) against base bytes in memory at `base`. Where records run out, they end before the literal
   * that would cover the rest.
   */
  #encodeWindows(map: WindowMap, base: number, offset: number, length: number, diagonal: number): Encoding {
    const { workspace } = this.#context;
    const target = workspace.window('target');
    const table = workspace.window('table');
    const records = workspace.window('records');
    const { functions } = workspace.kernels;
    let count = functions.deltaEncode(
      base,
      map.length,
      target.pointer + offset,
      length,
      diagonal,
      table.pointer,
      tableBits(map.length),
      records.pointer,
      recordsMax,
      this.#context.inContext ? contextMatchBytesMin : 0,
    );
    let targetBytes = length;
    const { words } = records;
    if (count > recordsMax - recordsAtOnceMax && words[count * 3 - 3] === deltaKind.literal) {
      count--;
      targetBytes -= present(words[count * 3 + 1], 'length');
    }
    return { records, count, base, map, offset, targetBytes };
  }

  /** Appends an encoding's records [first, first + count) and their payload; `offset` is where they begin in the target window. */
  put(encoding: Encoding, first: number, count: number, offset = encoding.offset): void {
    const { workspace } = this.#context;
    const { records, base, map } = encoding;
    this.#differenceBytes += workspace.kernels.functions.deltaGather(
      base,
      workspace.window('target').pointer + offset,
      records.pointer + first * recordBytes,
      count,
      workspace.window('differences').pointer + this.#differenceBytes,
      workspace.window('literals').pointer + this.#operations.literalBytes,
    );
    this.#operations.setBase(map.ranges);
    this.#operations.putRecords(records.pointer + first * recordBytes, count);
  }

  /** Appends target window bytes as they are. */
  putLiteral(offset: number, length: number): void {
    const { workspace } = this.#context;
    workspace
      .window('literals')
      .u8(this.#operations.literalBytes, length)
      .set(workspace.window('target').u8(offset, length));
    this.#operations.put('literal', length);
  }
}
