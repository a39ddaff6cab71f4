/**
 * The instruction set of a segment: how a range of the target is rebuilt. One stream of varints (see
 * docs/formats/package-v1.md, "Operations"):
 *
 *     tag = length * 8 + kind          length >= 1, kinds below
 *     COPY, ADD    + zigzag(base address - (target address + displacement))
 *     REPEAT       + (target address - source address), >= 1
 *
 * `displacement` is base address minus target address of the segment's previous COPY or ADD, 0 at the segment's start, so
 * instructions that follow the same diagonal cost one byte of address. Decoding checks every length and address.
 */
import { ByteReader, ByteWriter } from '../../base/codec.js';
import { DataError } from '../../base/errors.js';
import { addressMax, operationsMax } from '../../base/limits.js';

export const operationKind = { literal: 0, copy: 1, repeat: 2, zero: 3, add: 4 } as const;

/** Addresses are absolute, in the base's (copy, add) or the target's (repeat) address space. */
export type Operation =
  | { readonly kind: 'literal'; readonly length: number }
  | { readonly kind: 'copy'; readonly length: number; readonly baseAddress: number }
  | { readonly kind: 'repeat'; readonly length: number; readonly sourceAddress: number }
  | { readonly kind: 'zero'; readonly length: number }
  | { readonly kind: 'add'; readonly length: number; readonly baseAddress: number };

/** Writes operations; one that continues the previous one is merged into it. */
export class OperationWriter {
  readonly #out = new ByteWriter(1024);
  /** Target address of the first byte not yet written out. */
  #targetAddress: number;
  #displacement = 0;
  #count = 0;
  #pending: Operation | undefined;

  constructor(targetAddress: number) {
    this.#targetAddress = targetAddress;
  }

  /** Operations written by finish(), after merging. */
  get count(): number {
    return this.#count;
  }

  push(operation: Operation): void {
    const merged = this.#pending === undefined ? undefined : merge(this.#pending, operation);
    if (merged === undefined) {
      this.#flush();
      this.#pending = operation;
    } else {
      this.#pending = merged;
    }
  }

  finish(): Uint8Array {
    this.#flush();
    return this.#out.finish();
  }

  #flush(): void {
    const operation = this.#pending;
    if (operation === undefined) return;
    this.#pending = undefined;
    this.#out.varint(operation.length * 8 + operationKind[operation.kind]);
    switch (operation.kind) {
      case 'copy':
      case 'add': {
        const displacement = operation.baseAddress - this.#targetAddress;
        this.#out.signedVarint(displacement - this.#displacement);
        this.#displacement = displacement;
        break;
      }
      case 'repeat':
        this.#out.varint(this.#targetAddress - operation.sourceAddress);
        break;
      case 'literal':
      case 'zero':
    }
    this.#targetAddress += operation.length;
    this.#count++;
  }
}

/** One operation for two neighbours, where the second continues the first. */
function merge(first: Operation, second: Operation): Operation | undefined {
  if (first.kind !== second.kind) return undefined;
  const length = first.length + second.length;
  switch (first.kind) {
    case 'literal':
    case 'zero':
      return { kind: first.kind, length };
    case 'copy':
    case 'add': {
      const continues = second.kind === first.kind && second.baseAddress === first.baseAddress + first.length;
      return continues ? { kind: first.kind, length, baseAddress: first.baseAddress } : undefined;
    }
    case 'repeat':
      // Each repeat reads only bytes before itself; merged, the second could reach into the first.
      return undefined;
  }
}

export interface OperationBounds {
  readonly targetAddress: number;
  readonly targetBytes: number;
  readonly baseBytes: number;
}

/**
 * Decodes a stream of operations that must cover exactly [targetAddress, targetAddress + targetBytes). Throws DataError for an
 * unknown kind, an empty operation, an address outside the base or not before the target position, or a wrong total.
 */
export function* readOperations(stream: Uint8Array, bounds: OperationBounds): Generator<Operation> {
  const reader = new ByteReader(stream);
  const end = bounds.targetAddress + bounds.targetBytes;
  let at = bounds.targetAddress;
  let displacement = 0;
  let count = 0;
  while (reader.remaining > 0) {
    if (++count > operationsMax) throw new DataError(`a segment has more than ${operationsMax} operations`);
    const tag = reader.varint('operation');
    const length = Math.floor(tag / 8);
    if (length < 1 || length > end - at) {
      throw new DataError(
        `operation ${count} covers ${length} bytes where ${end - at} are left in the segment`,
      );
    }
    switch (tag % 8) {
      case operationKind.literal:
        yield { kind: 'literal', length };
        break;
      case operationKind.zero:
        yield { kind: 'zero', length };
        break;
      case operationKind.copy:
      case operationKind.add: {
        displacement += reader.signedVarint('base address');
        const baseAddress = at + displacement;
        if (!(baseAddress >= 0 && baseAddress <= addressMax && length <= bounds.baseBytes - baseAddress)) {
          throw new DataError(
            `operation ${count} copies from outside the base (address ${baseAddress}, length ${length})`,
          );
        }
        yield { kind: tag % 8 === operationKind.copy ? 'copy' : 'add', length, baseAddress };
        break;
      }
      case operationKind.repeat: {
        const distance = reader.varint('repeat distance');
        if (distance < length || distance > at) {
          throw new DataError(`operation ${count} repeats target bytes that are not before it`);
        }
        yield { kind: 'repeat', length, sourceAddress: at - distance };
        break;
      }
      default:
        throw new DataError(`operation ${count} has the unknown kind ${tag % 8}`);
    }
    at += length;
  }
  if (at !== end)
    throw new DataError(`a segment's operations leave ${end - at} bytes of its range uncovered`);
}
