/**
 * Does to a world what its schedule says, undoes what lasts, and ends it all for the liveness phase.
 *
 * Law: a fault's parameters are drawn from a stream of its own (kind, place, time), and a fault that finds nothing to strike leaves no trace; so one
 * more fault shifts no other, and one that did nothing can be left out of the schedule and the run is the same.
 */
import type { Random } from '../../base/prng.js';
import { plainDisk } from '../disk/device.js';
import type { DiskOptions } from '../disk/device.js';
import { Overlaid } from '../fault/overlaid.js';
import type { ScheduledFault } from '../fault/schedule.js';
import type { Network } from '../network/network.js';
import type { WireOptions } from '../network/wire.js';
import type { CrashKind, Node } from '../process/node.js';
import type { EventLoop } from '../time/loop.js';

interface Lasting {
  isOver: boolean;
  readonly undo: () => void;
}

export class Injector {
  readonly #loop: EventLoop;
  readonly #network: Network;
  readonly #nodeOf: (name: string) => Node;
  readonly #random: Random;
  readonly #rots = new Map<string, Random>();
  readonly #disks = new Map<string, Overlaid<DiskOptions>>();
  readonly #paths = new Map<string, Overlaid<WireOptions>>();
  readonly #lasting = new Set<Lasting>();
  readonly #struck: ScheduledFault[] = [];
  #areOver = false;

  constructor(loop: EventLoop, network: Network, nodeOf: (name: string) => Node, random: Random) {
    this.#loop = loop;
    this.#network = network;
    this.#nodeOf = nodeOf;
    this.#random = random;
  }

  /** Of those scheduled, which found something to strike, in the order of their striking. */
  get struck(): readonly ScheduledFault[] {
    return this.#struck;
  }

  /** The properties of a node's disk. */
  disk(name: string): Overlaid<DiskOptions> {
    const { device } = this.#nodeOf(name).machine;
    const disk =
      this.#disks.get(name) ?? new Overlaid(device.options, (options) => (device.options = options));
    this.#disks.set(name, disk);
    return disk;
  }

  /** The properties of the direction from one host to another. */
  path(from: string, to: string): Overlaid<WireOptions> {
    const key = `${from} > ${to}`;
    const wire = this.#network.wire(from, to);
    const path = this.#paths.get(key) ?? new Overlaid(wire.options, (options) => wire.change(options));
    this.#paths.set(key, path);
    return path;
  }

  /** Faults strike at their times, until end(). */
  schedule(faults: readonly ScheduledFault[]): void {
    for (const scheduled of faults)
      this.#loop.quietlyAt(scheduled.atMs * 1e6, () => {
        if (!this.#areOver) this.#strike(scheduled);
      });
  }

  /** Nothing strikes any more, what lasted is undone, disks have room, clocks are right, and who was down is started. */
  end(nodes: readonly Node[]): void {
    this.#areOver = true;
    for (const one of this.#lasting) this.#undo(one);
    this.#network.endFaults();
    for (const { name, machine, process } of nodes) {
      const disk = this.disk(name);
      disk.own = withoutFaults(disk.own);
      machine.clock.correct(this.#loop.nowMs);
      process?.life.crashAtNoWait();
    }
    // Last, so that they start in a world that is in order.
    for (const node of nodes) if (node.startCount > 0 && !node.isRunning) node.start();
  }

  #strike(scheduled: ScheduledFault): void {
    const { fault } = scheduled;
    switch (fault.kind) {
      case 'crash': {
        if (this.#nodeOf(fault.node).isRunning) this.#crash(scheduled, fault);
        return;
      }
      case 'crash-at-wait': {
        const life = this.#nodeOf(fault.node).process?.life;
        life?.crashAtWait(life.settledCount + fault.waitCount, () => this.#crash(scheduled, fault));
        return;
      }
      case 'pause': {
        const resume = this.#nodeOf(fault.node).pause();
        if (resume !== undefined) this.#last(scheduled, fault.forMs, resume);
        return;
      }
      case 'cpu': {
        this.#last(scheduled, fault.forMs, this.#nodeOf(fault.node).machine.core.slow(fault.slowness));
        return;
      }
      case 'clock-jump': {
        this.#note(scheduled);
        this.#nodeOf(fault.node).machine.clock.jump(this.#loop.nowMs, fault.byMs);
        return;
      }
      case 'clock-drift': {
        this.#note(scheduled);
        this.#nodeOf(fault.node).machine.clock.drift(this.#loop.nowMs, fault.ppm);
        return;
      }
      case 'bit-rot': {
        if (this.#nodeOf(fault.node).machine.device.rot(this.#rot(fault.node))) this.#note(scheduled);
        return;
      }
      case 'disk': {
        this.#last(scheduled, fault.forMs, this.disk(fault.node).lay(fault.options));
        return;
      }
      case 'partition': {
        const { from, to, isOneWay } = fault;
        const mends = [this.#network.wire(from, to).cut()];
        if (!isOneWay) mends.push(this.#network.wire(to, from).cut());
        this.#last(scheduled, fault.forMs, () => mends.forEach((mend) => mend()));
        return;
      }
      case 'wire': {
        this.#last(scheduled, fault.forMs, this.path(fault.from, fault.to).lay(fault.options));
        return;
      }
      case 'reset': {
        if (this.#network.reset(fault.from, fault.to)) this.#note(scheduled);
        return;
      }
    }
  }

  /** The fault found something to strike. */
  #note(scheduled: ScheduledFault): void {
    const { fault } = scheduled;
    const where = 'node' in fault ? fault.node : `${fault.from} > ${fault.to}`;
    this.#loop.note(this.#loop.id(where), this.#loop.id(`fault: ${fault.kind}`), 0);
    this.#struck.push(scheduled);
  }

  /** Crashes a node that runs, and starts it again unless somebody else did. */
  #crash(
    scheduled: ScheduledFault,
    { node: name, how, downMs }: { readonly node: string; readonly how: CrashKind; readonly downMs: number },
  ): void {
    this.#note(scheduled);
    const node = this.#nodeOf(name);
    const { startCount } = node;
    node.crash(how);
    this.#loop.quietlyAt(this.#loop.nowNs + downMs * 1e6, () => {
      if (!node.isRunning && node.startCount === startCount) node.start();
    });
  }

  /** The fault struck, and lasts. */
  #last(scheduled: ScheduledFault, forMs: number, undo: () => void): void {
    this.#note(scheduled);
    const one = { isOver: false, undo };
    this.#lasting.add(one);
    const kind = `over: ${scheduled.fault.kind}`;
    this.#loop.after(forMs * 1e6, this.#loop.id('world'), this.#loop.id(kind), 0, () => this.#undo(one));
  }

  #undo(one: Lasting): void {
    this.#lasting.delete(one);
    if (one.isOver) return;
    one.isOver = true;
    one.undo();
  }

  /** By place and time, and drawn on when two strike at once: else the second would turn the bit of the first back. */
  #rot(name: string): Random {
    const key = `${name} ${this.#loop.nowNs}`;
    const random = this.#rots.get(key) ?? this.#random.fork(key);
    this.#rots.set(key, random);
    return random;
  }
}

/** A disk as fast as it was, whole and with room. */
function withoutFaults(disk: DiskOptions): DiskOptions {
  const { operationMs, cacheMs, syncMs, bytesPerSecond } = disk;
  return { ...plainDisk, operationMs, cacheMs, syncMs, bytesPerSecond };
}
