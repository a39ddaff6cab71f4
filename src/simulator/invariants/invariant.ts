/**
 * What must hold whatever the world does: objects with a name and the moments at which they look.
 *
 * Law: an invariant looks from outside, in no time, and changes nothing: a run has the same trace whether it is watched or not. It throws Broken for a violation; anything else that it
 * throws is a bug of the simulator.
 */
import type { TargetWriter } from '../../engine/snapshot/target-writer.js';
import type { AuditHead } from '../../replication/audit/record.js';
import type { Repository, StoredVersion } from '../../replication/repository/repository.js';
import type { Server } from '../../replication/session/server.js';
import type { Dot, Version } from '../../replication/versions/version.js';
import type { DurableStore } from '../disk/durable.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Ledger } from './ledger.js';
import type { RestoreProof } from './proof.js';

/** A violation. */
export class Broken extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(message);
    this.invariant = invariant;
  }
}

/** What a power cut now would leave of a server, opened by the code that ships. */
export interface Durable {
  readonly store: DurableStore;
  readonly repository: Repository;
  /** Versions, by volume and dot, whose restores were compared and right, and would read the same bytes again. */
  readonly restored: Set<string>;
  /** What such restores have rested on, also those of earlier looks. */
  readonly proofs: Map<string, RestoreProof>;
}

/** A version that has been visible at a server, and that it therefore has to keep. */
export interface Promised {
  readonly volume: string;
  readonly dot: Dot;
}

export interface ServerView {
  readonly name: string;
  /** What runs now; undefined while it is down or opening. */
  readonly running: Server | undefined;
  /** Whether its disk lost or changed what was synced (rot, misdirected writes): then damage has to be told, and nothing else is promised. */
  readonly isDamaged: boolean;
  /** Versions that were visible, and that no retention has taken. */
  readonly promised: readonly Promised[];
  /** The merge policy that it runs with. */
  readonly policy: string;
  /** Whether retention was under way, or ended in a crash: then superseded versions may be gone. */
  isForgetting(volume: string): boolean;
  /** Heads of the audit log that were durable. */
  readonly auditHeads: readonly AuditHead[];
  /** Throws what opening throws. */
  durable(): Promise<Durable>;
}

export interface AgentView {
  readonly name: string;
  /** Of blocks that its cache holds; 0 while it is down. */
  readonly cacheBytes: number;
  readonly cacheBytesMax: number;
}

export interface RunView {
  readonly scenario: Scenario;
  readonly nowMs: number;
  readonly servers: readonly ServerView[];
  readonly agents: readonly AgentView[];
  readonly ledger: Ledger;
  /** Failures that no world explains, by node. */
  readonly failures: readonly { readonly node: string; readonly error: unknown }[];
  /** What a node's process waits for: `sleep of ...`, `bytes from ...` (a link), and what work is under way. */
  waitsOf(node: string): readonly string[];
  /** To restore into: the bytes hold until the next one. */
  readonly restoring: TargetWriter & { readonly bytes: Uint8Array };
  /** Counts what was restored. */
  restored(): void;
}

export interface Invariant {
  readonly name: string;
  /** After each event and what followed from it. */
  afterEvent?(run: RunView): void;
  /** A version became visible. */
  afterCommit?(run: RunView, server: ServerView, stored: StoredVersion): Promise<void>;
  /** An agent was told that its version is durable at a server. */
  afterAcknowledgement?(run: RunView, server: ServerView, version: Version): Promise<void>;
  afterCollection?(run: RunView, server: ServerView): Promise<void>;
  /** A server has opened its repository again. */
  afterRestart?(run: RunView, server: ServerView): Promise<void>;
  /** Everything is done, and all servers are said to be equal. */
  atEnd?(run: RunView): Promise<void>;
}
