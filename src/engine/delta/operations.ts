/**
 * The instruction set of a segment: how a range of the target is rebuilt. Three streams (docs/formats/package-v1.md, "Operations"):
 *
 *     instructions   one byte each: kind * 32 + n, where n (0 to 31) literal bytes precede the operation; 31: and more
 *     lengths        varints: literal bytes beyond 31 of an instruction with n = 31, then the operation's length, at least 1
 *     addresses      COPY_MOVED, ADD_MOVED: zigzag(d - displacement); REPEAT: target address - source address
 *
 * d is base address minus target address. `displacement` is the d of the segment's previous copy or addition, `home` that of its last copy of
 * at least 32 KiB; both are 0 at its start. So what follows the same diagonal, or returns to the main one, costs no address; and each
 * stream holds one sort of number, which compresses best (docs/decisions/0010-five-streams.md). operation-writer.ts writes them, operation-reader.ts reads them
 * and checks every length and address.
 */

/** What operations there are: the kinds of Operation by number. */
export const operationKind = { literal: 0, copy: 1, repeat: 2, zero: 3, add: 4 } as const;

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
