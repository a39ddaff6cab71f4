/**
 * Encoding: a planned segment's changed bytes read, set against the base bytes that lie opposite, and turned into the three raw streams:
 * instructions, lengths, addresses, differences, literals.
 *
 * Each extent of new data is encoded against a window of the base around its hint: its own length, and as much again on either
 * side within [4 KiB, 64 KiB], inside the files that lie opposite. Where no base content is at hand, or no hint is known, the bytes are literals.
 */
import { present } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import { deltaKind } from '../../kernels/abi.js';
import { dataWindowBytes, type Workspace } from '../../kernels/workspace.js';
import { extentKind } from '../detect/extents.js';
import type { Layout } from '../snapshot/layout.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { OperationWriter, type OperationStreams } from './operations.js';
import { segmentDataBytes, type SegmentPlan } from './plan.js';

const slackBytesMin = 4 * 1024;
const slackBytesMax = 64 * 1024;
const recordsMax = 128 * 1024;
/** The encoder stops when there is no room for a literal, a record after it, and a literal over the rest. */
const recordsAtOnceMax = 3;

export interface EncodeContext {
  readonly workspace: Workspace;
  readonly reader: ContentReader;
  /** Present where sub-block deltas are wanted and the base's content is at hand. */
  readonly base: { readonly reader: ContentReader; readonly layout: Layout } | undefined;
  readonly meter: Meter;
}

/** Raw streams of one segment. Literals and differences are views of kernel windows, valid until the next encode. */
export interface EncodedSegment extends OperationStreams {
  readonly differences: Uint8Array;
  readonly literals: Uint8Array;
  readonly operationCount: number;
}

export function encodeSegment(context: EncodeContext, plan: SegmentPlan): EncodedSegment {
  return new SegmentEncoder(context, plan).run();
}

class SegmentEncoder {
  readonly #context: EncodeContext;
  readonly #plan: SegmentPlan;
  readonly #operations: OperationWriter;
  #differenceBytes = 0;
  #literalBytes = 0;

  constructor(context: EncodeContext, plan: SegmentPlan) {
    this.#context = context;
    this.#plan = plan;
    this.#operations = new OperationWriter(plan.targetAddress);
  }

  run(): EncodedSegment {
    const { kinds, lengths, references } = this.#plan.extents;
    let at = this.#plan.targetAddress;
    for (let i = 0; i < kinds.length; i++) {
      const length = present(lengths[i], 'length');
      const reference = present(references[i], 'reference');
      switch (kinds[i]) {
        case extentKind.copy:
          this.#operations.push({ kind: 'copy', length, baseAddress: reference });
          break;
        case extentKind.repeat:
          this.#operations.push({ kind: 'repeat', length, sourceAddress: reference });
          break;
        case extentKind.zero:
          this.#operations.push({ kind: 'zero', length });
          break;
        default:
          this.#encodeData(at, length, reference);
      }
      at += length;
    }
    const operations = this.#operations.finish();
    const { workspace, meter } = this.#context;
    meter.count('operations', this.#operations.count);
    return {
      ...operations,
      differences: workspace.window('differences').u8(0, this.#differenceBytes),
      literals: workspace.window('literals').u8(0, this.#literalBytes),
      operationCount: this.#operations.count,
    };
  }

  /** New data, in pieces that leave room for the slack in the base window. */
  #encodeData(address: number, length: number, hint: number): void {
    for (let done = 0; done < length; done += segmentDataBytes) {
      const piece = Math.min(segmentDataBytes, length - done);
      const base = this.#context.base;
      if (base === undefined || hint < 0 || hint + done >= base.layout.totalBytes)
        this.#literal(address + done, piece);
      else this.#against(base, address + done, piece, hint + done);
    }
  }

  #literal(address: number, length: number): void {
    const { workspace, reader, meter } = this.#context;
    meter.time('read', () =>
      reader.read(address, workspace.window('literals').u8(this.#literalBytes, length)),
    );
    meter.count('bytesRead', length);
    this.#literalBytes += length;
    this.#operations.push({ kind: 'literal', length });
  }

  #against(
    base: NonNullable<EncodeContext['base']>,
    address: number,
    length: number,
    opposite: number,
  ): void {
    const { workspace, reader, meter } = this.#context;
    const slack = Math.min(slackBytesMax, Math.max(slackBytesMin, length));
    const { layout } = base;
    // Not into neighbouring files: they rarely help, and where files are tiny there would be hundreds to open.
    const lastOpposite = Math.min(opposite + length, layout.totalBytes) - 1;
    const baseStart = Math.max(layout.startOf(layout.entryAt(opposite)), opposite - slack);
    const baseEnd = Math.min(layout.endOf(layout.entryAt(lastOpposite)), opposite + length + slack);
    const baseLength = Math.min(baseEnd, baseStart + dataWindowBytes) - baseStart;
    const target = workspace.window('target');
    const window = workspace.window('base');
    meter.time('read', () => {
      reader.read(address, target.u8(0, length));
      base.reader.read(baseStart, window.u8(0, baseLength));
    });
    meter.count('bytesRead', length + baseLength);
    meter.count('bytesDeltaEncoded', length);
    // A call whose records run out leaves the rest to the next one.
    for (let done = 0; done < length;) {
      const found = meter.time('delta', () =>
        this.#encodeWindows(baseLength, done, length - done, opposite - baseStart + done),
      );
      done += this.#pushRecords(found, baseStart);
    }
  }

  /**
   * Encodes target window bytes [offset, offset + length) against the base window, appends their payload to the difference and literal
   * streams, and returns the records. Where these ran out, they end before the literal that would cover the rest.
   */
  #encodeWindows(baseLength: number, offset: number, length: number, diagonal: number): Uint32Array {
    const { workspace } = this.#context;
    const base = workspace.window('base');
    const target = workspace.window('target');
    const table = workspace.window('table');
    const records = workspace.window('records');
    const { functions } = workspace.kernels;
    let count = functions.deltaEncode(
      base.pointer,
      baseLength,
      target.pointer + offset,
      length,
      diagonal,
      table.pointer,
      tableBits(baseLength),
      records.pointer,
      recordsMax,
    );
    if (count > recordsMax - recordsAtOnceMax && records.u32()[count * 3 - 3] === deltaKind.literal) count--;
    functions.deltaGather(
      base.pointer,
      target.pointer + offset,
      records.pointer,
      count,
      workspace.window('differences').pointer + this.#differenceBytes,
      workspace.window('literals').pointer + this.#literalBytes,
    );
    return records.u32(count * 3);
  }

  /** Returns the target bytes that the records cover. */
  #pushRecords(records: Uint32Array, baseStart: number): number {
    let covered = 0;
    for (let i = 0; i < records.length; i += 3) {
      const kind = present(records[i], 'kind');
      const length = present(records[i + 1], 'length');
      const baseAddress = baseStart + present(records[i + 2], 'base offset');
      covered += length;
      if (kind === deltaKind.literal) {
        this.#operations.push({ kind: 'literal', length });
        this.#literalBytes += length;
      } else if (kind === deltaKind.add) {
        this.#operations.push({ kind: 'add', length, baseAddress });
        this.#differenceBytes += length;
      } else this.#operations.push({ kind: 'copy', length, baseAddress });
    }
    return covered;
  }
}

/** A slot for every window of 16 base bytes, from 2^10 to 2^18 slots. */
function tableBits(baseLength: number): number {
  return Math.min(18, Math.max(10, 32 - Math.clz32(baseLength >>> 4)));
}
