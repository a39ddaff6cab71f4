/** What the programs of a run tell whoever watches it. Nothing that it does reaches back into the world. */
import type { StoredVersion } from '../../replication/repository/repository.js';
import type { Version } from '../../replication/versions/version.js';
import type { Operation, PushOperation } from '../scenario/scenario.js';
import type { ServerView } from '../invariants/invariant.js';

export interface Watch {
  opened(server: ServerView): void;
  committed(server: ServerView, stored: StoredVersion): void;
  collected(server: ServerView): void;
  acknowledged(operation: PushOperation, version: Version): void;
  /** A writer hands an image to its agent. */
  pushing(writer: string, volume: string, image: Uint8Array): void;
  /** A version came by a pull. */
  pulled(node: string, version: Version, bytes: Uint8Array): void;
  /** Whether an operation may fail for good: a disk that it needs has changed what was synced. */
  isExcused(operation: Operation): boolean;
  /** An operation has come to its end. */
  finished(): void;
  /** Something that no world explains. */
  failed(node: string, error: unknown): void;
}
