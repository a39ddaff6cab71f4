/**
 * A server and an agent with the code that ships, a modelled link between them, and what an operation of the agent costs there: exact, since time and bytes are simulated.
 *
 * Law: the same seed, link and operations give the same numbers on every machine.
 */
import { present } from '../../base/errors.js';
import { AuditLog } from '../../replication/audit/log.js';
import { EngineCoder, type Coder } from '../../replication/coding/coder.js';
import { openRepository } from '../../replication/repository/open.js';
import type { Repository, RepositoryConfig } from '../../replication/repository/repository.js';
import { Agent, type AgentOptions } from '../../replication/session/agent.js';
import type { ReceiveSummary } from '../../replication/session/receiver.js';
import { Server, type ServerOptions } from '../../replication/session/server.js';
import { DirectoryStore } from '../../replication/store/directory-store.js';
import { HybridClock } from '../../replication/versions/hybrid-clock.js';
import type { Calibration } from '../../simulator/process/calibration.js';
import type { SimulatedProcess } from '../../simulator/process/incarnation.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import type { RunLimits } from '../../simulator/time/loop.js';
import { World, type WorldOptions } from '../../simulator/world/world.js';
import { wireOf, type LinkKind } from './link-kinds.js';

export interface LinkWorldOptions extends Partial<Omit<WorldOptions, 'seed' | 'calibration'>> {
  readonly create?: RepositoryConfig;
  readonly agent?: Partial<AgentOptions>;
  readonly server?: Partial<ServerOptions>;
  /** What the agent encodes with, given what ships. */
  readonly agentCoder?: (coder: Coder) => Coder;
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
  readonly received: ReceiveSummary[] = [];
  readonly #equipment: Equipment;
  readonly #options: LinkWorldOptions;
  #agent: Agent | undefined;
  #repository: Repository | undefined;

  constructor(
    seed: number,
    link: LinkKind,
    calibration: Calibration,
    equipment: Equipment,
    options: LinkWorldOptions = {},
  ) {
    this.world = new World({ ...options, seed, calibration });
    this.#equipment = equipment;
    this.#options = options;
    this.world.addNode('server', (machine) => this.#serve(machine));
    this.world.addNode('agent', (machine) => this.#work(machine));
    this.world.connect('agent', 'server', wireOf(link));
  }

  /** Starts both, and waits until they are up. */
  async start(): Promise<void> {
    const { world } = this;
    world.node('server').start();
    world.node('agent').start();
    await world.run({ untilMs: world.loop.nowMs + startMsMax });
  }

  /** The agent that runs now. */
  get agent(): Agent {
    return present(this.#agent, 'the agent');
  }

  get repository(): Repository {
    return present(this.#repository, 'the repository');
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

  async #serve(machine: SimulatedProcess): Promise<void> {
    const { kernels, workspaces } = this.#equipment;
    const store = await DirectoryStore.open(machine.disk);
    const create = this.#options.create ?? usualCreate;
    const repository = await openRepository(store, { create, kernels, runtime: machine });
    const clock = new HybridClock(machine);
    const audit = await AuditLog.open(store, clock);
    const coder = new EngineCoder(machine, kernels, workspaces);
    const server = new Server(repository, coder, machine, audit, {
      name: 'server',
      clock,
      onReceived: (summary) => this.received.push(summary),
      ...this.#options.server,
    });
    await server.start();
    this.#repository = repository;
    machine.listen('server', (link) => void server.accept(link));
  }

  async #work(machine: SimulatedProcess): Promise<void> {
    const { kernels, workspaces } = this.#equipment;
    const store = await DirectoryStore.open(machine.disk);
    const coder = new EngineCoder(machine, kernels, workspaces);
    const { agentCoder = (own: Coder): Coder => own } = this.#options;
    const usual = { name: 'agent', attemptsMax: Infinity };
    this.#agent = new Agent(machine, store, agentCoder(coder), machine, { ...usual, ...this.#options.agent });
  }
}

/** Both stores are open by then. */
const startMsMax = 1000;
