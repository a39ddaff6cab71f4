/**
 * A server and an agent at work: the session code joined to folders on disk and to TLS. What runs here is what the simulator runs; only disk, network and clock
 * are other ones.
 */
import { UsageError } from '../../base/errors.js';
import type { ChunkerSpec } from '../../engine/fingerprint/manifest.js';
import type { CodecName } from '../../engine/package/codecs.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import { Random } from '../../base/prng.js';
import type { Link } from '../../base/runtime.js';
import { AuditLog } from '../audit/log.js';
import { readRecordedVersions, type RecordedVersions } from '../audit/recorded.js';
import { verifyAudit, type AuditVerdict } from '../audit/verify.js';
import { chunkerText } from '../coding/cutting.js';
import { EngineCoder } from '../coding/coder.js';
import type { Repository, RepositoryConfig } from '../repository/repository.js';
import { Agent, type AgentOptions } from '../session/agent.js';
import { FanOut, type FanOutOptions } from '../session/fan-out.js';
import { clockBehind, Server, type ServerOptions } from '../session/server.js';
import { MemoryStore } from '../store/memory-store.js';
import type { HybridClock } from '../versions/hybrid-clock.js';
import { openRepositoryIn, openStore } from './open-store.js';
import { RealRuntime } from './real-runtime.js';
import { listen, tlsDialer, type Identity, type Listener } from './tls-link.js';
import { Upkeep, type UpkeepOptions } from './upkeep.js';

/** How a new repository keeps its blocks; one that is there keeps its own way. */
export interface RepositoryChoice {
  readonly fingerprint?: FingerprintName;
  readonly chunker?: ChunkerSpec;
  readonly codec?: CodecName;
  readonly level?: number;
}

export interface ServiceOptions extends Omit<ServerOptions, 'clock'> {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly identity: Identity;
  readonly repository?: RepositoryChoice;
  /** Addresses of servers that get every version from this one. */
  readonly peers?: readonly string[];
  readonly fanOut?: Pick<FanOutOptions, 'intervalMs' | 'backoff' | 'onSent' | 'onFailure'>;
  readonly upkeep?: UpkeepOptions;
  /** Called for each party that has not proved who it is. */
  readonly onRefused?: (reason: string) => void;
}

export interface Service {
  readonly port: number;
  readonly repository: Repository;
  readonly server: Server;
  /** Ends all connections, waits for what is being written, and lets other processes have the folder. What was acknowledged is durable. */
  close(): Promise<void>;
}

/** 64 KiB blocks are the leaves of content identity: their digests are made once. */
const usualRepository = {
  fingerprint: 'blake3',
  chunker: { name: 'fixed', blockBytes: 65_536 },
  codec: 'zstd',
  level: 3,
} as const;

/**
 * Opens (or makes) the repository in `folder` and serves it. The port comes first, so that where it is taken no folder is made; who connects meanwhile waits. Throws WorldError, DataError,
 * UsageError.
 */
export async function startService(folder: string, options: ServiceOptions): Promise<Service> {
  const { host, port, identity, onRefused = (): void => undefined } = options;
  const door = new Door();
  const onLink = (link: Link): void => door.enter(link);
  const listener = await listen({ host, port, identity, onLink, onRefused });
  try {
    return await openService(folder, options, listener, door);
  } catch (error) {
    await listener.close();
    throw error;
  }
}

/** Links that come before a server is there. */
class Door {
  readonly #waiting: Link[] = [];
  #accept: ((link: Link) => void) | undefined;

  enter(link: Link): void {
    if (this.#accept === undefined) this.#waiting.push(link);
    else this.#accept(link);
  }

  open(accept: (link: Link) => void): void {
    this.#accept = accept;
    for (const link of this.#waiting.splice(0)) accept(link);
  }
}

async function openService(
  folder: string,
  options: ServiceOptions,
  listener: Listener,
  door: Door,
): Promise<Service> {
  const runtime = new RealRuntime(newRandom());
  const opened = await openStore(folder);
  try {
    const { repository: choice = {} } = options;
    const repository = await openRepositoryIn(folder, opened.store, {
      create: { ...usualRepository, ...choice },
    });
    requireChosen(folder, repository.config, choice);
    const clock = clockBehind(repository, runtime);
    const audit = await AuditLog.open(opened.store, clock);
    const recorded = await readRecordedVersions(opened.store);
    // With the head that this process knows: what it has written itself cannot be cut off.
    const verify = (): Promise<AuditVerdict> =>
      verifyAudit(opened.store, audit.head === undefined ? [] : [audit.head]);
    const log = { audit, recorded, verify };
    return await serve(repository, log, clock, runtime, options, { listener, door, release: opened.close });
  } catch (error) {
    opened.close();
    throw error;
  }
}

interface OpenedAudit {
  readonly audit: AuditLog;
  readonly recorded: RecordedVersions;
  readonly verify: () => Promise<AuditVerdict>;
}

async function serve(
  repository: Repository,
  { audit, recorded, verify }: OpenedAudit,
  clock: HybridClock,
  runtime: RealRuntime,
  options: ServiceOptions,
  {
    listener,
    door,
    release,
  }: { readonly listener: Listener; readonly door: Door; readonly release: () => void },
): Promise<Service> {
  const { identity, peers = [], fanOut: fanOutOptions, upkeep: upkeepOptions = {} } = options;
  const coder = new EngineCoder(runtime);
  /** What has to end before the folder is let go. */
  const working = new Set<Promise<void>>();
  const work = (done: Promise<void>): void => {
    working.add(done);
    void done.then(() => working.delete(done));
  };
  const server = new Server(repository, coder, runtime, audit, {
    ...options,
    clock,
    onCommitted: (stored) => {
      options.onCommitted?.(stored);
      fanOut.notify();
      work(upkeep.retain(stored.version.volume));
    },
  });
  const upkeep = new Upkeep(server, runtime, verify, upkeepOptions);
  const fanOut = new FanOut(server, tlsDialer(identity), coder, runtime, {
    ...fanOutOptions,
    name: options.name,
    peers,
  });
  await server.start(recorded);
  door.open((link) => work(server.accept(link)));
  work(upkeep.run());
  work(fanOut.run());
  return {
    port: listener.port,
    repository,
    server,
    close: async () => {
      upkeep.stop();
      fanOut.stop();
      server.close();
      await listener.close();
      while (working.size > 0) await Promise.all(working);
      release();
    },
  };
}

/** A choice for a new repository that the one at hand contradicts is a mistake. */
function requireChosen(folder: string, config: RepositoryConfig, choice: RepositoryChoice): void {
  const told = (wanted: string | number, there: string | number): string =>
    `${folder} is a repository with ${there} already, not with ${wanted}`;
  const hint = 'leave the choice out, or begin a new repository in an empty folder';
  const { chunker, fingerprint, codec, level } = choice;
  if (chunker !== undefined && chunkerText(chunker) !== chunkerText(config.chunker)) {
    throw new UsageError(told(chunkerText(chunker), chunkerText(config.chunker)), { hint });
  }
  if (fingerprint !== undefined && fingerprint !== config.fingerprint) {
    throw new UsageError(told(fingerprint, config.fingerprint), { hint });
  }
  if ((codec ?? config.codec) !== config.codec || (level ?? config.level) !== config.level) {
    const there = `${config.codec}:${config.level}`;
    throw new UsageError(told(`${codec ?? config.codec}:${level ?? config.level}`, there), { hint });
  }
}

export interface OpenedAgent {
  readonly agent: Agent;
  readonly close: () => void;
}

/** An agent whose counters and manifests live in `folder`. Throws WorldError, DataError. */
export async function openAgent(
  folder: string,
  identity: Identity,
  options: AgentOptions,
): Promise<OpenedAgent> {
  const opened = await openStore(folder);
  const runtime = new RealRuntime(newRandom());
  const agent = new Agent(tlsDialer(identity), opened.store, new EngineCoder(runtime), runtime, options);
  return { agent, close: opened.close };
}

/** An agent that remembers nothing, for those who only read: it must not push. */
export function readingAgent(identity: Identity, options: AgentOptions): Agent {
  const runtime = new RealRuntime(newRandom());
  return new Agent(tlsDialer(identity), new MemoryStore(), new EngineCoder(runtime), runtime, options);
}

/** Jitter needs no secret, but two agents that start at once should not retry at once. */
function newRandom(): Random {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return new Random(seed);
}
