/**
 * An agent in a simulated run: whoever uses it asks for pushes, pulls and lists at their times, and asks again after a crash or a failure, with the same snapshot, until it is done.
 *
 * Pushes of one volume are handed to the agent in order. Asking again is the user's part: the agent itself gives up after ten attempts in a row that brought nothing.
 */
import { CancelledError } from '../../base/errors.js';
import { PeerRefusal } from '../../replication/session/failures.js';
import { memoryTarget } from '../../engine/snapshot/target-memory.js';
import { memoryView } from '../../engine/snapshot/memory.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { EngineCoder } from '../../replication/coding/coder.js';
import { Agent } from '../../replication/session/agent.js';
import { DirectoryStore } from '../../replication/store/directory-store.js';
import type { SimulatedProcess } from '../process/incarnation.js';
import type { AgentView } from '../invariants/invariant.js';
import type { Images } from '../scenario/image.js';
import type { AgentConfig, Operation, PullOperation, PushOperation, Scenario } from '../scenario/scenario.js';
import type { Equipment } from './equipment.js';
import { isExplained, isOfTheWorld } from './server-node.js';
import type { Watch } from './watch.js';

export type AgentOperation = Extract<Operation, { readonly kind: 'push' | 'pull' | 'list' }>;

/** Given, since AbortController would make an error with a stack of its own. */
const isDone = 'the operation is done';

const supervisorMs = 1000;
/** How long a user waits before asking again. */
const againMs = 2000;
const damagedFailuresMax = 2;

export class SimulatedAgent implements AgentView {
  readonly name: string;
  readonly #scenario: Scenario;
  readonly #equipment: Equipment;
  readonly #images: Images;
  readonly #watch: Watch;
  config: AgentConfig;
  #agent: Agent | undefined;
  /** Of the life that runs. */
  #cacheBytesMax = 0;
  #asked: AgentOperation[] = [];
  /** How an operation is begun in the life that runs, once its agent is open. */
  #begin: ((operation: AgentOperation) => void) | undefined;

  constructor(
    name: string,
    config: AgentConfig,
    scenario: Scenario,
    equipment: Equipment,
    images: Images,
    watch: Watch,
  ) {
    this.name = name;
    this.config = config;
    this.#scenario = scenario;
    this.#equipment = equipment;
    this.#images = images;
    this.#watch = watch;
  }

  get cacheBytes(): number {
    return this.#agent?.cacheBytes ?? 0;
  }

  get cacheBytesMax(): number {
    return this.#cacheBytesMax;
  }

  get isIdle(): boolean {
    return this.#asked.length === 0;
  }

  /** Operations that are not done. */
  get asked(): readonly AgentOperation[] {
    return this.#asked;
  }

  ask(operation: AgentOperation): void {
    this.#asked.push(operation);
    this.#begin?.(operation);
  }

  /** The program. */
  readonly run = async (host: SimulatedProcess): Promise<void> => {
    this.#begin = undefined;
    this.#agent = undefined;
    const { kernels, workspaces } = this.#equipment;
    const coder = new EngineCoder(host, kernels, workspaces);
    const store = await this.#opened(host);
    const agent = new Agent(host, store, coder, host, {
      name: this.name,
      abilities: { versions: this.config.versions },
      cacheBytesMax: this.config.cacheBytesMax,
      bufferBytesMax: this.#scenario.limits.bufferBytesMax,
    });
    this.#agent = agent;
    this.#cacheBytesMax = this.config.cacheBytesMax;
    this.#begin = (operation) => {
      if (host.life.isOver) return;
      this.#until(host, agent, operation).catch((error: unknown) => this.#watch.failed(this.name, error));
    };
    for (const operation of this.#asked) this.#begin(operation);
  };

  async #opened(host: SimulatedProcess): Promise<DirectoryStore> {
    for (;;) {
      try {
        return await DirectoryStore.open(host.disk);
      } catch (error) {
        if (!isOfTheWorld(error)) throw error;
        await host.sleep(supervisorMs);
      }
    }
  }

  async #until(host: SimulatedProcess, agent: Agent, operation: AgentOperation): Promise<void> {
    const done = new AbortController();
    const { signal } = givenUp(host, operation, done.signal);
    for (let failures = 1; ; failures++) {
      try {
        await this.#once(agent, operation, signal);
        break;
      } catch (error) {
        if (error instanceof CancelledError) break;
        if (!isOfTheWorld(error) || !isExplained(error, this.#scenario)) throw error;
        // There is nothing yet, or not there: an answer.
        if (operation.kind !== 'push' && error instanceof PeerRefusal && error.code === 'unknown') break;
        // Of a disk that has changed what it was given nobody expects an answer.
        if (failures >= damagedFailuresMax && this.#watch.isExcused(operation)) break;
        await host.sleep(againMs, signal).catch(() => undefined);
      }
    }
    done.abort(isDone);
    this.#asked = this.#asked.filter((one) => one !== operation);
    this.#watch.finished();
  }

  async #once(agent: Agent, operation: AgentOperation, signal: AbortSignal): Promise<void> {
    const { server, volume } = operation;
    switch (operation.kind) {
      case 'push': {
        const image = this.#images.image(volume, operation.snapshot);
        this.#watch.pushing(this.name, volume, image);
        const { version } = await agent.push(server, volume, imageOf(image), {
          signal,
          ...this.#base(operation),
        });
        this.#watch.acknowledged(operation, version);
        return;
      }
      case 'pull': {
        const target = memoryTarget();
        const { version } = await agent.pull(server, volume, target, {
          ...this.#base(operation),
          ...(operation.first === undefined ? {} : { first: operation.first }),
        });
        const snapshot = target.snapshot();
        const bytes = new Uint8Array(snapshot.layout.totalBytes);
        snapshot.openReader().read(0, bytes);
        this.#watch.pulled(this.name, version, bytes);
        return;
      }
      case 'list':
        await agent.list(server, volume);
        return;
    }
  }

  #base({ volume, base }: PushOperation | PullOperation): { readonly base?: Snapshot } {
    return base === undefined ? {} : { base: imageOf(this.#images.image(volume, base)) };
  }
}

/** Aborted when whoever asked has no more patience. */
function givenUp(host: SimulatedProcess, operation: AgentOperation, done: AbortSignal): AbortController {
  const controller = new AbortController();
  if (operation.kind === 'push' && operation.patienceMs !== undefined)
    host.sleep(operation.patienceMs, done).then(
      () => controller.abort(),
      () => undefined,
    );
  return controller;
}

function imageOf(bytes: Uint8Array): Snapshot {
  const entry = { path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: bytes.length } as const;
  const { buffer } = bytes;
  if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError('an image lies in shared memory');
  return memoryView('image', [entry], buffer);
}
