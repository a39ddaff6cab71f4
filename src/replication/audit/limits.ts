/** Maxima of the audit log, each with its reason (docs/formats/audit-v1.md). */

/** Records of one batch: what waits while one object is written, at some 200 bytes each. Also the distance at which a log goes on behind a damaged batch. */
export const batchRecordsMax = 1024;

/** One object of the store. */
export const batchBytesMax = 1024 * 1024;

/** One record: 1024 dots whose writers have names of 255 bytes are half of it. */
export const recordBytesMax = 512 * 1024;

/** Dots, names or counts in one field. */
export const listMax = 1024;

/** Records from one pin to the next: a pin costs as much as a batch. */
export const pinRecords = 64;

/** Bytes of a link: SHA-256. */
export const linkBytes = 32;
