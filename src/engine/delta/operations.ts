/**
 * The instruction set of a segment: how a range of the target is rebuilt. Three streams (docs/formats/package-v1.md, "Operations"):
 *
 *     instructions   one byte each: kind * 32 + n, where n (0 to 31) literal bytes precede the operation; 31: and more
 *     lengths        varints: literal bytes beyond 31 of an instruction with n = 31, then the operation's length, at least 1
 *     addresses      COPY_MOVED, ADD_MOVED: zigzag(d - displacement); REPEAT: target address - source address
 *
 * d is base address minus target address. `displacement` is the d of the segment's previous copy or addition, `home` that of its last copy of
 * at least 32 KiB; both are 0 at its start. So what follows the same diagonal, or returns to the main one, costs no address; and each
 * stream holds one sort of number, which compresses best (docs/decisions/0010-five-streams.md). Decoding (operation-reader.ts) checks every length and address.
 */
import { ByteWriter } from '../../base/codec.js';
import { homeBytesMin } from '../../base/limits.js';

/** What operations there are: the kinds of Operation by number. */
export const operationKind = { literal: 0, copy: 1, repeat: 2, zero: 3, add: 4 } as const;

/** The upper three bits of an instruction: the operation that follows its literal. */
export const instructionKind = {
  copy: 0,
  copyHome: 1,
  copyMoved: 2,
  add: 3,
  addMoved: 4,
  repeat: 5,
  zero: 6,
  /** None: the literal stands alone. */
  end: 7,
} as const;

/** The lower five bits of an instruction whose literal is this long, or longer. */
export const literalBytesLong = 31;

/** Addresses are absolute, in the base's (copy, add) or the target's (repeat) address space. */
export type Operation =
  | { readonly kind: 'literal'; readonly length: number }
  | { readonly kind: 'copy'; readonly length: number; readonly baseAddress: number }
  | { readonly kind: 'repeat'; readonly length: number; readonly sourceAddress: number }
  | { readonly kind: 'zero'; readonly length: number }
  | { readonly kind: 'add'; readonly length: number; readonly baseAddress: number };

/** A segment's operations as they are stored, before compression. */
export interface OperationStreams {
  readonly instructions: Uint8Array;
  readonly lengths: Uint8Array;
  readonly addresses: Uint8Array;
}

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
