/**
 * What `bench links` compares: uses of replication (a volume and how it changes), strategies (how the repository cuts, and what the session may do), topologies, and how bad the weather is.
 */
import type { RepositoryConfig } from '../../replication/repository/repository.js';
import type { Capability } from '../../replication/protocol/messages.js';
import type { VolumeEdit, VolumeKind } from '../../simulator/scenario/scenario.js';
import { linkKinds, measuredLink, type LinkKind } from './link-kinds.js';

export interface LinkProfile {
  readonly name: string;
  readonly describe: string;
  readonly kind: VolumeKind;
  /** What makes a snapshot from the one before. */
  readonly edit: VolumeEdit;
}

/** Named as the profiles of the engine whose use they are. */
export const linkProfiles: readonly LinkProfile[] = [
  {
    name: 'live-replication',
    describe: 'a database: 24 changes of 300 bytes in place, of content that nothing compresses',
    kind: 'random',
    edit: { kind: 'overwrite', count: 24, bytes: 300 },
  },
  {
    name: 'cold-storage',
    describe: 'documents: 12 insertions of 200 bytes of text, behind which everything moves',
    kind: 'text',
    edit: { kind: 'insert', count: 12, bytes: 200 },
  },
  {
    name: 'edge-agent',
    describe: 'a log: 48 KiB of text more at the end',
    kind: 'text',
    edit: { kind: 'append', count: 1, bytes: 48 * 1024 },
  },
];

export interface LinkStrategy {
  readonly name: string;
  readonly describe: string;
  readonly create: RepositoryConfig;
  readonly capabilities: readonly Capability[];
}

const blocks: RepositoryConfig = {
  fingerprint: 'blake3',
  chunker: { name: 'fixed', blockBytes: 4096 },
  codec: 'stored',
  level: 1,
};
const chunks: RepositoryConfig = {
  ...blocks,
  chunker: { name: 'fastcdc', minBytes: 1024, averageBytes: 4096, maxBytes: 16_384 },
};
const always: readonly Capability[] = ['resume', 'credit', 'progressive'];
const selecting: readonly Capability[] = [...always, 'select', 'manifest-delta'];

export const linkStrategies: readonly LinkStrategy[] = [
  { name: 'whole', describe: 'every block, each time', create: blocks, capabilities: always },
  { name: 'blocks', describe: 'new blocks of 4 KiB', create: blocks, capabilities: selecting },
  { name: 'chunks', describe: 'new content-defined chunks', create: chunks, capabilities: selecting },
  {
    name: 'block deltas',
    describe: 'new blocks of 4 KiB as deltas against what they were',
    create: blocks,
    capabilities: [...selecting, 'delta'],
  },
  {
    name: 'chunk deltas',
    describe: 'new content-defined chunks as deltas against what they were',
    create: chunks,
    capabilities: [...selecting, 'delta'],
  },
];

/** What ships, with the chunker that suits any content. */
export const usualStrategy = 'chunk deltas';

export interface Topology {
  readonly name: string;
  /** From the agent to the first server, from there to the next. */
  readonly hops: readonly LinkKind[];
}

function kindOf(name: string): LinkKind {
  return linkKinds.find((link) => link.name === name) ?? measuredLink;
}

export const topologies: readonly Topology[] = [
  ...linkKinds.map((link): Topology => ({ name: link.name, hops: [link] })),
  { name: 'lan, then wan', hops: [kindOf('lan'), kindOf('wan')] },
  { name: 'lan, then two wan', hops: [kindOf('lan'), kindOf('wan'), kindOf('wan')] },
];

/** How bad the weather is: all of it at once. */
export interface Severity {
  /** Of each segment, added to the link's own. */
  readonly loss: number;
  readonly resetsPerMinute: number;
  /** Of the first server, half of them with a loss of power. */
  readonly crashesPerMinute: number;
}

export const severities: readonly Severity[] = [
  { loss: 0, resetsPerMinute: 0, crashesPerMinute: 0 },
  { loss: 0.01, resetsPerMinute: 1, crashesPerMinute: 0.5 },
  { loss: 0.02, resetsPerMinute: 3, crashesPerMinute: 1 },
  { loss: 0.04, resetsPerMinute: 6, crashesPerMinute: 2 },
  { loss: 0.07, resetsPerMinute: 12, crashesPerMinute: 3 },
  { loss: 0.1, resetsPerMinute: 24, crashesPerMinute: 4 },
];
