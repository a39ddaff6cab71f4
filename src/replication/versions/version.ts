/**
 * A version: one snapshot in the history of a volume, known by its dot. Every writer counts its own versions of a volume; a version vector
 * holds, for each writer, the last of its versions that this one knows of. One version follows another exactly when its vector
 * is larger; two versions of which neither follows the other are concurrent.
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
  /** Holds the dot itself: vector[dot.writer] === dot.counter. */
  readonly vector: VersionVector;
  readonly time: HybridTime;
  /** The versions that it was made from: none for a first one, one for a successor, several for a merge. */
  readonly parents: readonly Dot[];
}
