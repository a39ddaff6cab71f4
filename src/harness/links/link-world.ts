/**
 * An agent and a server with the code that ships, perhaps further servers behind it in a chain, modelled links between them, and what an operation of the agent costs there: exact, since
 * time and bytes are simulated.
 *
 * Law: the same seed, link and operations give the same numbers on every machine.
 */
import { present } from '../../base/errors.js';
import { AuditLog } from '../../replication/audit/log.js';
import { readRecordedVersions } from '../../replication/audit/recorded.js';
import { EngineCoder, type Coder } from '../../replication/coding/coder.js';
import { openRepository } from '../../replication/repository/open.js';
import type { Repository, RepositoryConfig } from '../../replication/repository/repository.js';
import { Agent, type AgentOptions } from '../../replication/session/agent.js';
import { FanOut } from '../../replication/session/fan-out.js';
import { clockBehind, Server, type ServerOptions } from '../../replication/session/server.js';
import { DirectoryStore } from '../../replication/store/directory-store.js';
import type { Store } from '../../replication/store/store.js';
import type { Version } from '../../replication/versions/version.js';
import type { Calibration } from '../../simulator/process/calibration.js';
import type { SimulatedProcess } from '../../simulator/process/incarnation.js';
import type { CrashKind } from '../../simulator/process/node.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import type { RunLimits } from '../../simulator/time/loop.js';
import { World, type WorldOptions } from '../../simulator/world/world.js';
import { wireOf, type LinkKind } from './link-kinds.js';

export interface LinkWorldOptions extends Partial<Omit<WorldOptions, 'seed' | 'calibration'>> {
  readonly create?: RepositoryConfig;
  readonly agent?: Partial<AgentOptions>;
  readonly server?: Partial<ServerOptions>;
  /** What the agent encodes with, given what ships. */
  readonly agentCoder?: (coder: Coder, machine: SimulatedProcess) => Coder;
  /** Where the servers keep objects, given what ships. */
  readonly serverStore?: (store: Store, machine: SimulatedProcess) => Store;
}

/** What happened between two moments. */
export interface Cost {
  readonly ms: number;
  /** Headers and repetitions included, in both directions. */
  readonly bytesOnWire: number;
  readonly connections: number;
  /** CPU work of both sides. */
  readonly workedMs: number;
}

const usualCreate: RepositoryConfig = {
  fingerprint: 'blake3',
  chunker: { name: 'fixed', blockBytes: 4096 },
  codec: 'stored',
  level: 1,
};

/** A day: what takes longer has come to rest. */
const settleMsMax = 86_400_000;

export class LinkWorld {
  readonly world: World;
  readonly #equipment: Equipment;
  #options: LinkWorldOptions;
  #agent: Agent | undefined;
  readonly #names: readonly string[];
  /** By server. */
  readonly #repositories = new Map<string, Repository>();
  readonly #stores = new Map<string, Store>();
  #waiting: (() => void)[] = [];

  constructor(
    seed: number,
    links: LinkKind | readonly LinkKind[],
    calibration: Calibration,
    equipment: Equipment,
    options: LinkWorldOptions = {},
  ) {
    this.world = new World({ ...options, seed, calibration });
    this.#equipment = equipment;
    this.#options = options;
    const hops = [links].flat();
    this.#names = hops.map((_, index) => serverName(index));
    this.world.addNode('agent', (machine) => this.#work(machine));
    for (const [index, hop] of hops.entries()) {
      const name = serverName(index);
      this.world.addNode(name, (machine) => this.#serve(machine, index));
      this.world.connect(index === 0 ? 'agent' : serverName(index - 1), name, wireOf(hop));
    }
  }

  /** Starts both, and waits until they are up. */
  async start(): Promise<void> {
    const { world } = this;
    for (const name of [...this.#names, 'agent']) world.node(name).start();
    await world.run({ untilMs: world.loop.nowMs + startMsMax });
  }

  /** All processes end, and come back with other options (all but those of the world): another release, or the same one anew. What was durable stays. */
  async restart(options: LinkWorldOptions, how: CrashKind = 'process'): Promise<void> {
    this.#options = options;
    this.#agent = undefined;
    this.#repositories.clear();
    for (const node of this.world.nodes) node.crash(how);
    await this.start();
  }

  /** What the server holds; undefined while it is down. */
  repository(name: string): Repository | undefined {
    return this.#repositories.get(name);
  }

  /** The objects of a server that has been up. */
  store(name: string): Store {
    return present(this.#stores.get(name), 'the store');
  }

  /** The agent that runs now. */
  get agent(): Agent {
    return present(this.#agent, 'the agent');
  }

  /** Resolves once the last server shows the version. */
  async arrived({ volume, dot }: Version): Promise<void> {
    const last = this.#names.at(-1) ?? '';
    while (this.#repositories.get(last)?.version(volume, dot) === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #changed(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Runs an operation to its end. Throws what it threw, WorldError where the world came to rest before. */
  async cost<T>(work: () => Promise<T>, limits: RunLimits = {}): Promise<{ result: T; cost: Cost }> {
    const { world } = this;
    const before = world.statistics();
    const startMs = world.loop.nowMs;
    const working = work();
    const result = await world.settle(working, { untilMs: startMs + settleMsMax, ...limits });
    const after = world.statistics();
    const cost = {
      ms: world.loop.nowMs - startMs,
      bytesOnWire: after.bytesOnWire - before.bytesOnWire,
      connections: after.connectionCount - before.connectionCount,
      workedMs: after.workedMs - before.workedMs,
    };
    return { result, cost };
  }

  async #serve(machine: SimulatedProcess, index: number): Promise<void> {
    const { kernels, workspaces } = this.#equipment;
    const { serverStore = (own: Store): Store => own } = this.#options;
    const store = serverStore(await DirectoryStore.open(machine.disk), machine);
    const create = this.#options.create ?? usualCreate;
    const repository = await openRepository(store, { create, kernels, runtime: machine });
    const clock = clockBehind(repository, machine);
    const audit = await AuditLog.open(store, clock);
    const coder = new EngineCoder(machine, kernels, workspaces);
    const name = serverName(index);
    this.#stores.set(name, store);
    const sending: FanOut[] = [];
    const server = new Server(repository, coder, machine, audit, {
      name,
      clock,
      onCommitted: () => {
        for (const fanOut of sending) fanOut.notify();
        this.#changed();
      },
      ...this.#options.server,
    });
    await server.start(await readRecordedVersions(store));
    this.#repositories.set(name, repository);
    this.#changed();
    machine.listen(name, (link) => void server.accept(link));
    const next = this.#names[index + 1];
    if (next === undefined) return;
    const fanOut = new FanOut(server, machine, coder, machine, { name, peers: [next] });
    sending.push(fanOut);
    await fanOut.run();
  }

  async #work(machine: SimulatedProcess): Promise<void> {
    const { kernels, workspaces } = this.#equipment;
    const store = await DirectoryStore.open(machine.disk);
    const coder = new EngineCoder(machine, kernels, workspaces);
    const { agentCoder = (own: Coder): Coder => own } = this.#options;
    const usual = { name: 'agent', attemptsMax: Infinity };
    this.#agent = new Agent(machine, store, agentCoder(coder, machine), machine, {
      ...usual,
      ...this.#options.agent,
    });
  }
}

/** Both stores are open by then. */
const startMsMax = 1000;

/** The first server, and those behind it. */
export function serverName(index: number): string {
  return index === 0 ? 'server' : `replica-${index}`;
}
