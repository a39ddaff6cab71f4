/**
 * A server and an agent at work: the session code joined to folders on disk and to TLS. What runs here is what the simulator runs; only disk, network and clock
 * are other ones.
 */
import type { ChunkerSpec } from '../../engine/fingerprint/manifest.js';
import type { CodecName } from '../../engine/package/codecs.js';
import type { FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import { Random } from '../../base/prng.js';
import { AuditLog } from '../audit/log.js';
import { openRepository } from '../repository/open.js';
import type { Repository } from '../repository/repository.js';
import { Agent, type AgentOptions } from '../session/agent.js';
import { EngineCoder } from '../coding/coder.js';
import { Server, type ServerOptions } from '../session/server.js';
import { HybridClock } from '../versions/hybrid-clock.js';
import { openStore } from './open-store.js';
import { RealRuntime } from './real-runtime.js';
import { listen, tlsDialer, type Identity } from './tls-link.js';

/** How a new repository keeps its blocks; one that is there already keeps its own way. */
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
  /** Called for each party that has not proved who it is. */
  readonly onRefused?: (reason: string) => void;
}

export interface Service {
  readonly port: number;
  readonly repository: Repository;
  readonly server: Server;
  /** Ends all connections and lets other processes have the folder. What was acknowledged is durable. */
  close(): Promise<void>;
}

/** 64 KiB blocks are the leaves of content identity: their digests are made once. */
const usualRepository = {
  fingerprint: 'blake3',
  chunker: { name: 'fixed', blockBytes: 65_536 },
  codec: 'zstd',
  level: 3,
} as const;

/** Opens (or makes) the repository in `folder` and serves it. Throws WorldError, DataError, UsageError. */
export async function startService(folder: string, options: ServiceOptions): Promise<Service> {
  const { host, port, identity, repository: choice, onRefused, ...serverOptions } = options;
  const runtime = new RealRuntime(newRandom());
  const opened = await openStore(folder);
  try {
    const repository = await openRepository(opened.store, { create: { ...usualRepository, ...choice } });
    const clock = new HybridClock(runtime);
    const audit = await AuditLog.open(opened.store, clock);
    const server = new Server(repository, new EngineCoder(runtime), runtime, audit, {
      ...serverOptions,
      clock,
    });
    await server.start();
    const listener = await listen({
      host,
      port,
      identity,
      onLink: (link) => void server.accept(link),
      onRefused: onRefused ?? ((): void => undefined),
    });
    return {
      port: listener.port,
      repository,
      server,
      close: async () => {
        const closed = listener.close();
        server.close();
        await closed;
        opened.close();
      },
    };
  } catch (error) {
    opened.close();
    throw error;
  }
}

export interface OpenedAgent {
  readonly agent: Agent;
  close(): void;
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

/** Jitter needs no secret, but two agents that start at once should not retry at once. */
function newRandom(): Random {
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  return new Random(seed);
}
