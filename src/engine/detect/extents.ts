/**
 * What change detection finds: the target's address space as a run of extents, each with the way to rebuild it. Columns of
 * typed arrays, since an image may have millions.
 *
 *     copy    reference = base address of the same bytes
 *     repeat  reference = earlier target address of the same bytes
 *     zero    the bytes are zeros
 *     data    new bytes; reference = base address that lies opposite (a hint for the sub-block delta), or -1
 *
 * Extents cover the address space without gaps, in order. Neighbours that continue each other are merged on the way in.
 */
import { Float64Vector, ByteVector } from '../../base/vector.js';
import { present } from '../../base/errors.js';

export const extentKind = { copy: 0, repeat: 1, zero: 2, data: 3 } as const;
export type ExtentKind = (typeof extentKind)[keyof typeof extentKind];

/** Structured-cloneable columns. */
export interface ExtentColumns {
  readonly kinds: Uint8Array;
  readonly lengths: Float64Array;
  readonly references: Float64Array;
}

/** Walks along extents by length. */
export class ExtentCursor {
  readonly #columns: ExtentColumns;
  #index = 0;
  #taken = 0;

  constructor(columns: ExtentColumns) {
    this.#columns = columns;
  }

  /** Moves the next `length` bytes to a list, or passes over them. */
  take(length: number, into?: ExtentList): void {
    const { kinds, lengths, references } = this.#columns;
    for (let left = length; left > 0;) {
      const kind = present(kinds[this.#index], 'kind') as ExtentKind;
      const whole = present(lengths[this.#index], 'length');
      const reference = present(references[this.#index], 'reference');
      const part = Math.min(left, whole - this.#taken);
      const isAnywhere = kind === extentKind.zero || reference < 0;
      into?.push(kind, part, isAnywhere ? reference : reference + this.#taken);
      left -= part;
      this.#taken += part;
      if (this.#taken === whole) {
        this.#index++;
        this.#taken = 0;
      }
    }
  }
}

export class ExtentList {
  readonly #kinds = new ByteVector();
  readonly #lengths = new Float64Vector();
  readonly #references = new Float64Vector();
  #kind: ExtentKind | -1 = -1;
  #length = 0;
  #reference = 0;

  push(kind: ExtentKind, length: number, reference: number): void {
    if (length === 0) return;
    if (kind === this.#kind && this.#continues(kind, reference)) {
      this.#length += length;
      return;
    }
    this.#flush();
    this.#kind = kind;
    this.#length = length;
    this.#reference = reference;
  }

  /** Appends what another list made, in which no extent continues its neighbour. */
  append({ kinds, lengths, references }: ExtentColumns): void {
    const last = kinds.length - 1;
    if (last < 0) return;
    this.push(kindAt(kinds, 0), present(lengths[0], 'length'), present(references[0], 'reference'));
    if (last === 0) return;
    this.#flush();
    this.#kinds.append(kinds.subarray(1, last));
    this.#lengths.append(lengths.subarray(1, last));
    this.#references.append(references.subarray(1, last));
    this.#kind = kindAt(kinds, last);
    this.#length = present(lengths[last], 'length');
    this.#reference = present(references[last], 'reference');
  }

  finish(): ExtentColumns {
    this.#flush();
    this.#kind = -1;
    return { kinds: this.#kinds.view(), lengths: this.#lengths.view(), references: this.#references.view() };
  }

  #continues(kind: ExtentKind, reference: number): boolean {
    if (kind === extentKind.zero) return true;
    if (kind === extentKind.data && (reference < 0 || this.#reference < 0))
      return reference < 0 && this.#reference < 0;
    return reference === this.#reference + this.#length;
  }

  #flush(): void {
    if (this.#kind === -1) return;
    this.#kinds.push(this.#kind);
    this.#lengths.push(this.#length);
    this.#references.push(this.#reference);
  }
}

function kindAt(kinds: Uint8Array, index: number): ExtentKind {
  return present(kinds[index], 'kind') as ExtentKind;
}
