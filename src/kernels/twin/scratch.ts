/** The twin's scratch, at the bottom of its memory as in the module: one cut and one digest. Address 0 stays unused. */
export const windowCut = 16;
export const windowDigest = 32;

/** First byte of the twin's memory that is free for windows. */
export const heapBase = 64;
