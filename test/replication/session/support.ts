/** A small world for sessions: one clock, servers and agents over memory stores, links that can be cut. */
import { WorldError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/prng.js';
import type { Dialer, Runtime } from '../../../src/base/runtime.js';
import { memorySnapshot } from '../../../src/engine/snapshot/memory.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { WorkspacePool } from '../../../src/kernels/workspace-pool.js';
import type { AuditEvent } from '../../../src/replication/audit/kinds.js';
import { RecordedVersions } from '../../../src/replication/audit/recorded.js';
import { openRepository } from '../../../src/replication/repository/open.js';
import type { Repository, RepositoryConfig } from '../../../src/replication/repository/repository.js';
import { Agent, type AgentOptions } from '../../../src/replication/session/agent.js';
import { EngineCoder, type Coder } from '../../../src/replication/coding/coder.js';
import type { ReceiveSummary } from '../../../src/replication/session/receiver.js';
import { restoreVersion } from '../../../src/replication/coding/restore.js';
import type { SendSummary } from '../../../src/replication/session/sender.js';
import { Server, type ServerOptions } from '../../../src/replication/session/server.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { Store } from '../../../src/replication/store/store.js';
import type { Dot } from '../../../src/replication/versions/version.js';
import { linkPair, type LinkPair, type LinkPlan } from '../support/memory-link.js';
import { VirtualTime } from '../support/virtual-runtime.js';

export const kernels = createWasmKernels();
export const workspaces = new WorkspacePool();

export const usualConfig: RepositoryConfig = {
  fingerprint: 'xxh3-128',
  chunker: { name: 'fixed', blockBytes: 4096 },
  codec: 'stored',
  level: 1,
};

export interface ServerHost {
  readonly name: string;
  readonly server: Server;
  readonly store: Store;
  readonly repository: Repository;
  readonly audit: AuditEvent[];
  /** What the log says of versions, those included that were there before the start. */
  readonly recorded: RecordedVersions;
  readonly failures: unknown[];
  readonly received: ReceiveSummary[];
  readonly sent: SendSummary[];
}

export class Town implements Dialer {
  readonly #newCoder: (runtime: Runtime) => Coder;
  readonly time = new VirtualTime();
  readonly servers = new Map<string, ServerHost>();
  /** Plans of the next links, in order; whole links after them. */
  readonly plans: LinkPlan[] = [];
  readonly links: LinkPair[] = [];
  #runtimes = 0;

  constructor(
    newCoder: (runtime: Runtime) => Coder = (runtime) => new EngineCoder(runtime, kernels, workspaces),
  ) {
    this.#newCoder = newCoder;
  }

  runtime(skewMs = 0): Runtime {
    return this.time.runtime(++this.#runtimes, skewMs);
  }

  async serve(
    name: string,
    options: Partial<ServerOptions> = {},
    config = usualConfig,
    store: Store = new MemoryStore(),
    skewMs = 0,
    before?: RecordedVersions,
  ): Promise<ServerHost> {
    const runtime = this.runtime(skewMs);
    const repository = await openRepository(store, { create: config, kernels });
    const audit: AuditEvent[] = [];
    const failures: unknown[] = [];
    const received: ReceiveSummary[] = [];
    const sent: SendSummary[] = [];
    const recorded = before ?? allRecorded(repository);
    const server: Server = new Server(
      repository,
      this.#newCoder(runtime),
      runtime,
      {
        append: (event) => {
          audit.push(event);
          recorded.add({ event, time: server.clock.now() });
          return Promise.resolve();
        },
      },
      {
        name,
        segmentBytesMax: 16 * 1024,
        onFailure: (error) => failures.push(error),
        onReceived: (summary) => received.push(summary),
        onSent: (summary) => sent.push(summary),
        ...options,
      },
    );
    await server.start(recorded);
    const host = { name, server, store, repository, audit, recorded, failures, received, sent };
    this.servers.set(name, host);
    return host;
  }

  agent(name: string, options: Partial<AgentOptions> = {}, store: Store = new MemoryStore()): Agent {
    const runtime = this.runtime();
    return new Agent(this.dialer(name), store, this.#newCoder(runtime), runtime, {
      name,
      ...options,
    });
  }

  dialer(from: string): Dialer {
    return {
      dial: (address) => {
        const host = this.servers.get(address);
        if (host === undefined) return Promise.reject(new WorldError(`${address} cannot be reached`));
        const pair = linkPair(from, address, this.plans.shift());
        this.links.push(pair);
        void host.server.accept(pair.acceptor);
        return Promise.resolve(pair.connector);
      },
    };
  }

  dial(address: string): ReturnType<Dialer['dial']> {
    return this.dialer('somebody').dial(address);
  }

  settle<T>(promise: Promise<T>): Promise<T> {
    return this.time.settle(promise);
  }
}

export function randomBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  new Random(seed).fill(bytes);
  return bytes;
}

export function image(bytes: Uint8Array): Snapshot {
  return memorySnapshot('image', [{ path: '', bytes }]);
}

export function edited(bytes: Uint8Array, at: number, length = 10): Uint8Array {
  const copy = bytes.slice();
  for (let i = at; i < at + length; i++) copy[i] = (copy[i] ?? 0) ^ 0x5a;
  return copy;
}

export function contentOf(snapshot: Snapshot): Buffer {
  const bytes = Buffer.alloc(snapshot.layout.totalBytes);
  snapshot.openReader().read(0, bytes);
  return bytes;
}

/** The bytes of a version as a server would restore it. */
export async function restored(host: ServerHost, volume: string, dot: Dot): Promise<Buffer> {
  const stored = host.repository.version(volume, dot);
  if (stored === undefined) throw new Error('no such version');
  const target = memoryTarget();
  await restoreVersion(host.repository, stored, target);
  return contentOf(target.snapshot());
}

/** As a log has them in which nothing is missing. */
export function allRecorded(repository: Repository): RecordedVersions {
  const recorded = new RecordedVersions();
  for (const volume of repository.volumes)
    for (const { version, content } of repository.versions(volume)) {
      const { dot, time } = version;
      recorded.add({ event: { kind: 'recovered', volume, dot, content, reason: '' }, time });
    }
  return recorded;
}
