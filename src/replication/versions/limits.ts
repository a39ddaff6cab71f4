/** Maxima of what versions consist of, each with its reason. A reader compares with them before it allocates. */

/** Writers of one volume: each agent that ever wrote it counts once. At 1024 with names of 30 bytes a vector has some 36 KiB, and stays below a manifest. */
export const writersMax = 1024;

/** Versions that one version was made from: the concurrent heads of a volume that a merge joins, at most one a writer, of which few are live at once. */
export const parentsMax = 64;

/** A hybrid time's counter. A clock that stands still for a day at 10,000 readings a second gives 864 million. */
export const hybridCounterMax = 0xffff_ffff;

/** How far ahead of our own clock a time may be that we accept: what Kerberos allows (RFC 4120, section 1.6), five minutes. */
export const skewMsMax = 300_000;
