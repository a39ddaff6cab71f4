/** Numbers in what the kernels of deltas read and write (src/kernels/abi.ts); assembly/delta-records.ts, delta-write.ts and delta-each.ts have the same. */

/** Kinds of deltaEncode's records. */
export const deltaKind = { literal: 0, copy: 1, add: 2 } as const;

/** What deltaPut takes: deltaEncode's kinds, those that only plans have, and the end of a segment. */
export const putKind = { ...deltaKind, repeat: 3, zero: 4, end: 5 } as const;

/** Kinds of steps: those of deltaPut that say all by themselves, and a change that is encoded. */
export const stepKind = {
  copy: putKind.copy,
  repeat: putKind.repeat,
  zero: putKind.zero,
  encoded: 6,
} as const;

/** u32 of a step. */
export const stepWords = 11;

/** The upper three bits of a package's instruction: the operation that follows its literal (docs/formats/package-v1.md, "Operations"). */
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

/** What deltaApply returns for operations that leave their windows, and deltaWriteEach for those that find no room. */
export const deltaApplyRefused = 0xffffffff;
