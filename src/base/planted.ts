/**
 * Faults that tests plant into the code that ships, to prove that the simulator finds them: each is one mistake of the kind that a review can miss, at the one place where it would
 * be made. `isPlanted('name')` stands there; the build replaces the call by `false`, so that nothing of it is left in what ships (.ci/bundle.js, test/tidy/planted.test.ts).
 *
 * Law: each name of the list stands in the sources exactly once; at most one fault is planted at a time. Only tests plant, each thread for itself.
 */

/** By name: what the program does wrong then. */
export const plantedFaults = {
  // replication/versions
  'parents-not-joined': "a version's vector counts its writer alone, not what it was made from",
  'merge-vector-of-the-latest': "a merge's vector is that of its latest head, not the join of all",
  'far-future-accepted': 'a time far ahead of the own clock is taken over',
  'any-merge-an-ancestor': 'a merge that nobody built upon counts as an ancestor',
  // replication/audit
  'audit-link-repeated': 'records of one batch all name the last record of the batch before',
  'audit-unlinked-after-restart': 'after a restart the chain begins anew',
  // replication/cache, coding
  'cache-key-cut-short': 'the cache finds blocks by the first byte of their digests',
  'cache-overfilled': 'the cache keeps what it has no room for',
  // replication/store
  'file-not-synced': 'an object is renamed before its bytes are durable',
  'folder-not-synced': "an object's name is not made durable",
  'new-folder-not-synced': 'a new folder is not made durable in its parent',
  'names-believed-unsynced': 'after a restart names are believed that may not be durable',
  // replication/repository
  'last-pack-number-reused': 'after a restart the number of the last pack is given out again',
  'held-before-durable': 'blocks count as held before their pack is durable',
  'read-block-unchecked': 'blocks are returned without a look at their digests',
  'answered-before-its-record': 'a commit is answered while its record is being written',
  'removed-in-memory-only': 'retention forgets a version and leaves its record',
  'shared-manifest-counted-once': 'two versions of one manifest count as one user of it',
  'staged-manifest-collected': 'a collection removes the manifests of transfers under way',
  'stagings-not-marked': 'a collection does not mark the blocks of transfers under way',
  'new-staging-not-marked': 'a transfer that begins during a collection does not mark its blocks',
  'one-version-marked': 'a collection marks the blocks of one version a volume',
  'concurrent-heads-forgotten': 'retention protects the head alone, not the versions beside it',
  // replication/protocol
  'frame-body-unchecked': "a frame's body is not checked",
  'credit-not-spent': 'a segment does not use up credit',
  'credit-replaced': 'credit that is granted takes the place of what was left',
  // replication/session
  'credit-unpacked':
    'credit is given back for the bytes of blocks, not for those of the package that brought them',
  'staging-token-of-the-volume': 'the transfers of a peer for one volume share a token',
  'cut-transfer-kept': 'a transfer whose connection was cut does not end',
  'audit-behind-the-commit': 'a version is shown before it is on record where it came from',
  'log-not-completed': 'what a crash has kept from the audit log is not made up for',
  'dated-on-arrival': 'a server gives a version the time of its arrival',
  'ended-talk-counted': 'connections count as open for ever',
  'idle-not-noticed': 'a connection on which nothing moves is kept for ever',
  'watch-not-ended': 'the timer of a connection that was closed runs on',
  'wake-up-lost': 'an acknowledgement does not wake the sender that waits for it',
  'base-offered-again': 'a base that the receiver cannot use is offered again',
  'dot-not-durable': 'an agent counts a version before the count is durable, and forgets it in a crash',
  'dot-lent-twice': 'the dot of a push that was given up is used for another snapshot',
  'own-past-not-heard': "an agent's new version may be older than what it was made from",
  'peer-given-up': 'a peer that failed once gets nothing more',
  'merges-not-sent': 'merges are not sent to other servers',
  // engine
  'digests-compared-by-prefix': 'digests are equal when their first two bytes are',
} as const;

export type PlantedFault = keyof typeof plantedFaults;

let planted: PlantedFault | undefined;

/** Whether the program makes this mistake now: never where it ships. */
export function isPlanted(fault: PlantedFault): boolean {
  return fault === planted;
}

/** For tests: plants one fault in this thread, or none. */
export function plant(fault: PlantedFault | undefined): void {
  planted = fault;
}
