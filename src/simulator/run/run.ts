/**
 * A run: a scenario's world with the programs that ship, its operations at their times, and its invariants at theirs.
 *
 * Law: invariants look between two events, while the world stands still: whoever asks for a look stops the loop, and it goes on when all have looked.
 */
import type { StoredVersion } from '../../replication/repository/repository.js';
import { dotText } from '../../replication/versions/version.js';
import type { Version } from '../../replication/versions/version.js';
import { plainDisk } from '../disk/device.js';
import { firstDifference } from '../invariants/agreement.js';
import { invariants } from '../invariants/all.js';
import { Broken } from '../invariants/invariant.js';
import type { Invariant, RunView, ServerView } from '../invariants/invariant.js';
import { Ledger } from '../invariants/ledger.js';
import type { Restored } from '../invariants/restore.js';
import { plainWire } from '../network/wire.js';
import type { Calibration } from '../process/calibration.js';
import type { Node, Program } from '../process/node.js';
import { Images } from '../scenario/image.js';
import { isServer } from '../scenario/scenario.js';
import type { Operation, PushOperation, Scenario } from '../scenario/scenario.js';
import { World } from '../world/world.js';
import { SimulatedAgent } from './agent-node.js';
import type { Equipment } from './equipment.js';
import { SimulatedServer } from './server-node.js';
import type { Watch } from './watch.js';

/** One look of one invariant. */
type Look = (invariant: Invariant) => Promise<void> | undefined;

export class Run implements RunView, Watch {
  readonly scenario: Scenario;
  readonly world: World;
  readonly ledger = new Ledger();
  readonly failures: { readonly node: string; readonly error: unknown }[] = [];
  readonly restoring: Restored;
  readonly #images: Images;
  readonly #servers = new Map<string, SimulatedServer>();
  readonly #agents = new Map<string, SimulatedAgent>();
  #allAgents: readonly SimulatedAgent[] | undefined;
  #looks: Look[] = [];
  #toCome: number;
  #areFaultsOver = false;
  #mayHaveConverged = false;
  acknowledgedCount = 0;
  restoredCount = 0;
  violation: { readonly broken: Broken; readonly atMs: number; readonly eventCount: number } | undefined;

  constructor(scenario: Scenario, equipment: Equipment, calibration: Calibration, isRecorded: boolean) {
    this.scenario = scenario;
    this.restoring = equipment.restoring;
    const { network, seed } = scenario;
    this.world = new World({
      seed,
      calibration,
      isRecorded,
      network: {
        resetChance: network.resetChance,
        ...(network.mode === 'frames' ? { frames: network.frames } : {}),
      },
      ...(scenario.struck === undefined ? {} : { struck: scenario.struck }),
    });
    this.#images = new Images(seed, scenario.volumes);
    this.#toCome = scenario.operations.length;
    for (const node of scenario.nodes) {
      const program = isServer(node)
        ? this.#addServer(node.name, node.config, equipment)
        : this.#addAgent(node.name, node.config, equipment);
      this.world.addNode(node.name, program, { disk: { ...plainDisk, ...node.disk }, clock: node.clock });
    }
    for (const { from, to, there, back } of scenario.wires)
      this.world.connect(from, to, { ...plainWire, ...there }, { ...plainWire, ...back });
    this.world.schedule(scenario.faults);
    const { loop } = this.world;
    for (const operation of scenario.operations)
      loop.at(operation.atMs * 1e6, loop.id(operation.node), loop.id(`operation: ${operation.kind}`), 0, () =>
        this.#operate(operation),
      );
    loop.afterEvent = () => {
      for (const invariant of invariants) invariant.afterEvent?.(this);
    };
  }

  get servers(): readonly SimulatedServer[] {
    return [...this.#servers.values()];
  }

  /** All of them are there before anything runs. */
  get agents(): readonly SimulatedAgent[] {
    return (this.#allAgents ??= [...this.#agents.values()]);
  }

  get nowMs(): number {
    return this.world.loop.nowMs;
  }

  waitsOf(node: string): readonly string[] {
    return this.world
      .waits()
      .filter(({ who }) => who === node)
      .map(({ what }) => what);
  }

  /** Both phases and the looks at the end. */
  async run(): Promise<void> {
    const { faultsEndMs, limits } = this.scenario;
    for (const node of this.world.nodes) node.start();
    try {
      await this.#until(faultsEndMs);
      this.#areFaultsOver = true;
      this.world.endFaults();
      this.#mayHaveConverged = true;
      await this.#until(this.nowMs + limits.convergeMs);
      if (!this.#hasConverged()) throw new Broken('the world converges', this.#whyNot());
      this.#look((invariant) => invariant.atEnd?.(this));
      await this.#lookAll();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      const { eventCount, nowMs } = this.world.loop;
      this.violation = { broken: error, atMs: nowMs, eventCount };
    }
  }

  /** Runs until a time, or until all is done; with looks in between. */
  async #until(untilMs: number): Promise<void> {
    const { loop } = this.world;
    for (;;) {
      await this.#lookAll();
      if (this.#mayHaveConverged) {
        this.#mayHaveConverged = false;
        if (this.#hasConverged()) return;
      }
      const eventCountMax = this.scenario.limits.eventCountMax - loop.eventCount;
      if (eventCountMax <= 0)
        throw new Broken('the world converges', `${loop.eventCount} events, and no end`);
      const end = await this.world.run({ untilMs, eventCountMax });
      if (end !== 'stopped' && end !== 'events') break;
    }
    await this.#lookAll();
  }

  async #lookAll(): Promise<void> {
    for (const look of this.#looks.splice(0)) for (const invariant of invariants) await look(invariant);
  }

  #look(look: Look): void {
    this.#looks.push(look);
    this.world.loop.stop();
  }

  #hasConverged(): boolean {
    return (
      this.#areFaultsOver &&
      this.#toCome === 0 &&
      [...this.#agents.values(), ...this.#servers.values()].every(
        ({ isIdle, name }) => isIdle || this.#isDamaged(name),
      ) &&
      firstDifference(this) === undefined
    );
  }

  #whyNot(): string {
    const asked = [...this.#agents.values()].flatMap(({ name, asked: operations }) =>
      operations.map((one) => `${name}: ${one.kind} of ${one.volume} at ${one.server}`),
    );
    const waits = this.world
      .waits()
      .slice(0, 8)
      .map(({ who, what, sinceMs }) => `${who} waits for ${what} since ${sinceMs} ms`);
    return [...asked.slice(0, 4), firstDifference(this) ?? 'all servers are equal', ...waits].join('; ');
  }

  /** Somebody has finished something: perhaps all is done. */
  #maybeConverged(): void {
    if (!this.#areFaultsOver) return;
    this.#mayHaveConverged = true;
    this.world.loop.stop();
  }

  #operate(operation: Operation): void {
    this.#toCome--;
    // Whoever is asked goes on at this time, not after the next event.
    this.world.loop.settled();
    const server = this.#servers.get(operation.node);
    switch (operation.kind) {
      case 'push':
      case 'pull':
      case 'list':
        this.#agents.get(operation.node)?.ask(operation);
        return;
      case 'collect':
      case 'scrub':
      case 'retain':
      case 'expire':
        server?.operate(operation);
        return;
      case 'restart':
        this.#restart(operation.node, operation.how, operation.downMs);
        return;
      case 'upgrade':
      case 'configure': {
        const change = operation.kind === 'upgrade' ? { versions: operation.versions } : operation.change;
        for (const one of [server, this.#agents.get(operation.node)])
          if (one !== undefined) one.config = { ...one.config, ...change };
        this.#restart(operation.node, 'process', operation.downMs);
      }
    }
  }

  #restart(name: string, how: 'process' | 'power', downMs: number): void {
    const node = this.world.node(name);
    const { loop } = this.world;
    // One that is down anyway comes back by itself, and then with its new configuration.
    if (!node.isRunning) return;
    node.crash(how);
    loop.after(downMs * 1e6, loop.id(name), loop.id('restart'), 0, () => {
      if (!node.isRunning) node.start();
      this.#maybeConverged();
    });
  }

  opened(server: ServerView): void {
    this.#look((invariant) => invariant.afterRestart?.(this, server));
    this.#maybeConverged();
  }

  committed(server: ServerView, stored: StoredVersion): void {
    this.#look((invariant) => invariant.afterCommit?.(this, server, stored));
    this.#maybeConverged();
  }

  collected(server: ServerView): void {
    this.#look((invariant) => invariant.afterCollection?.(this, server));
  }

  pushing(writer: string, volume: string, image: Uint8Array): void {
    this.ledger.begun(volume, writer, image);
  }

  acknowledged(operation: PushOperation, version: Version): void {
    this.acknowledgedCount++;
    const { volume, dot } = version;
    const problem = this.ledger.problem(volume, dot, this.#images.image(volume, operation.snapshot));
    if (problem !== undefined) {
      this.failed(
        operation.node,
        new Broken(
          'acknowledged snapshots restore',
          `acknowledged version ${dotText(dot)} of ${volume} ${problem}`,
        ),
      );
    }
    const server = this.#servers.get(operation.server);
    if (server?.isPromised(volume, dot.writer, dot.counter) === true)
      this.#look((invariant) => invariant.afterAcknowledgement?.(this, server, version));
  }

  pulled(node: string, version: Version, bytes: Uint8Array): void {
    const { volume, dot } = version;
    const problem = this.ledger.isSameVersion(version)
      ? this.ledger.problem(volume, dot, bytes)
      : 'says something else of itself than where it was seen first';
    if (problem !== undefined)
      this.failed(
        node,
        new Broken(
          'corruption is never returned',
          `version ${dotText(dot)} of ${volume}, pulled, ${problem}`,
        ),
      );
    this.restoredCount++;
  }

  isExcused(operation: Operation): boolean {
    return this.#isDamaged(operation.node) || ('server' in operation && this.#isDamaged(operation.server));
  }

  finished(): void {
    this.#maybeConverged();
  }

  failed(node: string, error: unknown): void {
    this.failures.push({ node, error });
  }

  restored(): void {
    this.restoredCount++;
  }

  #addServer(name: string, config: SimulatedServer['config'], equipment: Equipment): Program {
    const node = (): Node => this.world.node(name);
    const server = new SimulatedServer(name, config, this.scenario, equipment, this, node, () =>
      this.#isDamaged(name),
    );
    this.#servers.set(name, server);
    return server.run;
  }

  #addAgent(name: string, config: SimulatedAgent['config'], equipment: Equipment): Program {
    const agent = new SimulatedAgent(name, config, this.scenario, equipment, this.#images, this);
    this.#agents.set(name, agent);
    return agent.run;
  }

  /** Whether the disk has changed what was synced: by rot or a misdirected write. */
  #isDamaged(name: string): boolean {
    const isRot = this.scenario.faults.some(
      ({ atMs, fault }) => fault.kind === 'bit-rot' && fault.node === name && atMs <= this.nowMs,
    );
    return (
      isRot ||
      this.world.plan.struck.some(
        ({ domain, entity, kind }) =>
          domain === 'disk' && entity === name && (kind === 'misdirected' || kind === 'bit-rot'),
      )
    );
  }
}
