/**
 * The instruction set of a segment: how a range of the target is rebuilt. One stream of varints (see
 * docs/formats/package-v1.md, "Operations"):
 *
 *     tag = length * 8 + kind          length >= 1, kinds below
 *     COPY, ADD    + zigzag(base address - (target address + displacement))
 *     REPEAT       + (target address - source address), >= 1
 *     onward       COPY with the displacement as it is; one byte, or a counted number of bytes, of LITERAL may precede it
 *
 * `displacement` is base address minus target address of the segment's previous COPY or ADD, 0 at the segment's start, so
 * instructions that follow the same diagonal cost no address, and a changed byte between two copies costs the next
 * copy's tag. Decoding (operation-reader.ts) checks every length and address.
 */
import { ByteWriter } from '../../base/codec.js';

export const operationKind = { literal: 0, copy: 1, repeat: 2, zero: 3, add: 4 } as const;

/** Further kinds of tags: `length` is the copy's, which follows the displacement; a literal of 0, 1 or varint bytes precedes it. */
export const onwardKind = { copy: 5, afterByte: 6, afterLiteral: 7 } as const;

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

  finish(): Uint8Array {
    this.#flush();
    this.#putLiteral();
    return this.#out.finish();
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
      case 'add':
        this.#putAlong(operation.kind, operation.length, operation.baseAddress - this.#targetAddress);
        break;
      case 'repeat':
        this.#putTag(operation.kind, operation.length);
        this.#out.varint(this.#targetAddress - operation.sourceAddress);
        break;
      case 'zero':
        this.#putTag(operation.kind, operation.length);
    }
    this.#targetAddress += operation.length;
    this.#count++;
  }

  #putAlong(kind: 'copy' | 'add', length: number, displacement: number): void {
    if (kind === 'copy' && displacement === this.#displacement) {
      this.#putOnward(length);
      return;
    }
    this.#putTag(kind, length);
    this.#out.signedVarint(displacement - this.#displacement);
    this.#displacement = displacement;
  }

  #putOnward(length: number): void {
    const literalBytes = this.#literalBytes;
    this.#literalBytes = 0;
    if (literalBytes === 0) this.#out.varint(length * 8 + onwardKind.copy);
    else if (literalBytes === 1) this.#out.varint(length * 8 + onwardKind.afterByte);
    else this.#out.varint(length * 8 + onwardKind.afterLiteral).varint(literalBytes);
  }

  #putTag(kind: Operation['kind'], length: number): void {
    this.#putLiteral();
    this.#out.varint(length * 8 + operationKind[kind]);
  }

  #putLiteral(): void {
    if (this.#literalBytes > 0) this.#out.varint(this.#literalBytes * 8 + operationKind.literal);
    this.#literalBytes = 0;
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
