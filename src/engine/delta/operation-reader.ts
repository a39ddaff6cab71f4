/**
 * Decodes the instruction set of operations.ts, the only place that does. Trusts nothing: every length and address is checked before it is handed out.
 *
 * A segment can hold two million operations of a few bytes, so the reader makes nothing for one: it steps, and its fields say what it
 * stands on. `readOperations` gives the same as objects, where there is time for them.
 */
import { ByteReader } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';
import { addressMax, operationsMax } from '../../base/limits.js';
import { onwardKind, operationKind, type Operation } from './operations.js';

export interface OperationBounds {
  readonly targetAddress: number;
  readonly targetBytes: number;
  readonly baseBytes: number;
}

export class OperationReader {
  readonly #reader: ByteReader;
  readonly #baseBytes: number;
  readonly #end: number;
  /** Target address behind the present operation. */
  #at: number;
  #displacement = 0;
  #count = 0;
  #kind = 0;
  #length = 0;
  #address = 0;
  /** Length of the copy whose literal is the present operation; -1 for none. */
  #onwardBytes = -1;

  constructor(stream: Uint8Array, bounds: OperationBounds) {
    this.#reader = new ByteReader(stream);
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
   * an empty operation, an address outside the base or not before the target position, or a wrong total.
   */
  next(): boolean {
    if (this.#onwardBytes >= 0) {
      this.#onward(this.#onwardBytes);
      return true;
    }
    const reader = this.#reader;
    if (reader.remaining === 0) {
      const left = this.#end - this.#at;
      if (left > 0) throw new DataError(`a segment's operations leave ${left} bytes of its range uncovered`);
      return false;
    }
    const tag = reader.varint('operation');
    const stated = Math.floor(tag / 8);
    const kind = tag % 8;
    switch (kind) {
      case operationKind.literal:
      case operationKind.zero:
        this.#take(kind, stated);
        break;
      case operationKind.copy:
      case operationKind.add:
        this.#take(kind, stated);
        this.#displacement += reader.signedVarint('base address');
        this.#setOpposite();
        break;
      case operationKind.repeat:
        this.#take(kind, stated);
        this.#setSource(reader.varint('repeat distance'));
        break;
      case onwardKind.copy:
        this.#onward(stated);
        break;
      default:
        this.#take(
          operationKind.literal,
          kind === onwardKind.afterByte ? 1 : reader.varint('literal length'),
        );
        this.#onwardBytes = stated;
    }
    return true;
  }

  #onward(length: number): void {
    this.#onwardBytes = -1;
    this.#take(operationKind.copy, length);
    this.#setOpposite();
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

/** The operations of a stream one by one, as objects; throws what OperationReader throws. */
export function* readOperations(stream: Uint8Array, bounds: OperationBounds): Generator<Operation> {
  const reader = new OperationReader(stream, bounds);
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
