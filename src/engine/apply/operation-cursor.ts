/** Walks a segment's operations byte by byte: an operation may be longer than a piece, and a piece holds many operations. */
import { assert } from '../../base/errors.js';
import type { OperationReader } from '../delta/operation-reader.js';
import { operationKind } from '../delta/operations.js';

export class OperationCursor {
  readonly #operations: OperationReader;
  /** Whether there is a present operation. */
  #isInside: boolean;
  #done = 0;

  /** `operations` stand before the first; they cover their range exactly, or throw. */
  constructor(operations: OperationReader) {
    this.#operations = operations;
    this.#isInside = operations.next();
  }

  /** Of the operation under way: one of operationKind. */
  get kind(): number {
    return this.#operations.kind;
  }

  /** How many bytes of it are to come; at least 1. */
  get left(): number {
    return this.#operations.length - this.#done;
  }

  /** Where the next of them lies in the base (copy, add) or in the target (repeat). */
  get address(): number {
    return this.#operations.address + this.#done;
  }

  /** Whether none of them is done. */
  get isAtStart(): boolean {
    return this.#done === 0;
  }

  /** Operations so far. */
  get count(): number {
    return this.#operations.count;
  }

  /** Passes over `length` bytes of the present operation. */
  advance(length: number): void {
    assert(this.#isInside, 'there is an operation for every byte');
    this.#done += length;
    if (this.#done < this.#operations.length) return;
    this.#isInside = this.#operations.next();
    this.#done = 0;
  }

  /** Passes over `length` zeros, if one operation says that they are next. */
  skipZeros(length: number): boolean {
    if (this.kind !== operationKind.zero || this.left < length) return false;
    this.advance(length);
    return true;
  }

  end(): void {
    assert(!this.#isInside, 'operations end with their range');
  }
}
