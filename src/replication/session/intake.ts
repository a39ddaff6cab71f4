/** What a receiver keeps arriving versions with: a repository (a server's) or a target that is being restored (an agent's). */
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import type { Offer } from '../protocol/messages.js';
import type { Dot } from '../versions/version.js';
import type { BlockReader } from '../coding/block-reader.js';
import type { CutAndHash } from '../coding/cutting.js';

export interface Intake {
  /** How manifests must be cut and hashed. */
  readonly cutting: CutAndHash;
  /** A version held here. Undefined where it or its manifest is not. */
  base(volume: string, dot: Dot): Promise<IntakeBase | undefined>;
  /**
   * Begins a transfer, or goes on with one that was cut: the same offer of the same peer. Throws Refusal where it may not be. `isSuspicious`: something held turned out to be
   * damaged, so what is held has to be looked at.
   */
  open(offer: Offer, manifest: Manifest, peer: string, isSuspicious: boolean): Promise<IntakeTransfer>;
}

export interface IntakeBase {
  readonly manifest: Manifest;
  readonly content: BlockReader;
  /** Whether the version is still held: it may be forgotten, and its blocks collected, while a transfer goes on. */
  readonly isHeld?: () => boolean;
}

export interface IntakeTransfer {
  /** For going on after a cut; empty where there is nothing to go on with. */
  readonly token: string;
  /** One more than the highest index of a segment that is durable. */
  readonly firstIndex: number;
  /** Indices, ascending, of those of the positions whose blocks have to be sent. */
  missing(positions: Int32Array): Promise<readonly number[]>;
  /** Checks each block (DataError) and keeps it; durable once it resolves. Blocks lie end to end; they came in a package of so many bytes. */
  add(index: number, positions: Int32Array, bytes: Uint8Array, packageBytes: number): Promise<void>;
  /** Makes the version visible. Throws DataError where a block is missing. */
  commit(): Promise<IntakeResult>;
  /** Forgets what was brought. */
  discard(): Promise<void>;
  /** The sender is asked for another offer. */
  resynchronised(reason: string): void;
  /** The connection ended: what was brought is kept for going on. */
  release(): void;
}

export interface IntakeResult {
  readonly head: Dot;
  readonly concurrent: readonly Dot[];
}
