/**
 * Reading a scenario file: JSON of the schema `snapdelta/scenario/v1`, checked field by field and name by name. Throws DataError that says where and what.
 *
 * Limits are those of what a simulation can hold in memory: 64 nodes, 4,096 operations and faults each, volumes of 16 MiB.
 */
import { z } from 'zod';
import { DataError, SnapdeltaError } from '../../base/errors.js';
import { fingerprintNames } from '../../engine/fingerprint/fingerprint.js';
import { codecNames } from '../../engine/package/codecs.js';
import { parseChunker } from '../../replication/coding/cutting.js';
import { segmentBytesMin } from '../../replication/protocol/limits.js';
import { parsePolicy } from '../../replication/versions/policy.js';
import { isServer, scenarioSchemaName } from './scenario.js';
import type { Scenario } from './scenario.js';

const nodesMax = 64;
const entriesMax = 4096;
const struckMax = 1_048_576;
const volumeBytesMax = 16 * 1024 * 1024;
/** A year of simulated time; virtual nanoseconds are exact for a hundred days, but nothing lasts that long. */
const msMax = 30 * 86_400_000;

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
const chance = z.number().min(0).max(1);
const ms = z.number().min(0).max(msMax);
const count = z.int().min(0);
const positive = z.number().positive();
const how = z.enum(['process', 'power']);

const disk = z.strictObject({
  operationMs: z.exactOptional(ms),
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
  z.strictObject({ kind: z.literal('clock-drift'), node: name, ppm: z.number().min(-1e5).max(1e5) }),
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
  fingerprint: z.enum(fingerprintNames),
  chunker,
  codec: z.enum(codecNames),
  level: z.int().min(1).max(19),
  policy,
  versions,
  peers: z.array(name).max(nodesMax),
  intervalMs: ms.min(1),
  segmentBytesMax,
});

const machine = {
  name,
  disk,
  clock: z.strictObject({ skewMs: z.number().min(-msMax).max(msMax), driftPpm: z.number() }),
};

const node = z.discriminatedUnion('role', [
  z.strictObject({ ...machine, role: z.literal('server'), config: server }),
  z.strictObject({
    ...machine,
    role: z.literal('agent'),
    config: z.strictObject({ versions, cacheBytesMax: count }),
  }),
]);

const network = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('stream'), resetChance: chance }),
  z.strictObject({
    mode: z.literal('frames'),
    resetChance: chance,
    frames: z.strictObject({ drop: chance, repeat: chance, overtake: chance, damage: chance }),
  }),
]);

const volume = z.strictObject({
  name,
  bytes: z.int().min(0).max(volumeBytesMax),
  kind: z.enum(['random', 'text', 'sparse']),
  edit: z.strictObject({
    kind: z.enum(['overwrite', 'insert', 'remove', 'append', 'move', 'rewrite']),
    count: count.max(entriesMax),
    bytes: count.max(volumeBytesMax),
  }),
});

const timed = { atMs: ms, node: name };
const change = z.strictObject({
  policy: z.exactOptional(policy),
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
  }),
  z.strictObject({ ...timed, kind: z.literal('pull'), server: name, volume: name }),
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

const scenarioSchema = z.strictObject({
  schema: z.literal(scenarioSchemaName),
  name: z.string().max(200),
  seed: z.int().min(0).max(0xffff_ffff),
  nodes: z.array(node).min(1).max(nodesMax),
  wires: z.array(z.strictObject({ from: name, to: name, there: wire, back: wire })).max(entriesMax),
  network,
  volumes: z.array(volume).max(nodesMax),
  operations: z.array(operation).max(entriesMax),
  faults: z.array(z.strictObject({ atMs: ms, fault })).max(entriesMax),
  struck: z.exactOptional(z.array(struck).max(struckMax)),
  faultsEndMs: ms,
  limits: z.strictObject({
    convergeMs: ms,
    eventCountMax: z.int().min(1),
    bufferBytesMax: z.int().min(segmentBytesMin),
  }),
});

/** A parsed JSON value as a scenario whose names all lead somewhere. Throws DataError. */
export function readScenario(value: unknown): Scenario {
  const read = scenarioSchema.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at = issue?.path.join('.') ?? '';
    throw new DataError(
      `no scenario: ${at === '' ? 'the file' : at}: ${issue?.message ?? 'cannot be read'}`,
      {
        hint: `docs/simulator.md says what a scenario of schema ${scenarioSchemaName} has`,
      },
    );
  }
  checkNames(read.data);
  return read.data;
}

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

function checkNames(scenario: Scenario): void {
  const nodes = new Set(scenario.nodes.map((one) => one.name));
  const servers = new Set(scenario.nodes.filter(isServer).map((one) => one.name));
  const volumes = new Set(scenario.volumes.map((one) => one.name));
  const need = (known: ReadonlySet<string>, wanted: string, what: string, where: string): void => {
    if (!known.has(wanted)) throw new DataError(`no scenario: ${where}: there is no ${what} '${wanted}'`);
  };
  if (nodes.size !== scenario.nodes.length)
    throw new DataError('no scenario: nodes: two of them have one name');
  for (const one of scenario.nodes.filter(isServer))
    for (const peer of one.config.peers) need(servers, peer, 'server', `nodes.${one.name}.config.peers`);
  scenario.wires.forEach((one, i) => {
    for (const end of [one.from, one.to]) need(nodes, end, 'node', `wires.${i}`);
  });
  scenario.operations.forEach((one, i) => {
    const where = `operations.${i}`;
    const isOfServer = ['collect', 'scrub', 'retain', 'expire'].includes(one.kind);
    need(isOfServer ? servers : nodes, one.node, isOfServer ? 'server' : 'node', where);
    if ('server' in one) {
      need(servers, one.server, 'server', where);
      if (servers.has(one.node)) throw new DataError(`no scenario: ${where}: '${one.node}' is no agent`);
    }
    if ('volume' in one) need(volumes, one.volume, 'volume', where);
  });
  scenario.faults.forEach(({ fault: one }, i) => {
    for (const end of 'node' in one ? [one.node] : [one.from, one.to])
      need(nodes, end, 'node', `faults.${i}`);
  });
}
