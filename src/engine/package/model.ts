/**
 * The delta package as data: what docs/formats/package-v1.md lays out in bytes. Encoding and decoding live beside
 * this file; building a package (engine/delta) and applying it (engine/apply) see only these shapes.
 */
import type { SnapshotForm } from '../snapshot/snapshot.js';
import type { EntryChange, Structure } from '../snapshot/structure.js';
import type { SnapshotId } from '../fingerprint/identity.js';
import type { PackingName } from './codecs.js';

/** Free-form strategy parameters, as resolved: written into packages so that a delta explains itself. */
export type ParameterValue = string | number | boolean;

export interface PackageHeader {
  readonly volume: string;
  readonly form: SnapshotForm;
  readonly base: SnapshotId;
  readonly target: SnapshotId;
  /** Per-writer counters of the target snapshot; empty when the volume has one writer and no history. */
  readonly versions: Readonly<Record<string, number>>;
  /**
   * The target's time in microseconds since the epoch: its newest modification time, or what the caller gave. Never
   * the clock.
   */
  readonly timeMicros: number;
  readonly strategy: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Reserved for sealing; version 1 readers refuse anything but null. */
  readonly sealing: null;
}

export type { EntryChange, Structure };

/** The streams of a segment, each compressed on its own: three of operations (delta/operations.ts), and what these take bytes from. */
export const streamNames = ['instructions', 'lengths', 'addresses', 'differences', 'literals'] as const;
export type StreamName = (typeof streamNames)[number];

export interface PackedStream {
  readonly codec: PackingName;
  /** Length before compression. */
  readonly rawBytes: number;
  /** The stream as it lies in the package. */
  readonly packed: Uint8Array;
}

/**
 * Why a segment looks as it does: exact figures behind the choice of codecs, written when the profile asks for
 * decisions.
 */
export interface SegmentDecisions {
  /** Order-0 entropy of the literal stream in thousandths of a bit per byte; 8000 is incompressible. */
  readonly literalMillibits: number;
  /**
   * Why the literal codec was chosen: nothing (or too little) to compress, near 8 bits and no gain in a sample,
   * near 8 bits yet a gain, tried, or named by the strategy.
   */
  readonly reason: 'empty' | 'entropy' | 'sample' | 'gain' | 'fixed';
}

/** A contiguous range of the target's address space and how to rebuild it. */
export interface Segment {
  readonly index: number;
  readonly targetAddress: number;
  readonly targetBytes: number;
  /** Indices of earlier segments whose target bytes this one copies, ascending. */
  readonly dependencies: readonly number[];
  /** Digest, by the header's fingerprint, of the concatenated leaf digests of the range. */
  readonly contentDigest: Uint8Array;
  readonly streams: Readonly<Record<StreamName, PackedStream>>;
  readonly decisions?: SegmentDecisions;
}

export interface PackageSignature {
  readonly algorithm: 'ed25519';
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

export interface PackageFooter {
  readonly segmentCount: number;
  /** Merkle root over the header's, the structure's and all segments' frame digests, in that order. */
  readonly root: Uint8Array;
  readonly signatures: readonly PackageSignature[];
}

/** What a package stream yields, in order: one header, one structure, segments in any order, one footer. */
export type PackageItem =
  | { readonly type: 'header'; readonly header: PackageHeader }
  | { readonly type: 'structure'; readonly structure: Structure }
  | { readonly type: 'segment'; readonly segment: Segment }
  | { readonly type: 'footer'; readonly footer: PackageFooter };
