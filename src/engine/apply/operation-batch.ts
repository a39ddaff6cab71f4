/**
 * Small operations, many at a time: decoded into the kernels' record window, their base bytes and their payload gathered in windows beside it, and
 * rebuilt by one call of deltaApply. No code runs for an operation but that which decodes and checks it.
 *
 * What is large is better moved straight to its place, and what repeats target bytes needs them to be there: such an operation ends a batch.
 * So do the end of the piece, a full record window, and a full base window.
 */
import { assert } from '../../base/errors.js';
import type { Meter } from '../../base/meter.js';
import { deltaKind } from '../../kernels/abi.js';
import type { Workspace } from '../../kernels/workspace.js';
import { operationKind } from '../delta/operations.js';
import type { ScanContext } from '../fingerprint/scan.js';
import type { ContentReader } from '../snapshot/snapshot.js';
import { BaseRuns } from './base-runs.js';
import type { OperationCursor } from './operation-cursor.js';
import type { SegmentStreams } from './segment-streams.js';
import type { Zeros } from './zeros.js';

/** From here on a read or copy of its own costs less than to pass through a window. */
const straightBytesMin = 32 * 1024;

export class OperationBatch {
  readonly #workspace: Workspace;
  readonly #reader: ContentReader;
  readonly #meter: Meter;
  readonly #runs: BaseRuns;
  /** Zeros are copied from the end of the base window. */
  readonly #zeroOffset: number;
  #count = 0;
  #zeroBytesMax = 0;

  constructor({ workspace, reader, layout, meter }: ScanContext) {
    this.#workspace = workspace;
    this.#reader = reader;
    this.#meter = meter;
    this.#zeroOffset = workspace.window('base').length - straightBytesMin;
    this.#runs = new BaseRuns(layout, this.#zeroOffset);
  }

  /** Whether `length` bytes of an operation of this kind are for a batch. */
  static holds(kind: number, length: number): boolean {
    return length < straightBytesMin && kind !== operationKind.repeat;
  }

  /**
   * Rebuilds target window bytes from `start` on, as far as one batch goes, at most to `end`; returns where it ended. The operation at `start` is one that
   * batches hold. Zeros are made known to `zeros`. Throws DataError for operations and streams that do not fit together, WorldError
   * from the reader.
   */
  rebuild(
    cursor: OperationCursor,
    streams: SegmentStreams,
    start: number,
    end: number,
    zeros: Zeros,
  ): number {
    const at = this.#meter.time('apply', () => this.#collect(cursor, streams, start, end, zeros));
    this.#perform(streams, start, at - start);
    return at;
  }

  /** Records of the operations from here on; returns the target window offset that they reach. */
  #collect(
    cursor: OperationCursor,
    streams: SegmentStreams,
    start: number,
    end: number,
    zeros: Zeros,
  ): number {
    const { differences, literals } = streams;
    const records = this.#workspace.window('records').u32();
    let at = start;
    let next = 0;
    this.#zeroBytesMax = 0;
    while (at < end && next < records.length) {
      const { kind } = cursor;
      const length = Math.min(cursor.left, end - at);
      if (!OperationBatch.holds(kind, length)) break;
      let recordKind: number = deltaKind.copy;
      let offset = 0;
      if (kind === operationKind.literal) {
        literals.claim(length);
        recordKind = deltaKind.literal;
      } else if (kind === operationKind.zero) {
        zeros.add(at, at + length);
        this.#zeroBytesMax = Math.max(this.#zeroBytesMax, length);
        offset = this.#zeroOffset;
      } else {
        offset = this.#runs.place(cursor.address, length);
        if (offset < 0) break;
        if (kind === operationKind.add) {
          differences.claim(length);
          recordKind = deltaKind.add;
        }
      }
      records[next] = recordKind;
      records[next + 1] = length;
      records[next + 2] = offset;
      next += 3;
      at += length;
      cursor.advance(length);
    }
    this.#count = next / 3;
    return at;
  }

  #perform(streams: SegmentStreams, start: number, length: number): void {
    const runs = this.#runs.take();
    const out = this.#workspace.window('target').u8(start, length);
    const differences = streams.differences.take();
    const literals = streams.literals.take();
    const [first] = runs;
    if (first === undefined && this.#zeroBytesMax === 0) {
      this.#meter.time('apply', () => out.set(literals));
      return;
    }
    const base = this.#workspace.window('base');
    if (this.#count === 1 && first !== undefined && differences.length === 0) {
      this.#read(first.address, out);
      return;
    }
    for (const run of runs) this.#read(run.address, base.u8(run.offset, run.length));
    this.#meter.time('apply', () => {
      base.u8(this.#zeroOffset, this.#zeroBytesMax).fill(0);
      this.#apply(differences, literals, start, length);
    });
  }

  #read(address: number, into: Uint8Array): void {
    this.#meter.time('read', () => this.#reader.read(address, into));
    this.#meter.count('bytesRead', into.length);
  }

  #apply(differences: Uint8Array, literals: Uint8Array, start: number, length: number): void {
    const { functions } = this.#workspace.kernels;
    const window = this.#workspace.window.bind(this.#workspace);
    window('differences').u8(0, differences.length).set(differences);
    window('literals').u8(0, literals.length).set(literals);
    const written = functions.deltaApply(
      window('base').pointer,
      window('base').length,
      window('records').pointer,
      this.#count,
      window('differences').pointer,
      differences.length,
      window('literals').pointer,
      literals.length,
      window('target').pointer + start,
      length,
    );
    assert(written === length, 'records that were checked rebuild their bytes');
  }
}
