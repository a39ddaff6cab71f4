/**
 * Servers, agents, volumes and the paths between them. Mostly one of each; else two or three servers that send to each other as a star, a chain or a mesh, in both directions, so that what one
 * has all get; two or three agents, each with a server of its own that it may leave for another.
 */
import type { Random } from '../../base/prng.js';
import type { Latency } from '../network/latency.js';
import type { WireOptions } from '../network/wire.js';
import type {
  AgentNode,
  ScenarioNetwork,
  ScenarioVolume,
  ScenarioWire,
  ServerConfig,
  ServerNode,
} from '../scenario/scenario.js';
import { drawClock, drawDisk } from './machines.js';
import type { Features } from './features.js';
import { one } from './moments.js';

export interface Topology {
  readonly servers: readonly [ServerNode, ...ServerNode[]];
  readonly agents: readonly [AgentNode, ...AgentNode[]];
  readonly volumes: readonly [ScenarioVolume, ...ScenarioVolume[]];
  readonly wires: readonly ScenarioWire[];
  readonly network: ScenarioNetwork;
  /** The one server whose disk may change what was synced: of two there would be nothing left to rely on. */
  readonly liar: string;
}

export const policies = ['fork', 'block-merge:4096', 'block-merge:4096'] as const;
const segmentSizes = [131_072, 262_144, 1_048_576, 1_048_576] as const;
const smallSegmentSizes = [16_384, 65_536] as const;
const shapes = ['star', 'chain', 'mesh'] as const;
const edits = ['overwrite', 'overwrite', 'overwrite', 'insert', 'remove', 'append', 'move'] as const;
/** What costs the simulation most is drawn least: a seed whose packs are deflated takes twice as long. */
const codecs = [
  ...(['stored', 'stored', 'stored', 'stored', 'stored', 'stored', 'stored', 'stored'] as const),
  ...(['stored', 'stored', 'stored', 'stored', 'stored', 'lz4', 'lz4', 'lz4', 'lz4'] as const),
  ...(['zstd', 'zstd', 'deflate'] as const),
] as const;
const fingerprints = ['blake3', 'blake3', 'xxh3-128', 'xxh3-128', 'sha256'] as const;
const chunkers = ['fixed:4096', 'fixed:16384', 'fastcdc:2048:8192:65536'] as const;

export function drawTopology(random: Random, features: Features): Topology {
  const counts = random.fork('counts');
  const isFederation = features.has('federation');
  const serverCount = isFederation || features.has('servers') ? counts.pick([2, 2, 3]) : 1;
  const shape = random.fork('shape').pick(shapes);
  const isShared = isFederation || (features.has('many-agents') && features.has('shared-volume'));
  // Conflicts are settled in another way than by the latest where there are some.
  const policy = features.has('merging') && isShared ? random.fork('policy').pick(policies) : 'latest-wins';
  const agentCount = isFederation || features.has('many-agents') ? counts.pick([2, 2, 2, 3]) : 1;
  const names = Array.from({ length: serverCount }, (_, i) => `server-${i + 1}`);
  const liar = one(random.fork('liar'), names);
  const drawn = drawStore(random.fork('store'));
  // Blocks are merged where stores cut as the policy does.
  const common = policy === 'block-merge:4096' ? { ...drawn, chunker: 'fixed:4096' } : drawn;
  const servers = names.map((name, i): ServerNode => {
    const own = random.fork(name);
    // The first cuts as the policy does, so that there is a server that makes merges for those that cannot.
    const store = i > 0 && features.has('other-stores') ? drawStore(own.fork('store')) : common;
    return {
      name,
      role: 'server',
      disk: drawDisk(own.fork('disk'), features, name === liar),
      clock: drawClock(own.fork('clock'), features),
      config: {
        ...store,
        policy,
        versions: drawVersions(own.fork('versions'), features),
        peers: names.filter((_other, j) => i !== j && areJoined(shape, i, j)),
        intervalMs: 10_000 + own.below(50_000),
        segmentBytesMax: features.has('small-buffers')
          ? 16_384
          : own.pick(features.has('revisits') ? smallSegmentSizes : segmentSizes),
      },
    };
  });
  const agents = Array.from({ length: agentCount }, (_, i): AgentNode => {
    const name = `agent-${i + 1}`;
    const own = random.fork(name);
    return {
      name,
      role: 'agent',
      disk: drawDisk(own.fork('disk'), features, false),
      clock: drawClock(own.fork('clock'), features),
      config: {
        versions: drawVersions(own.fork('versions'), features),
        cacheBytesMax: features.has('small-cache') ? own.pick([0, 4096, 65_536]) : 4_194_304,
      },
    };
  });
  const [firstServer, ...otherServers] = servers;
  const [firstAgent, ...otherAgents] = agents;
  if (firstServer === undefined || firstAgent === undefined) throw new RangeError('a topology has nodes');
  const volumeCount = isShared ? 1 : agentCount;
  const [firstVolume, ...otherVolumes] = Array.from({ length: volumeCount }, (_, i) =>
    drawVolume(`disk-${i + 1}`, random.fork(`volume ${i}`), features),
  );
  if (firstVolume === undefined) throw new RangeError('a topology has volumes');
  return {
    servers: [firstServer, ...otherServers],
    agents: [firstAgent, ...otherAgents],
    volumes: [firstVolume, ...otherVolumes],
    wires: drawWires([...agents, ...servers], names, random.fork('wires'), features),
    network: drawNetwork(random.fork('network'), features),
    liar,
  };
}

function areJoined(shape: (typeof shapes)[number], i: number, j: number): boolean {
  if (shape === 'mesh') return true;
  return shape === 'star' ? i === 0 || j === 0 : Math.abs(i - j) === 1;
}

function drawStore(random: Random): Pick<ServerConfig, 'fingerprint' | 'chunker' | 'codec' | 'level'> {
  return {
    fingerprint: random.pick(fingerprints),
    chunker: random.pick(chunkers),
    codec: random.pick(codecs),
    level: 1,
  };
}

/** An old side speaks version 1 alone; it gets on with any that speaks both. */
function drawVersions(random: Random, features: Features): readonly (1 | 2)[] {
  return features.has('old-sides') && random.below(2) === 0 ? [1] : [1, 2];
}

/** Where each byte is sent or stored several times, or in many segments. */
const busy = ['servers', 'federation', 'many-agents', 'many-pushes', 'revisits', 'small-buffers'] as const;

/**
 * 64 KiB to 1 MiB. Most are 256 KiB and a little more, since larger ones show hardly more and take as much longer as they are larger; one in fourteen is larger, and where volumes are
 * busy two thirds are at most 128 KiB. Sizes that are no multiple of anything are as likely as those that are.
 */
function drawVolume(name: string, random: Random, features: Features): ScenarioVolume {
  const isBusy = busy.some((feature) => features.has(feature));
  const kind = random.fork('size').float();
  const [least, most] =
    kind < (isBusy ? 0.65 : 0.38)
      ? [65_536, isBusy ? 131_072 : 262_144]
      : kind < 0.93
        ? [262_144, 294_912]
        : [294_912, 1_048_576];
  const bytes = Math.floor(least * (most / least) ** random.float()) & (random.below(2) === 0 ? ~4095 : ~0);
  return {
    name,
    bytes,
    kind: random.pick(['random', 'text', 'sparse']),
    edit: {
      kind: features.has('revisits') ? 'rewrite' : random.pick(edits),
      count: random.between(1, 4),
      bytes: Math.floor(2 ** (random.float() * 14)),
    },
  };
}

function drawNetwork(random: Random, features: Features): ScenarioNetwork {
  const resetChance = features.has('resets') ? random.float() * 0.3 : 0;
  if (!features.has('frames')) return { mode: 'stream', resetChance };
  const chance = (): number => (random.below(2) === 0 ? 0 : random.float() * 0.02);
  return {
    mode: 'frames',
    resetChance,
    frames: { drop: chance(), repeat: chance(), overtake: chance(), damage: chance() },
  };
}

function drawWires(
  nodes: readonly { readonly name: string }[],
  servers: readonly string[],
  random: Random,
  features: Features,
): ScenarioWire[] {
  return servers.flatMap((to, i) =>
    nodes
      .filter(({ name }) => !servers.slice(0, i + 1).includes(name))
      .map(({ name: from }) => ({
        from,
        to,
        there: drawWire(random.fork(`${from} ${to}`), features),
        back: drawWire(random.fork(`${to} ${from}`), features),
      })),
  );
}

function drawWire(random: Random, features: Features): Partial<WireOptions> {
  const ms = features.has('distance') ? 0.2 * 400 ** random.fork('ms').float() : 1;
  const own = random.fork('weather');
  const some = (chance: number): number => own.float() * chance;
  const [loss, reorder, bandwidth] = [random.fork('loss'), random.fork('reorder'), random.fork('bandwidth')];
  return {
    latency: random.fork('latency').pick<Latency>([
      { kind: 'fixed', ms },
      { kind: 'normal', ms, deviationMs: ms / 10 },
      { kind: 'pareto', ms, shape: 2.5, msMax: 20 * ms },
    ]),
    ...(features.has('narrow-links') ? { bytesPerSecond: 125_000 * 100 ** bandwidth.float() } : {}),
    ...(features.has('loss')
      ? { loss: { kind: 'independent' as const, probability: loss.float() * 0.03 } }
      : {}),
    ...(features.has('bursts')
      ? {
          loss: {
            kind: 'gilbert-elliott' as const,
            toBad: loss.float() * 0.01,
            toGood: 0.1 + loss.float() * 0.4,
            lossInBad: 0.3,
            lossInGood: 0,
          },
        }
      : {}),
    ...(features.has('corruption') ? { corrupt: some(0.01) } : {}),
    ...(features.has('duplication') ? { duplicate: some(0.02) } : {}),
    ...(features.has('reordering')
      ? { reorder: reorder.float() * 0.05, reorderMs: 1 + reorder.float() * 30 }
      : {}),
  };
}
