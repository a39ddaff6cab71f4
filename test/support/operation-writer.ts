/**
 * A plain writer of operations, one object each: the reference that the kernels' writer is held against, and what tests build packages
 * with that no encoder would make (lengths and addresses of any size).
 */
import { ByteWriter } from '../../src/base/codec.js';
import { homeBytesMin } from '../../src/base/limits.js';
import type { Operation, OperationStreams } from '../../src/engine/delta/operations.js';
import { instructionKind, literalBytesLong } from '../../src/kernels/abi.js';

/** Writes operations; one that continues the previous one is merged into it. */
export class OperationWriter {
  readonly #instructions = new ByteWriter(1024);
  readonly #lengths = new ByteWriter(1024);
  readonly #addresses = new ByteWriter(1024);
  /** Target address of the first byte not yet written out. */
  #targetAddress: number;
  #displacement = 0;
  #home = 0;
  #count = 0;
  #pending: Operation | undefined;
  /** Length of the literal that was flushed last and waits for what follows it; the target address is past it. */
  #literalBytes = 0;

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

  finish(): OperationStreams {
    this.#flush();
    if (this.#literalBytes > 0) this.#putInstruction(instructionKind.end);
    return {
      instructions: this.#instructions.finish(),
      lengths: this.#lengths.finish(),
      addresses: this.#addresses.finish(),
    };
  }

  #flush(): void {
    const operation = this.#pending;
    if (operation === undefined) return;
    this.#pending = undefined;
    switch (operation.kind) {
      case 'literal':
        this.#literalBytes = operation.length;
        break;
      case 'copy':
        this.#putCopy(operation.length, operation.baseAddress - this.#targetAddress);
        break;
      case 'add':
        this.#putAdd(operation.length, operation.baseAddress - this.#targetAddress);
        break;
      case 'repeat':
        this.#put(instructionKind.repeat, operation.length);
        this.#addresses.varint(this.#targetAddress - operation.sourceAddress);
        break;
      case 'zero':
        this.#put(instructionKind.zero, operation.length);
    }
    this.#targetAddress += operation.length;
    this.#count++;
  }

  #putCopy(length: number, displacement: number): void {
    if (displacement === this.#displacement) this.#put(instructionKind.copy, length);
    else if (displacement === this.#home) this.#put(instructionKind.copyHome, length);
    else {
      this.#put(instructionKind.copyMoved, length);
      this.#addresses.signedVarint(displacement - this.#displacement);
    }
    this.#displacement = displacement;
    if (length >= homeBytesMin) this.#home = displacement;
  }

  #putAdd(length: number, displacement: number): void {
    if (displacement === this.#displacement) this.#put(instructionKind.add, length);
    else {
      this.#put(instructionKind.addMoved, length);
      this.#addresses.signedVarint(displacement - this.#displacement);
      this.#displacement = displacement;
    }
  }

  #put(kind: number, length: number): void {
    this.#putInstruction(kind);
    this.#lengths.varint(length);
  }

  #putInstruction(kind: number): void {
    const literalBytes = this.#literalBytes;
    this.#literalBytes = 0;
    this.#instructions.u8(kind * 32 + Math.min(literalBytes, literalBytesLong));
    if (literalBytes >= literalBytesLong) this.#lengths.varint(literalBytes - literalBytesLong);
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
