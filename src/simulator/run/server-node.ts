/**
 * A server in a simulated run: the program that it runs at each start (the shipped store, repository, audit log, server and fan-out), what an operator asks of it, and what it has promised.
 *
 * A server that cannot open its repository, since the disk fails, is started again by its supervisor after a second.
 */
import { BugError, DataError, SnapdeltaError, WorldError } from '../../base/errors.js';
import { AuditLog } from '../../replication/audit/log.js';
import { readRecordedVersions } from '../../replication/audit/recorded.js';
import type { AuditHead } from '../../replication/audit/record.js';
import { EngineCoder } from '../../replication/coding/coder.js';
import { parseChunker } from '../../replication/coding/cutting.js';
import { openRepository } from '../../replication/repository/open.js';
import type { Repository, RepositoryConfig, StoredVersion } from '../../replication/repository/repository.js';
import { FanOut } from '../../replication/session/fan-out.js';
import { PeerRefusal, Refusal } from '../../replication/session/failures.js';
import { clockBehind, Server } from '../../replication/session/server.js';
import { DirectoryStore } from '../../replication/store/directory-store.js';
import { parsePolicy } from '../../replication/versions/policy.js';
import { countOf } from '../../replication/versions/vector.js';
import { dotText, isMerge } from '../../replication/versions/version.js';
import { Broken } from '../invariants/invariant.js';
import type { Durable, Promised, ServerView } from '../invariants/invariant.js';
import { lookAgain } from './durable-look.js';
import type { DurableLook } from './durable-look.js';
import type { SimulatedProcess } from '../process/incarnation.js';
import type { Node } from '../process/node.js';
import type { Operation, Scenario, ServerConfig } from '../scenario/scenario.js';
import type { Equipment } from './equipment.js';
import type { Watch } from './watch.js';

export type ServerOperation = Extract<
  Operation,
  { readonly kind: 'collect' | 'scrub' | 'retain' | 'expire' }
>;

const supervisorMs = 1000;

export class SimulatedServer implements ServerView {
  readonly name: string;
  readonly #scenario: Scenario;
  readonly #equipment: Equipment;
  readonly #watch: Watch;
  readonly #node: () => Node;
  readonly #damage: () => boolean;
  /** What the next start runs with. */
  config: ServerConfig;
  #running: Server | undefined;
  #policy = '';
  #waiting: ServerOperation[] = [];
  /** Those that the life that runs has begun. */
  readonly #begun = new Set<ServerOperation>();
  readonly #promised = new Map<string, Promised>();
  /** By volume: retentions that were begun and have not ended. */
  readonly #forgetting = new Map<string, number>();
  readonly #auditHeads: AuditHead[] = [];
  /** What was durable when somebody looked last. */
  #last: { readonly count: number; readonly looked: DurableLook } | undefined;

  constructor(
    name: string,
    config: ServerConfig,
    scenario: Scenario,
    equipment: Equipment,
    watch: Watch,
    node: () => Node,
    isDamaged: () => boolean,
  ) {
    this.name = name;
    this.config = config;
    this.#scenario = scenario;
    this.#equipment = equipment;
    this.#watch = watch;
    this.#node = node;
    this.#damage = isDamaged;
  }

  get running(): Server | undefined {
    return this.#node().isRunning ? this.#running : undefined;
  }

  get isDamaged(): boolean {
    return this.#damage();
  }

  get promised(): readonly Promised[] {
    return [...this.#promised.values()];
  }

  get policy(): string {
    return this.#policy;
  }

  get auditHeads(): readonly AuditHead[] {
    return this.#auditHeads;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  isForgetting(volume: string): boolean {
    return (this.#forgetting.get(volume) ?? 0) > 0;
  }

  isPromised(volume: string, writer: string, counter: number): boolean {
    return this.#promised.has(keyOf({ volume, dot: { writer, counter } }));
  }

  durable(): Promise<Durable> {
    const { device } = this.#node().machine;
    if (this.#last?.count !== device.durableCount) {
      const looked = lookAgain(device.durable(), this.#last?.looked, this.#equipment.kernels);
      this.#last = { count: device.durableCount, looked };
    }
    return this.#last.looked.durable;
  }

  /** Now, or as soon as it is up. */
  operate(operation: ServerOperation): void {
    this.#waiting.push(operation);
    this.#operateAll();
  }

  /** The program. */
  readonly run = async (host: SimulatedProcess): Promise<void> => {
    this.#running = undefined;
    this.#begun.clear();
    for (;;) {
      try {
        await this.#serve(host);
        return;
      } catch (error) {
        if (!isOfTheWorld(error)) throw error;
        await host.sleep(supervisorMs);
      }
    }
  };

  async #serve(host: SimulatedProcess): Promise<void> {
    const { kernels, workspaces } = this.#equipment;
    const { config, name } = this;
    const store = await DirectoryStore.open(host.disk);
    const repository = await openRepository(store, {
      create: createConfig(config),
      kernels,
      runtime: host,
    });
    this.#watchCommits(repository);
    const clock = clockBehind(repository, host);
    const log = await AuditLog.open(store, clock);
    const coder = new EngineCoder(host, kernels, workspaces);
    const policy = parsePolicy(config.policy);
    this.#policy = config.policy;
    let fanOut: FanOut | undefined;
    const server = new Server(
      repository,
      coder,
      host,
      {
        append: async (event, urgency) => {
          const head = await log.append(event, urgency);
          this.#auditHeads.push(head);
          return head;
        },
        flush: () => log.flush(),
      },
      {
        name,
        clock,
        policyOf: () => policy,
        segmentBytesMax: config.segmentBytesMax,
        bufferBytesMax: this.#scenario.limits.bufferBytesMax,
        abilities: { versions: config.versions },
        onCommitted: (stored) => {
          this.#keep(stored);
          fanOut?.notify();
          const { volume } = stored.version;
          if (config.retainLast !== undefined) this.#retainLater(server, volume, config.retainLast);
        },
        onFailure: (error) => this.#failed(error),
      },
    );
    await server.start(await readRecordedVersions(store));
    for (const volume of repository.volumes)
      for (const stored of repository.versions(volume)) this.#promise(stored);
    this.#running = server;
    this.#watch.opened(this);
    host.listen(name, (link) => {
      server.accept(link).catch((error: unknown) => this.#watch.failed(name, error));
    });
    if (config.peers.length > 0) {
      fanOut = new FanOut(server, host, coder, host, {
        name,
        peers: config.peers,
        intervalMs: config.intervalMs,
        abilities: { versions: config.versions },
        onFailure: (error) => this.#failed(error),
      });
      fanOut.run().catch((error: unknown) => this.#watch.failed(name, error));
    }
    this.#operateAll();
  }

  /** What a commit needs was kept or said to be held before: on a sound disk nothing of it may be missing. */
  #watchCommits(repository: Repository): void {
    const commit = repository.commit.bind(repository);
    repository.commit = async (version, manifest, staging) => {
      try {
        return await commit(version, manifest, staging);
      } catch (error) {
        if (error instanceof DataError && !this.isDamaged)
          this.#watch.failed(this.name, new Broken('what is staged is kept', error.message));
        throw error;
      }
    };
  }

  #promise({ version }: StoredVersion): void {
    const { volume, dot } = version;
    this.#promised.set(keyOf({ volume, dot }), { volume, dot });
  }

  /** What retention says that it has taken: it may be superseded alone. */
  #forget(server: Server, { volume, dot }: Promised): void {
    this.#promised.delete(keyOf({ volume, dot }));
    const isSuperseded = server.repository
      .versions(volume)
      .some(({ version }) => !isMerge(version.dot) && countOf(version.vector, dot.writer) >= dot.counter);
    if (!isSuperseded && !isMerge(dot))
      this.#watch.failed(
        this.name,
        new Broken(
          'retention takes what is superseded',
          `${dotText(dot)} of ${volume} is gone from ${this.name}`,
        ),
      );
  }

  #keep(stored: StoredVersion): void {
    this.#promise(stored);
    this.#watch.committed(this, stored);
  }

  #failed(error: unknown): void {
    const isDamagedPackage = error instanceof Refusal && error.code === 'damaged' && isSound(this.#scenario);
    if (isDamagedPackage || !isExplained(error, this.#scenario)) this.#watch.failed(this.name, error);
  }

  #operateAll(): void {
    const server = this.running;
    if (server === undefined) return;
    for (const operation of this.#waiting.filter((one) => !this.#begun.has(one))) {
      this.#begun.add(operation);
      this.#operate(server, operation)
        .catch((error: unknown) => {
          // The disk failed; an operator looks at it another day.
          if (!isOfTheWorld(error)) this.#watch.failed(this.name, error);
        })
        .finally(() => {
          this.#waiting = this.#waiting.filter((one) => one !== operation);
          this.#watch.finished();
        });
    }
  }

  async #operate(server: Server, operation: ServerOperation): Promise<void> {
    switch (operation.kind) {
      case 'collect':
        await server.collect();
        this.#watch.collected(this);
        return;
      case 'scrub': {
        const report = await server.repository.scrub();
        // What cannot be read now is told as well.
        const isReadable = this.#node().machine.device.options.readError === 0;
        if (report.damage.length > 0 && isReadable && !this.isDamaged)
          throw new BugError(`scrub finds damage on a sound disk: ${report.damage[0]?.reason ?? ''}`);
        return;
      }
      case 'expire':
        await server.expire(operation.ageMs);
        return;
      case 'retain':
        await this.#retain(server, operation.volume, operation.last);
        return;
    }
  }

  async #retain(server: Server, volume: string, last: number): Promise<void> {
    this.#forgetting.set(volume, (this.#forgetting.get(volume) ?? 0) + 1);
    const dots = await server.retain(volume, { last });
    for (const dot of dots) this.#forget(server, { volume, dot });
    this.#forgetting.set(volume, (this.#forgetting.get(volume) ?? 1) - 1);
  }

  /** As a server does that was told what to keep: after each commit, and where the disk fails after the next one. */
  #retainLater(server: Server, volume: string, last: number): void {
    this.#retain(server, volume, last).catch((error: unknown) => {
      if (!isOfTheWorld(error)) this.#watch.failed(this.name, error);
    });
  }
}

function createConfig({ fingerprint, chunker, codec, level }: ServerConfig): RepositoryConfig {
  return { fingerprint, chunker: parseChunker(chunker), codec, level };
}

function keyOf({ volume, dot }: Promised): string {
  return `${volume} ${dotText(dot)}`;
}

/** Whether no disk lies: then what is in a package that came in whole frames is whole. */
function isSound({ nodes, faults }: Scenario): boolean {
  return (
    faults.every(({ fault }) => fault.kind !== 'bit-rot') &&
    nodes.every(({ disk: { bitRot = 0, misdirected = 0 } }) => bitRot + misdirected === 0)
  );
}

/** What a program of ours may end with. */
export function isOfTheWorld(error: unknown): boolean {
  return error instanceof WorldError || error instanceof DataError;
}

/** Whether a failure of a connection may be: on a byte stream that is whole no side of ours breaks the protocol. */
export function isExplained(error: unknown, scenario: Scenario): boolean {
  if (!(error instanceof SnapdeltaError) || error instanceof BugError) return false;
  const code = error instanceof PeerRefusal || error instanceof Refusal ? error.code : undefined;
  // No crash loses what was durable, and no agent counts twice where its state is kept.
  if (code === 'lost' || code === 'conflict') return !isSound(scenario);
  if (scenario.network.mode === 'frames') return true;
  return code === undefined || !['malformed', 'order', 'limit', 'damaged'].includes(code);
}
