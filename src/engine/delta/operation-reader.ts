/**
 * Decodes the instruction set of operations.ts, the only place that does. Trusts nothing: every length and address is checked before it is handed out.
 *
 * A segment can hold two million operations of a few bytes, so the reader makes nothing for one: it steps, and its fields say what it
 * stands on. `readOperations` gives the same as objects, where there is time for them.
 */
import { ByteReader } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';
import { addressMax, homeBytesMin, operationsMax } from '../../base/limits.js';
import { instructionKind, literalBytesLong } from '../../kernels/abi.js';
import { operationKind, type Operation, type OperationStreams } from './operations.js';

export interface OperationBounds {
  readonly targetAddress: number;
  readonly targetBytes: number;
  readonly baseBytes: number;
}

export class OperationReader {
  readonly #instructions: ByteReader;
  readonly #lengths: ByteReader;
  readonly #addresses: ByteReader;
  readonly #baseBytes: number;
  readonly #end: number;
  /** Target address behind the present operation. */
  #at: number;
  #displacement = 0;
  #home = 0;
  #count = 0;
  #kind = 0;
  #length = 0;
  #address = 0;
  /** Kind of the instruction whose literal is the present operation; -1 for none. */
  #instruction = -1;

  constructor(streams: OperationStreams, bounds: OperationBounds) {
    this.#instructions = new ByteReader(streams.instructions);
    this.#lengths = new ByteReader(streams.lengths);
    this.#addresses = new ByteReader(streams.addresses);
    this.#baseBytes = bounds.baseBytes;
    this.#at = bounds.targetAddress;
    this.#end = bounds.targetAddress + bounds.targetBytes;
  }

  /** Operations so far, the present one included. */
  get count(): number {
    return this.#count;
  }

  /** One of operationKind. */
  get kind(): number {
    return this.#kind;
  }

  get length(): number {
    return this.#length;
  }

  /** Where a copy or an addition begins in the base, or a repeat in the target; without meaning for the others. */
  get address(): number {
    return this.#address;
  }

  /**
   * Steps to the next operation; false behind the last. Operations cover exactly [targetAddress, targetAddress + targetBytes). Throws DataError for
   * an empty operation, an address outside the base or not before the target position, a wrong total, or streams that are not used up.
   */
  next(): boolean {
    if (this.#instruction >= 0) {
      const kind = this.#instruction;
      this.#instruction = -1;
      if (kind !== instructionKind.end) {
        this.#operation(kind);
        return true;
      }
    }
    if (this.#instructions.remaining === 0) {
      this.#finish();
      return false;
    }
    const instruction = this.#instructions.u8('instruction');
    const kind = instruction >>> 5;
    const short = instruction & literalBytesLong;
    if (short === 0 && kind !== instructionKind.end) {
      this.#operation(kind);
      return true;
    }
    const more = short === literalBytesLong ? this.#lengths.varint('literal length') : 0;
    this.#take(operationKind.literal, short + more);
    this.#instruction = kind;
    return true;
  }

  /** Everything is used up and everything covered. */
  #finish(): void {
    const left = this.#end - this.#at;
    if (left > 0) throw new DataError(`a segment's operations leave ${left} bytes of its range uncovered`);
    this.#lengths.end('the stream of lengths');
    this.#addresses.end('the stream of addresses');
  }

  #operation(kind: number): void {
    const length = this.#lengths.varint('operation length');
    switch (kind) {
      case instructionKind.zero:
        this.#take(operationKind.zero, length);
        return;
      case instructionKind.repeat:
        this.#take(operationKind.repeat, length);
        this.#setSource(this.#addresses.varint('repeat distance'));
        return;
      case instructionKind.copyHome:
        this.#displacement = this.#home;
        break;
      case instructionKind.copyMoved:
      case instructionKind.addMoved:
        this.#displacement += this.#addresses.signedVarint('base address');
    }
    const isAdd = kind === instructionKind.add || kind === instructionKind.addMoved;
    this.#take(isAdd ? operationKind.add : operationKind.copy, length);
    this.#setOpposite();
    if (!isAdd && length >= homeBytesMin) this.#home = this.#displacement;
  }

  #take(kind: number, length: number): void {
    if (++this.#count > operationsMax) {
      throw new DataError(`a segment has more than ${operationsMax} operations`);
    }
    const left = this.#end - this.#at;
    if (length < 1 || length > left) {
      throw new DataError(
        `operation ${this.#count} covers ${length} bytes where ${left} are left in the segment`,
      );
    }
    this.#kind = kind;
    this.#length = length;
    this.#at += length;
  }

  /** The base address that lies opposite the present operation. */
  #setOpposite(): void {
    const length = this.#length;
    const address = this.#at - length + this.#displacement;
    if (!(address >= 0 && address <= addressMax && length <= this.#baseBytes - address)) {
      throw new DataError(
        `operation ${this.#count} copies from outside the base (address ${address}, length ${length})`,
      );
    }
    this.#address = address;
  }

  /** The target address that lies `distance` before the present operation. */
  #setSource(distance: number): void {
    const start = this.#at - this.#length;
    if (distance < this.#length || distance > start) {
      throw new DataError(`operation ${this.#count} repeats target bytes that are not before it`);
    }
    this.#address = start - distance;
  }
}

/** The operations of a segment one by one, as objects; throws what OperationReader throws. */
export function* readOperations(streams: OperationStreams, bounds: OperationBounds): Generator<Operation> {
  const reader = new OperationReader(streams, bounds);
  while (reader.next()) yield presentOf(reader);
}

function presentOf({ kind, length, address }: OperationReader): Operation {
  switch (kind) {
    case operationKind.copy:
      return { kind: 'copy', length, baseAddress: address };
    case operationKind.add:
      return { kind: 'add', length, baseAddress: address };
    case operationKind.repeat:
      return { kind: 'repeat', length, sourceAddress: address };
    case operationKind.zero:
      return { kind: 'zero', length };
    default:
      return { kind: 'literal', length };
  }
}
