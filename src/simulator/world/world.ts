/**
 * The world: nodes with programs, a network between them, a schedule of faults, one seed. Build it, add nodes, schedule faults, start, run; the same
 * seed and the same calls give the same trace.
 *
 * Streams are forked by name for each domain and entity (`network`, `disk`, `process`, `faults`), so that another node or fault shifts no other.
 */
import { UsageError, WorldError } from '../../base/errors.js';
import { Random } from '../../base/prng.js';
import { Device, plainDisk } from '../disk/device.js';
import type { DiskOptions } from '../disk/device.js';
import { FaultPlan } from '../fault/plan.js';
import type { StruckFault } from '../fault/plan.js';
import { injectFault } from '../fault/schedule.js';
import type { FaultTarget, ScheduledFault } from '../fault/schedule.js';
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
  readonly #disks = new Map<string, DiskOptions>();
  readonly #wires = new Map<string, WireOptions>();
  readonly #undo: { isDone: boolean; readonly action: () => void }[] = [];
  #areFaultsOver = false;

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
  }

  /** A stream for what the scenario itself decides. */
  random(name: string): Random {
    return this.#random.fork('scenario').fork(name);
  }

  /** Adds a machine with a program; start it with node.start(). */
  addNode(name: string, program: Program, options: NodeOptions = {}): Node {
    if (this.#nodes.has(name)) throw new UsageError(`there are two nodes named ${name}`);
    const disk = options.disk ?? plainDisk;
    const machine = {
      loop: this.loop,
      network: this.network,
      device: new Device(
        this.loop,
        name,
        this.#random.fork('disk').fork(name),
        this.plan.strikes('disk', name),
        disk,
      ),
      clock: new WallClock(options.clock ?? exactClock),
      core: new Core(),
      calibration: this.#calibration,
    };
    const node = new Node(name, machine, this.#random.fork('process').fork(name), program);
    this.#nodes.set(name, node);
    this.#disks.set(name, disk);
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
    this.network.wire(a, b).change(there);
    this.network.wire(b, a).change(back);
  }

  /** Faults strike at their times, until endFaults(). */
  schedule(faults: readonly ScheduledFault[]): void {
    for (const { atMs, fault } of faults) {
      const where = this.loop.id('node' in fault ? fault.node : `${fault.from} > ${fault.to}`);
      this.loop.at(atMs * 1e6, where, this.loop.id(`fault: ${fault.kind}`), 0, () => {
        if (!this.#areFaultsOver) injectFault(fault, this.#target);
      });
    }
  }

  /** The liveness phase begins: nothing strikes any more, what lasted is undone, and who was down is started. */
  endFaults(): void {
    this.#areFaultsOver = true;
    this.plan.end();
    for (const one of this.#undo.splice(0)) {
      if (!one.isDone) one.action();
      one.isDone = true;
    }
    for (const [name, node] of this.#nodes) {
      const wasStarted = node.startCount > 0;
      node.process?.life.crashAtNoWait();
      node.machine.device.options = { ...withoutFaults(this.#disks.get(name) ?? plainDisk) };
      if (wasStarted && !node.isRunning) node.start();
    }
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

  #down(name: string, downMs: number): void {
    const node = this.node(name);
    this.#later(downMs, 'restart', () => {
      if (!node.isRunning) node.start();
    });
  }

  #later(ms: number, what: string, action: () => void): void {
    const one = { isDone: false, action };
    this.#undo.push(one);
    this.loop.after(ms * 1e6, this.loop.id('world'), this.loop.id(what), 0, () => {
      if (one.isDone) return;
      one.isDone = true;
      action();
    });
  }

  readonly #target: FaultTarget = {
    crash: (name, how, downMs) => {
      const node = this.node(name);
      if (!node.isRunning) return;
      node.crash(how);
      this.#down(name, downMs);
    },
    crashAtWait: (name, how, waitCount, downMs) => {
      const node = this.node(name);
      const life = node.process?.life;
      life?.crashAtWait(life.settledCount + waitCount, () => {
        node.crash(how);
        this.#down(name, downMs);
      });
    },
    pause: (name, isPaused) => (isPaused ? this.node(name).pause() : this.node(name).resume()),
    slowCore: (name, slowness) => {
      this.node(name).machine.core.slowness = slowness;
    },
    jumpClock: (name, byMs) => this.node(name).machine.clock.jump(this.loop.nowMs, byMs),
    driftClock: (name, ppm) => this.node(name).machine.clock.drift(this.loop.nowMs, ppm),
    rot: (name) => {
      this.node(name).machine.device.rot(this.#random.fork('rot').fork(`${name} ${this.loop.nowNs}`));
    },
    disk: (name, options) => {
      const own = this.#disks.get(name) ?? plainDisk;
      this.node(name).machine.device.options = options === undefined ? own : { ...own, ...options };
    },
    partition: (from, to, isCut) => this.network.partition(from, to, isCut),
    wire: (from, to, options) => {
      const wire = this.network.wire(from, to);
      const key = `${from} > ${to}`;
      const own = this.#wires.get(key) ?? wire.options;
      this.#wires.set(key, own);
      wire.change(options === undefined ? own : { ...own, ...options });
    },
    reset: (a, b) => this.network.reset(a, b),
    later: (ms, what, action) => this.#later(ms, what, action),
  };
}

function withoutFaults(disk: DiskOptions): DiskOptions {
  return { ...disk, readError: 0, writeError: 0, syncError: 0, misdirected: 0, bitRot: 0 };
}
