/**
 * The shape of a scenario file, as a schema. What a file leaves out is plain: a disk without faults, an exact clock, a path of 1 ms, a server and an agent as they are
 * by default; what is read is complete.
 *
 * Limits are those of what a simulation can hold in memory: 64 nodes, 4,096 operations and faults each, volumes of 16 MiB.
 */
import { z } from 'zod';
import { SnapdeltaError } from '../../base/errors.js';
import { fingerprintNames } from '../../engine/fingerprint/fingerprint.js';
import { codecNames } from '../../engine/package/codecs.js';
import { parseChunker } from '../../replication/coding/cutting.js';
import { segmentBytesMin } from '../../replication/protocol/limits.js';
import { parsePolicy } from '../../replication/versions/policy.js';
import { scenarioSchemaName } from './scenario.js';
import type { Scenario } from './scenario.js';

const nodesMax = 64;
const entriesMax = 4096;
const struckMax = 1_048_576;
const volumeBytesMax = 16 * 1024 * 1024;
/** A year of simulated time; virtual nanoseconds are exact for a hundred days, but nothing lasts that long. */
const msMax = 30 * 86_400_000;

/** A clock that is a tenth too fast is broken, not drifting. */
const driftPpmMax = 100_000;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const chance = z.number().min(0).max(1);
const ms = z.number().min(0).max(msMax);
const count = z.int().min(0);
const positive = z.number().positive();
const how = z.enum(['process', 'power']);

const disk = z.strictObject({
  operationMs: z.exactOptional(ms),
  cacheMs: z.exactOptional(ms),
  syncMs: z.exactOptional(ms),
  bytesPerSecond: z.exactOptional(positive),
  capacityBytes: z.exactOptional(positive),
  readError: z.exactOptional(chance),
  writeError: z.exactOptional(chance),
  syncError: z.exactOptional(chance),
  misdirected: z.exactOptional(chance),
  bitRot: z.exactOptional(chance),
});

const latency = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fixed'), ms }),
  z.strictObject({ kind: z.literal('normal'), ms, deviationMs: ms }),
  z.strictObject({ kind: z.literal('pareto'), ms, shape: positive, msMax: ms }),
]);

const loss = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('independent'), probability: chance }),
  z.strictObject({
    kind: z.literal('gilbert-elliott'),
    toBad: chance,
    toGood: chance,
    lossInBad: chance,
    lossInGood: chance,
  }),
]);

const wire = z.strictObject({
  latency: z.exactOptional(latency),
  bytesPerSecond: z.exactOptional(positive),
  queueBytes: z.exactOptional(positive),
  loss: z.exactOptional(loss),
  corrupt: z.exactOptional(chance),
  duplicate: z.exactOptional(chance),
  reorder: z.exactOptional(chance),
  reorderMs: z.exactOptional(ms),
});

const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('crash'), node: name, how, downMs: ms }),
  z.strictObject({ kind: z.literal('crash-at-wait'), node: name, how, waitCount: count, downMs: ms }),
  z.strictObject({ kind: z.literal('pause'), node: name, forMs: ms }),
  z.strictObject({ kind: z.literal('cpu'), node: name, slowness: positive, forMs: ms }),
  z.strictObject({ kind: z.literal('clock-jump'), node: name, byMs: z.number().min(-msMax).max(msMax) }),
  z.strictObject({
    kind: z.literal('clock-drift'),
    node: name,
    ppm: z.number().min(-driftPpmMax).max(driftPpmMax),
  }),
  z.strictObject({ kind: z.literal('bit-rot'), node: name }),
  z.strictObject({ kind: z.literal('disk'), node: name, options: disk, forMs: ms }),
  z.strictObject({ kind: z.literal('partition'), from: name, to: name, isOneWay: z.boolean(), forMs: ms }),
  z.strictObject({ kind: z.literal('wire'), from: name, to: name, options: wire, forMs: ms }),
  z.strictObject({ kind: z.literal('reset'), from: name, to: name }),
]);

const versions = z
  .array(z.union([z.literal(1), z.literal(2)]))
  .min(1)
  .max(2);
const segmentBytesMax = z.int().min(segmentBytesMin).max(16_777_216);
const chunker = z.string().refine(isGood(parseChunker), 'no chunker of ours');
const policy = z.string().refine(isGood(parsePolicy), 'no merge policy of ours');

const server = z.strictObject({
  fingerprint: z.enum(fingerprintNames).default('blake3'),
  chunker: chunker.default('fixed:4096'),
  codec: z.enum(codecNames).default('stored'),
  level: z.int().min(1).max(19).default(1),
  policy: policy.default('latest-wins'),
  versions: versions.default([1, 2]),
  peers: z.array(name).max(nodesMax).default([]),
  intervalMs: ms.min(1).default(60_000),
  segmentBytesMax: segmentBytesMax.default(65_536),
  retainLast: z.exactOptional(count),
});
const agent = z.strictObject({
  versions: versions.default([1, 2]),
  cacheBytesMax: count.default(1_048_576),
});

const machine = {
  name,
  disk: disk.default({}),
  clock: z
    .strictObject({
      skewMs: z.number().min(-msMax).max(msMax).default(0),
      driftPpm: z.number().min(-driftPpmMax).max(driftPpmMax).default(0),
    })
    .prefault({}),
};

const node = z.discriminatedUnion('role', [
  z.strictObject({ ...machine, role: z.literal('server'), config: server.prefault({}) }),
  z.strictObject({ ...machine, role: z.literal('agent'), config: agent.prefault({}) }),
]);

const network = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('stream'), resetChance: chance.default(0) }),
  z.strictObject({
    mode: z.literal('frames'),
    resetChance: chance.default(0),
    frames: z.strictObject({
      drop: chance.default(0),
      repeat: chance.default(0),
      overtake: chance.default(0),
      damage: chance.default(0),
    }),
  }),
]);

const volume = z.strictObject({
  name,
  bytes: z.int().min(0).max(volumeBytesMax),
  kind: z.enum(['random', 'text', 'sparse']).default('random'),
  edit: z
    .strictObject({
      kind: z.enum(['overwrite', 'insert', 'remove', 'append', 'move', 'rewrite']).default('overwrite'),
      count: count.max(entriesMax).default(4),
      bytes: count.max(volumeBytesMax).default(4096),
    })
    .prefault({}),
});

const timed = { atMs: ms, node: name };
const change = z.strictObject({
  policy: z.exactOptional(policy),
  retainLast: z.exactOptional(count),
  intervalMs: z.exactOptional(ms.min(1)),
  segmentBytesMax: z.exactOptional(segmentBytesMax),
  cacheBytesMax: z.exactOptional(count),
});
const operation = z.discriminatedUnion('kind', [
  z.strictObject({
    ...timed,
    kind: z.literal('push'),
    server: name,
    volume: name,
    snapshot: count.max(entriesMax),
    patienceMs: z.exactOptional(ms),
    base: z.exactOptional(count.max(entriesMax)),
  }),
  z.strictObject({
    ...timed,
    kind: z.literal('pull'),
    server: name,
    volume: name,
    base: z.exactOptional(count.max(entriesMax)),
    first: z.exactOptional(z.array(z.string().regex(/^\d{1,15}-\d{1,15}$/)).max(64)),
  }),
  z.strictObject({ ...timed, kind: z.literal('list'), server: name, volume: name }),
  z.strictObject({ ...timed, kind: z.literal('collect') }),
  z.strictObject({ ...timed, kind: z.literal('scrub') }),
  z.strictObject({ ...timed, kind: z.literal('retain'), volume: name, last: count }),
  z.strictObject({ ...timed, kind: z.literal('expire'), ageMs: ms }),
  z.strictObject({ ...timed, kind: z.literal('restart'), how, downMs: ms }),
  z.strictObject({ ...timed, kind: z.literal('upgrade'), versions, downMs: ms }),
  z.strictObject({ ...timed, kind: z.literal('configure'), change, downMs: ms }),
]);

const struck = z.strictObject({
  domain: z.string(),
  entity: z.string(),
  kind: z.string(),
  ordinal: count,
  atMs: z.number(),
});

/** Says nothing about names that lead nowhere: read.ts. */
export const scenarioSchema: z.ZodType<Scenario> = z.strictObject({
  schema: z.literal(scenarioSchemaName),
  name: z.string().max(200),
  seed: z.int().min(0).max(0xffff_ffff).default(0),
  nodes: z.array(node).min(1).max(nodesMax),
  wires: z
    .array(z.strictObject({ from: name, to: name, there: wire.default({}), back: wire.default({}) }))
    .max(entriesMax)
    .default([]),
  network: network.default({ mode: 'stream', resetChance: 0 }),
  volumes: z.array(volume).max(nodesMax),
  operations: z.array(operation).max(entriesMax),
  faults: z
    .array(z.strictObject({ atMs: ms, fault }))
    .max(entriesMax)
    .default([]),
  struck: z.exactOptional(z.array(struck).max(struckMax)),
  faultsEndMs: ms,
  limits: z
    .strictObject({
      convergeMs: ms.default(3_600_000),
      eventCountMax: z.int().min(1).default(1_000_000),
      bufferBytesMax: z.int().min(segmentBytesMin).default(262_144),
    })
    .prefault({}),
});

function isGood(parse: (text: string) => unknown): (text: string) => boolean {
  return (text) => {
    try {
      parse(text);
      return true;
    } catch (error) {
      if (error instanceof SnapdeltaError) return false;
      throw error;
    }
  };
}
