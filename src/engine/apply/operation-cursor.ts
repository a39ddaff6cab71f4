/** Walks a segment's operations byte by byte: an operation may be longer than a piece, and a piece holds many operations. */
import { assert } from '../../base/errors.js';
import type { Operation } from '../delta/operations.js';

export class OperationCursor {
  readonly #operations: Iterator<Operation, unknown>;
  #operation: Operation | undefined;
  #done = 0;
  #count = 0;

  /** `operations` cover their range exactly, or throw (readOperations). */
  constructor(operations: Iterator<Operation, unknown>) {
    this.#operations = operations;
    this.#next();
  }

  /** The operation under way. */
  get operation(): Operation {
    assert(this.#operation !== undefined, 'there is an operation for every byte');
    return this.#operation;
  }

  /** How many bytes of it are done. */
  get done(): number {
    return this.#done;
  }

  /** Operations so far. */
  get count(): number {
    return this.#count;
  }

  /** Passes over `length` bytes of the present operation. */
  advance(length: number): void {
    this.#done += length;
    if (this.#done === this.operation.length) this.#next();
  }

  /** Passes over `length` zeros, if one operation says that they are next. */
  skipZeros(length: number): boolean {
    const { kind, length: total } = this.operation;
    if (kind !== 'zero' || total - this.#done < length) return false;
    this.advance(length);
    return true;
  }

  end(): void {
    assert(this.#operation === undefined, 'operations end with their range');
  }

  #next(): void {
    const result = this.#operations.next();
    this.#operation = result.done === true ? undefined : result.value;
    this.#done = 0;
    if (result.done !== true) this.#count++;
  }
}
