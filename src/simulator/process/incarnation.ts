/**
 * One incarnation of a process on a node: the Runtime, the Disk and the Dialer that the shipped code gets. Everything it awaits belongs to its
 * life; when that is over, nothing settles and no call does anything.
 */
import { CancelledError } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import type { Dialer, Link, Runtime, WorkKind } from '../../base/runtime.js';
import type { Disk } from '../../replication/store/disk.js';
import type { Device } from '../disk/device.js';
import type { Host } from '../network/dialling.js';
import type { Network } from '../network/network.js';
import type { EventLoop } from '../time/loop.js';
import type { Life } from '../time/life.js';
import type { Calibration } from './calibration.js';
import type { WallClock } from './wall-clock.js';

/** One for all: an error has a stack, which takes longer to make than all the rest of a sleep that is cancelled, and most are. */
const cancelled = new CancelledError('cancelled');

/** The one core that the processes of a node share. */
export class Core {
  busyUntilNs = 0;
  workedNs = 0;
  #slownesses: readonly { readonly factor: number }[] = [];

  /** 1 as calibrated; 2 takes twice as long. */
  get slowness(): number {
    return this.#slownesses.reduce((product, { factor }) => product * factor, 1);
  }

  /** Work takes `factor` times as long until the function that this returns is called. */
  slow(factor: number): () => void {
    const own = { factor };
    this.#slownesses = [...this.#slownesses, own];
    return () => {
      this.#slownesses = this.#slownesses.filter((one) => one !== own);
    };
  }
}

/** What a node lends to the process that runs on it. */
export interface Machine {
  readonly loop: EventLoop;
  readonly network: Network;
  readonly device: Device;
  readonly clock: WallClock;
  readonly core: Core;
  readonly calibration: Calibration;
}

export class SimulatedProcess implements Runtime, Dialer {
  readonly name: string;
  readonly random: Random;
  readonly disk: Disk;
  readonly life: Life;
  readonly #machine: Machine;
  readonly #host: Host;
  readonly #entity: number;
  readonly #kinds: { readonly sleep: number; readonly work: number };

  constructor(machine: Machine, host: Host, random: Random) {
    this.name = host.name;
    this.life = host.life;
    this.random = random;
    this.disk = machine.device.mount(host.life);
    this.#machine = machine;
    this.#host = host;
    this.#entity = machine.loop.id(host.name);
    this.#kinds = { sleep: machine.loop.id('sleep'), work: machine.loop.id('work') };
  }

  nowMs(): number {
    return this.#machine.loop.nowMs;
  }

  wallMs(): number {
    return this.#machine.clock.read(this.#machine.loop.nowMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.life.wait<undefined>(`sleep of ${ms} ms`, (settler) => {
      const { loop } = this.#machine;
      const cancel = (): void => {
        loop.cancel(event);
        settler.reject(cancelled);
      };
      const event = loop.after(Math.max(0, ms) * 1e6, this.#entity, this.#kinds.sleep, 0, () => {
        signal?.removeEventListener('abort', cancel);
        settler.resolve(undefined);
      });
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  work(kind: WorkKind, bytes: number): Promise<void> {
    return this.life.wait<undefined>(`${kind} of ${bytes} bytes`, (settler) => {
      const { loop, core, calibration } = this.#machine;
      const { bytesPerSecond, startMicros } = calibration[kind];
      const costNs = (startMicros * 1e3 + (bytes / bytesPerSecond) * 1e9) * core.slowness;
      core.workedNs += costNs;
      core.busyUntilNs = Math.max(loop.nowNs, core.busyUntilNs) + costNs;
      loop.at(core.busyUntilNs, this.#entity, this.#kinds.work, bytes, () => settler.resolve(undefined));
    });
  }

  dial(address: string, signal?: AbortSignal): Promise<Link> {
    return this.#machine.network.dial(this.#host, address, signal);
  }

  /** Takes links to `node` or `node:service` while this process lives. */
  listen(address: string, accept: (link: Link) => void): void {
    if (!this.life.isOver) this.#machine.network.listen(this.#host, address, accept);
  }
}
