/**
 * A version: one snapshot in the history of a volume, known by its dot. Every writer counts its own versions of a volume; a version vector
 * holds, for each writer, the last of its versions that this one knows of. One version follows another exactly when its vector
 * is larger; two versions of which neither follows the other are concurrent.
 *
 * A merge is derived from the versions that it joins: any server may make it, and gets the same. Its writer's name is a digest of what went in
 * (merge-plan.ts), its vector is their join, and no vector counts it; so vectors do not grow by merging.
 *
 * Sources: Parker et al., Detection of Mutual Inconsistency in Distributed Systems (1983); Kulkarni et al., Logical Physical Clocks (2014).
 */

/** Counters by writer name; a writer that is not listed counts 0. */
export type VersionVector = Readonly<Record<string, number>>;

/** Names a version within its volume: the writer and the writer's own count, from 1. */
export interface Dot {
  readonly writer: string;
  readonly counter: number;
}

/** A hybrid logical clock's reading: physical milliseconds since 1970, and a counter among equal ones. */
export interface HybridTime {
  readonly wallMs: number;
  readonly counter: number;
}

/** What is known of a version besides its content. */
export interface Version {
  readonly volume: string;
  readonly dot: Dot;
  /** Holds the dot itself, vector[dot.writer] === dot.counter, unless the version is a merge. */
  readonly vector: VersionVector;
  readonly time: HybridTime;
  /** The versions that it was made from: none for a first one, one for a successor, several for a merge. Ascending. */
  readonly parents: readonly Dot[];
}

/** A merge's writer: 128 bits of a digest in hex. No other writer may be called so. */
const mergeWriter = /^merge\.[0-9a-f]{32}$/;
const mergeWriterLength = 38;

export function isMerge({ writer }: Dot): boolean {
  return writer.length === mergeWriterLength && mergeWriter.test(writer);
}

/** Total order of texts by UTF-16 units: the same on every machine, unlike collation. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By writer, then counter. */
export function compareDots(a: Dot, b: Dot): number {
  return compareText(a.writer, b.writer) || a.counter - b.counter;
}

export function equalDots(a: Dot, b: Dot): boolean {
  return a.writer === b.writer && a.counter === b.counter;
}

/** For messages and map keys: `writer:counter`. The counter is what follows the last colon. */
export function dotText(dot: Dot): string {
  return `${dot.writer}:${dot.counter}`;
}

export function compareTimes(a: HybridTime, b: HybridTime): number {
  return a.wallMs - b.wallMs || a.counter - b.counter;
}

/** By hybrid time, then writer, then counter: the last of a set is the one that latest-wins prefers. */
export function compareLateness(a: Version, b: Version): number {
  return compareTimes(a.time, b.time) || compareDots(a.dot, b.dot);
}
