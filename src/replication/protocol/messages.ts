/**
 * What the two sides of a connection say to each other. The same messages serve a push, where the one who connected sends a version, and a pull, where the other does:
 *
 *     connector   hello                                                                list      pull
 *     acceptor           welcome                                                          listing
 *     sender                      offer, manifest ...        segment, data ... commit
 *     receiver                             need | resynchronise           acknowledge ...  committed
 *
 * Either side may say abort (of the transfer) or refuse (and close). Numbers and bytes on the wire: docs/formats/protocol-v2.md.
 */
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Dot, Version } from '../versions/version.js';

/** 1: whole manifests, every block sent, one segment at a time, no resumption. 2: all of it. */
export const protocolVersions = [1, 2] as const;
export type ProtocolVersion = (typeof protocolVersions)[number];

/** What a side can do, by name; unknown names are ignored. Version 1 has none. */
export const capabilityNames = [
  'select',
  'delta',
  'manifest-delta',
  'resume',
  'credit',
  'progressive',
] as const;
export type Capability = (typeof capabilityNames)[number];

export interface Hello {
  readonly type: 'hello';
  readonly versions: readonly number[];
  readonly name: string;
  readonly software: string;
  readonly capabilities: readonly string[];
  /** Fingerprints that it can check, by name; unknown names are ignored. */
  readonly fingerprints: readonly string[];
}

export interface Welcome {
  readonly type: 'welcome';
  readonly version: ProtocolVersion;
  readonly name: string;
  readonly software: string;
  /** Those of the hello that both have. */
  readonly capabilities: readonly Capability[];
  /** How the acceptor's repository cuts and hashes: what a sender must use, or re-cut for. */
  readonly fingerprint: FingerprintName;
  readonly chunker: string;
  readonly segmentBytesMax: number;
}

export interface List {
  readonly type: 'list';
  /** All volumes where it is empty. */
  readonly volume: string;
}

export interface Listing {
  readonly type: 'listing';
  readonly rows: readonly ListedVersion[];
  readonly isLast: boolean;
}

export interface ListedVersion {
  readonly version: Version;
  readonly content: string;
  readonly totalBytes: number;
  readonly isHead: boolean;
}

export interface Pull {
  readonly type: 'pull';
  readonly volume: string;
  /** A version, or the head where it is null. */
  readonly dot: Dot | null;
  /** A version that the connector holds. */
  readonly base: Dot | null;
  readonly resume: string;
  /** Paths (of a tree) or byte ranges "start-end" (of an image) wanted first. */
  readonly first: readonly string[];
}

export const manifestForms = ['whole', 'delta'] as const;
export type ManifestForm = (typeof manifestForms)[number];

export interface Offer {
  readonly type: 'offer';
  readonly version: Version;
  /** A version of the same volume that both sides hold, whose manifest and blocks may be referred to; null for none. */
  readonly base: Dot | null;
  /** Bytes of the manifest messages that follow, and how they are to be read: a manifest file, or a delta package against the base's manifest file. */
  readonly manifestBytes: number;
  readonly manifestForm: ManifestForm;
  /** Token of a transfer that was cut, to go on with it; empty for none. */
  readonly resume: string;
}

export interface ManifestPart {
  readonly type: 'manifest';
  readonly bytes: Uint8Array;
}

export interface Need {
  readonly type: 'need';
  /** For resumption after a cut; empty where that was not agreed on, and in all but the last. */
  readonly token: string;
  /** Among the distinct blocks of the target that the base does not have, in order of first appearance: runs of [skipped, needed] counts. They go on in the next need message unless this one is the last. */
  readonly runs: readonly (readonly [skipped: number, needed: number])[];
  readonly isLast: boolean;
  /** Index that the first segment is to have: 0, or one more than the receiver's highest where it goes on with a transfer that was cut. 0 in all but the last. */
  readonly firstIndex: number;
  /** Bytes of packages that the receiver is ready to buffer, enough for one segment at least; 0 without credit, and in all but the last. */
  readonly creditBytes: number;
}

export const resynchroniseReasons = ['base-missing', 'base-damaged', 'token-unknown'] as const;
export type ResynchroniseReason = (typeof resynchroniseReasons)[number];

/** At any time between offer and committed. The sender answers with another offer, or aborts; what it sent meanwhile is dropped. */
export interface Resynchronise {
  readonly type: 'resynchronise';
  readonly reason: ResynchroniseReason;
}

/** A group of needed blocks, encoded as a delta package; its bytes follow in data messages. */
export interface SegmentStart {
  readonly type: 'segment';
  /** One more than the segment before. */
  readonly index: number;
  /** Which of the needed blocks it brings: [first, first + count), those not needed not counted. In order unless the transfer is progressive. */
  readonly first: number;
  readonly count: number;
  /** Blocks of the base that it is encoded against, as positions in the base's manifest: runs of [first, count]. Empty for none. */
  readonly baseRuns: readonly (readonly [first: number, count: number])[];
  readonly packageBytes: number;
}

export interface Data {
  readonly type: 'data';
  readonly bytes: Uint8Array;
}

export interface Acknowledge {
  readonly type: 'acknowledge';
  /** The segment is durable. In order of the segments. */
  readonly index: number;
  /** Added to what was granted before; 0 without credit. */
  readonly creditBytes: number;
}

/** All segments are sent, though perhaps not acknowledged. From here the sender may no longer abort. */
export interface Commit {
  readonly type: 'commit';
  /** Those of earlier connections included: one more than the last index. */
  readonly segmentCount: number;
}

export interface Committed {
  readonly type: 'committed';
  readonly dot: Dot;
  /** The volume's head now, and the versions that are concurrent to it. */
  readonly head: Dot;
  readonly concurrent: readonly Dot[];
}

/** Ends the transfer, not the connection. The other side answers with an abort of its own, unless one is under way; what it sent meanwhile is dropped. */
export interface Abort {
  readonly type: 'abort';
  readonly reason: string;
}

/** The last message of a connection. */
export interface Refuse {
  readonly type: 'refuse';
  readonly code: RefusalCode;
  readonly reason: string;
}

/**
 * Why a connection ends. Found by the connection itself: `version` nothing in common; `malformed` a message that breaks its form or contradicts itself
 * or what was agreed; `order` one that its state does not take; `limit` one beyond a limit or the credit; `damaged` frames that were changed, lost, repeated or
 * exchanged on the way. By the session: `unknown` no such volume or version; `conflict` a version that contradicts one held; `busy`, `denied`, `internal`; `lost` the newest
 * version of a volume was held and is not any more.
 */
export const refusalCodes = [
  'version',
  'malformed',
  'order',
  'limit',
  'unknown',
  'conflict',
  'damaged',
  'busy',
  'denied',
  'internal',
  'lost',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export type Message =
  | Hello
  | Welcome
  | List
  | Listing
  | Pull
  | Offer
  | ManifestPart
  | Need
  | Resynchronise
  | SegmentStart
  | Data
  | Acknowledge
  | Commit
  | Committed
  | Abort
  | Refuse;
