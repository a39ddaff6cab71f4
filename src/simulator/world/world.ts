/**
 * The world: nodes with programs, a network between them, a schedule of faults, one seed. Build it, add nodes, schedule faults, start, run; the same
 * seed and the same calls give the same trace.
 *
 * Streams are forked by name for each domain and entity (`network`, `disk`, `process`, `faults`), so that another node or fault shifts no other.
 */
import { UsageError, WorldError } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { Device } from '../disk/device.js';
import type { DiskOptions } from '../disk/device.js';
import { FaultPlan } from '../fault/plan.js';
import type { StruckFault } from '../fault/plan.js';
import type { ScheduledFault } from '../fault/schedule.js';
import { Network } from '../network/network.js';
import type { NetworkOptions } from '../network/network.js';
import type { WireOptions } from '../network/wire.js';
import type { Calibration } from '../process/calibration.js';
import { Core } from '../process/incarnation.js';
import { Node } from '../process/node.js';
import type { Program } from '../process/node.js';
import { WallClock, exactClock } from '../process/wall-clock.js';
import type { ClockOptions } from '../process/wall-clock.js';
import { EventLoop } from '../time/loop.js';
import type { RunEnd, RunLimits } from '../time/loop.js';
import type { Waiting } from '../time/life.js';
import { Trace } from '../trace/trace.js';
import { Injector } from './injector.js';

export interface WorldOptions {
  readonly seed: number;
  readonly calibration: Calibration;
  readonly network?: NetworkOptions;
  readonly isRecorded?: boolean;
  /** Replays these opportunities instead of asking chance. */
  readonly struck?: readonly StruckFault[];
}

export interface NodeOptions {
  readonly disk?: DiskOptions;
  readonly clock?: ClockOptions;
}

export interface WorldStatistics {
  readonly simulatedMs: number;
  readonly eventCount: number;
  readonly traceRecordCount: number;
  readonly bytesOnWire: number;
  readonly retransmittedBytes: number;
  readonly lostSegmentCount: number;
  readonly connectionCount: number;
  readonly diskBytesWritten: number;
  readonly startCount: number;
  readonly workedMs: number;
}

export class World {
  readonly loop: EventLoop;
  readonly network: Network;
  readonly plan: FaultPlan;
  readonly trace: Trace;
  readonly #random: Random;
  readonly #calibration: Calibration;
  readonly #nodes = new Map<string, Node>();
  readonly #injector: Injector;

  constructor(options: WorldOptions) {
    this.#random = new Random(options.seed);
    this.#calibration = options.calibration;
    this.trace = new Trace(options.isRecorded === true ? { isRecorded: true } : {});
    this.loop = new EventLoop(this.trace);
    this.plan = new FaultPlan(this.#random.fork('faults'), () => this.loop.nowMs, options.struck);
    this.network = new Network(
      this.loop,
      this.#random.fork('network'),
      (entity) => this.plan.strikes('network', entity),
      options.network,
    );
    this.#injector = new Injector(
      this.loop,
      this.network,
      (name) => this.node(name),
      this.#random.fork('rot'),
    );
  }

  /** A stream for what the scenario itself decides. */
  random(name: string): Random {
    return this.#random.fork('scenario').fork(name);
  }

  /** Adds a machine with a program; start it with node.start(). */
  addNode(name: string, program: Program, options: NodeOptions = {}): Node {
    if (this.#nodes.has(name)) throw new UsageError(`there are two nodes named ${name}`);
    const machine = {
      loop: this.loop,
      network: this.network,
      device: new Device(
        this.loop,
        name,
        this.#random.fork('disk').fork(name),
        this.plan.strikes('disk', name),
        options.disk,
      ),
      clock: new WallClock(options.clock ?? exactClock),
      core: new Core(),
      calibration: this.#calibration,
    };
    const node = new Node(name, machine, this.#random.fork('process').fork(name), program);
    this.#nodes.set(name, node);
    return node;
  }

  node(name: string): Node {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new UsageError(`there is no node named ${name}`);
    return node;
  }

  get nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** The path in both directions. */
  connect(a: string, b: string, there: WireOptions, back: WireOptions = there): void {
    this.#injector.path(a, b).own = there;
    this.#injector.path(b, a).own = back;
  }

  /** Faults strike at their times, until endFaults(). */
  schedule(faults: readonly ScheduledFault[]): void {
    this.#injector.schedule(faults);
  }

  /** Of those scheduled, which found something to strike so far; the run is the same without the others. */
  get struck(): readonly ScheduledFault[] {
    return this.#injector.struck;
  }

  /** The liveness phase begins: nothing strikes any more, what lasted is undone, and who was down is started. Paths keep their own loss where TCP repairs it. */
  endFaults(): void {
    this.plan.end();
    this.#injector.end(this.nodes);
  }

  /** Runs until nothing is left to do, a limit is met, or stop(). Rejects with what an event or invariant threw. */
  run(limits: RunLimits = {}): Promise<RunEnd> {
    return this.loop.run(limits);
  }

  /** Who waits for what, the longest first: the report of a world that came to rest too early. */
  waits(): Waiting[] {
    return this.nodes.flatMap((node) => node.waits()).sort((a, b) => a.sinceMs - b.sinceMs);
  }

  /** Runs until `work` settles. Throws WorldError with a report of who waits for what when it cannot, or not in time. */
  async settle<T>(work: Promise<T>, limits: RunLimits = {}): Promise<T> {
    const state = { isSettled: false };
    const mark = (): void => {
      state.isSettled = true;
      this.loop.stop();
    };
    work.then(mark, mark);
    await Promise.resolve();
    const end = await this.run(limits);
    // One turn for what the last event settled.
    await new Promise((resolve) => setImmediate(resolve));
    if (state.isSettled) return work;
    const waits = this.waits().map(
      ({ who, what, sinceMs }) => `${who} waits for ${what} since ${sinceMs} ms`,
    );
    const why =
      end === 'idle' ? 'nothing is left that could wake anybody' : `the limit of ${end} was reached`;
    throw new WorldError(`no progress: ${why}; ${waits.join('; ')}`, {
      hint: 'a wait without a timeout, or an answer that was never sent',
    });
  }

  statistics(): WorldStatistics {
    const sum = (of: (node: Node) => number): number =>
      this.nodes.reduce((total, node) => total + of(node), 0);
    return {
      simulatedMs: this.loop.nowMs,
      eventCount: this.loop.eventCount,
      traceRecordCount: this.trace.recordCount,
      bytesOnWire: this.network.bytesOnWire,
      retransmittedBytes: this.network.retransmittedBytes,
      lostSegmentCount: this.network.lostSegmentCount,
      connectionCount: this.network.connectionCount,
      diskBytesWritten: sum(({ machine }) => machine.device.writtenBytes),
      startCount: sum(({ startCount }) => startCount),
      workedMs: sum(({ machine }) => machine.core.workedNs / 1e6),
    };
  }
}
