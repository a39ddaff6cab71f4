/**
 * A scenario: all that a simulated run follows from, as plain JSON data. Two runs of one scenario have the same trace; a smaller scenario is made by taking
 * entries away.
 *
 * Law: nothing but the scenario decides. Images are functions of volume and number (image.ts) and are not stored; chance comes from `seed`; with `struck` exactly the
 * listed opportunities go wrong, whatever the probabilities are.
 *
 * Limits: sizes and counts are bounded by read.ts. Numbers that would be Infinity are left out, since JSON has none.
 */
import type { CodecName } from '../../engine/package/codecs.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { DiskOptions } from '../disk/device.js';
import type { FrameFaults } from '../network/frames.js';
import type { WireOptions } from '../network/wire.js';
import type { CrashKind } from '../process/node.js';
import type { ClockOptions } from '../process/wall-clock.js';
import type { ScheduledFault } from '../fault/schedule.js';
import type { StruckFault } from '../fault/plan.js';

export const scenarioSchemaName = 'snapdelta/scenario/v1';

export interface Scenario {
  readonly schema: typeof scenarioSchemaName;
  readonly name: string;
  /** Of every stream of chance in the world: an unsigned 32-bit number. */
  readonly seed: number;
  readonly nodes: readonly ScenarioNode[];
  readonly wires: readonly ScenarioWire[];
  readonly network: ScenarioNetwork;
  readonly volumes: readonly ScenarioVolume[];
  readonly operations: readonly Operation[];
  readonly faults: readonly ScheduledFault[];
  /** Then exactly these opportunities strike. */
  readonly struck?: readonly StruckFault[];
  /** From here on nothing strikes, and everything must come to a good end. */
  readonly faultsEndMs: number;
  readonly limits: ScenarioLimits;
}

export interface ScenarioLimits {
  /** Simulated time after the faults in which all must be done and all servers be equal. */
  readonly convergeMs: number;
  /** Events of the whole run; more are a livelock. */
  readonly eventCountMax: number;
  /** Bytes of packages that a receiver may have in memory beyond one segment. */
  readonly bufferBytesMax: number;
}

interface AnyNode {
  readonly name: string;
  /** What differs from a solid-state disk without faults (disk/device.ts). */
  readonly disk: Partial<DiskOptions>;
  readonly clock: ClockOptions;
}

export interface ServerNode extends AnyNode {
  readonly role: 'server';
  readonly config: ServerConfig;
}

export interface AgentNode extends AnyNode {
  readonly role: 'agent';
  readonly config: AgentConfig;
}

export type ScenarioNode = ServerNode | AgentNode;

export interface ServerConfig {
  readonly fingerprint: FingerprintName;
  /** As a welcome writes it: `fixed:4096`, `fastcdc:2048:8192:65536`. */
  readonly chunker: string;
  readonly codec: CodecName;
  readonly level: number;
  /** As configurations write it: `latest-wins`, `fork`, `block-merge:4096`. */
  readonly policy: string;
  /** Protocol versions that it speaks. */
  readonly versions: readonly (1 | 2)[];
  /** Servers that it sends to what they lack. */
  readonly peers: readonly string[];
  /** Between two rounds of fan-out without a commit. */
  readonly intervalMs: number;
  readonly segmentBytesMax: number;
  /** After each commit all but the last so many versions of its volume are let go; without it everything is kept. */
  readonly retainLast?: number;
}

export interface AgentConfig {
  readonly versions: readonly (1 | 2)[];
  readonly cacheBytesMax: number;
}

/** A path between two nodes; what is left out is as on a path of 1 ms without limits and faults (network/wire.ts). */
export interface ScenarioWire {
  readonly from: string;
  readonly to: string;
  readonly there: Partial<WireOptions>;
  readonly back: Partial<WireOptions>;
}

export type ScenarioNetwork =
  /** A byte stream as TLS over TCP gives; the chance for a connection to be reset at some byte. */
  | { readonly mode: 'stream'; readonly resetChance: number }
  /** Frames themselves are dropped, repeated, overtaken and damaged. */
  | { readonly mode: 'frames'; readonly resetChance: number; readonly frames: FrameFaults };

export interface ScenarioVolume {
  readonly name: string;
  /** Of the first image. */
  readonly bytes: number;
  readonly kind: VolumeKind;
  /** What makes an image from the one before. */
  readonly edit: VolumeEdit;
}

/** `random` bytes that nothing compresses, `text` of words, `sparse` with long runs of zeros. */
export type VolumeKind = 'random' | 'text' | 'sparse';

export interface VolumeEdit {
  /** `overwrite` in place, `insert` and `remove` (all behind moves), `append`, `move` a range to another place, `rewrite` all. */
  readonly kind: 'overwrite' | 'insert' | 'remove' | 'append' | 'move' | 'rewrite';
  readonly count: number;
  readonly bytes: number;
}

interface Timed {
  readonly atMs: number;
  /** Who does it. */
  readonly node: string;
}

export type Operation =
  | PushOperation
  | PullOperation
  | (Timed & { readonly kind: 'list'; readonly server: string; readonly volume: string })
  | (Timed & { readonly kind: 'collect' })
  | (Timed & { readonly kind: 'scrub' })
  /** The last so many versions stay. */
  | (Timed & { readonly kind: 'retain'; readonly volume: string; readonly last: number })
  /** Stagings that nobody has touched for so long are discarded. */
  | (Timed & { readonly kind: 'expire'; readonly ageMs: number })
  | (Timed & { readonly kind: 'restart'; readonly how: CrashKind; readonly downMs: number })
  /** Another release: it comes back with other protocol versions. */
  | (Timed & { readonly kind: 'upgrade'; readonly versions: readonly (1 | 2)[]; readonly downMs: number })
  /** It comes back with another configuration. What a repository was created with stays. */
  | (Timed & { readonly kind: 'configure'; readonly change: Configuration; readonly downMs: number });

export interface PushOperation extends Timed {
  readonly kind: 'push';
  readonly server: string;
  readonly volume: string;
  /** Number of the image, from 0. */
  readonly snapshot: number;
  /** Whoever asked gives this image up after so long, and goes on with newer ones; without it never. */
  readonly patienceMs?: number;
  /** An image that is at hand, which the server may know or not. */
  readonly base?: number;
}

/** Of the head, which has to be what its writer pushed. */
export interface PullOperation extends Timed {
  readonly kind: 'pull';
  readonly server: string;
  readonly volume: string;
  /** An image that is at hand: what it shares with the head need not be sent. */
  readonly base?: number;
  /** Byte ranges `start-end` that are wanted first. */
  readonly first?: readonly string[];
}

/** What an operator may change; what does not concern a node's role is ignored. */
export interface Configuration {
  readonly policy?: string;
  readonly retainLast?: number;
  readonly intervalMs?: number;
  readonly segmentBytesMax?: number;
  readonly cacheBytesMax?: number;
}

export function isServer(node: ScenarioNode): node is ServerNode {
  return node.role === 'server';
}
