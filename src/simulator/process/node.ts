/**
 * A node: a machine with its disk, clock and core, on which a program is started, crashes, and is started again with what was synced. A process
 * crash leaves the machine's page cache and kernel (the other ends of its links hear of it); a power cut takes both.
 */
import type { Random } from '../../base/prng.js';
import { assert } from '../../base/errors.js';
import { Life } from '../time/life.js';
import type { Waiting } from '../time/life.js';
import { SimulatedProcess } from './incarnation.js';
import type { Machine } from './incarnation.js';

/** What runs on a node. Called at each start; a rejection is a failure of the program (see Node.failure), its end is not. */
export type Program = (process: SimulatedProcess) => Promise<void>;

export type CrashKind = 'process' | 'power';

export class Node {
  readonly name: string;
  readonly machine: Machine;
  /** What the next start runs: another one is an upgrade. */
  program: Program;
  readonly #random: Random;
  readonly #entity: number;
  #process: SimulatedProcess | undefined;
  #startCount = 0;
  #isUp = true;
  #failure: unknown;

  constructor(name: string, machine: Machine, random: Random, program: Program) {
    this.name = name;
    this.machine = machine;
    this.#random = random;
    this.program = program;
    this.#entity = machine.loop.id(name);
  }

  /** The process that runs now. */
  get process(): SimulatedProcess | undefined {
    return this.#process;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  get startCount(): number {
    return this.#startCount;
  }

  /** What the program rejected with; undefined while all is well. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Starts the program in a new life. The node must not be running. */
  start(): SimulatedProcess {
    assert(this.#process === undefined, `${this.name} is not running when it is started`);
    const { loop, network } = this.machine;
    loop.note(this.#entity, loop.id('start'), ++this.#startCount);
    this.#isUp = true;
    const life = new Life(loop, this.name);
    const host = { name: this.name, life, isUp: () => this.#isUp };
    network.place(host);
    const started = new SimulatedProcess(this.machine, host, this.#random.fork(`life ${this.#startCount}`));
    this.#process = started;
    loop.settled();
    this.program(started).catch((error: unknown) => {
      if (!life.isOver) this.#failure ??= error;
    });
    return started;
  }

  /** Ends the process at once, wherever it stands. Nothing happens when none runs. */
  crash(kind: CrashKind): void {
    const running = this.#process;
    if (running === undefined) return;
    const { loop, network, device, core } = this.machine;
    loop.note(this.#entity, loop.id(`crash: ${kind}`), 0);
    running.life.end();
    this.#process = undefined;
    device.abandon(running.life);
    core.busyUntilNs = 0;
    if (kind === 'power') {
      this.#isUp = false;
      network.powerOff(this.name);
      device.cutPower();
    }
    network.abandon(running.life);
  }

  /** The process makes no progress, the machine does, until the function that this returns is called. The next process runs. Undefined where none runs now. */
  pause(): (() => void) | undefined {
    const { loop } = this.machine;
    const life = this.#process?.life;
    if (life === undefined) return undefined;
    loop.note(this.#entity, loop.id('pause'), 0);
    life.pause();
    return () => {
      if (life.isOver) return;
      loop.note(this.#entity, loop.id('resume'), 0);
      life.resume();
    };
  }

  /** Crashes at the n-th settled await of the life that runs: every await point has a number. */
  crashAtWait(count: number, kind: CrashKind): void {
    this.#process?.life.crashAtWait(count, () => this.crash(kind));
  }

  waits(): Waiting[] {
    return this.#process?.life.waits() ?? [];
  }
}
