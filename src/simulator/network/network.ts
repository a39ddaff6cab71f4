/**
 * The network between hosts: a wire each way for every two of them, addresses that listen, dialling, and the connections that are open.
 * A host that is cut off, or off, answers nothing; one that is on and does not listen refuses.
 */
import type { Random } from '../../base/prng.js';
import type { Link } from '../../base/runtime.js';
import type { EventLoop } from '../time/loop.js';
import type { Life } from '../time/life.js';
import type { Strikes } from '../trace/strikes.js';
import { Connection } from './connection.js';
import { Dialling } from './dialling.js';
import type { Host, Line, Listener } from './dialling.js';
import { LinkEnd } from './end.js';
import { defaultFlow } from './flow.js';
import type { FlowOptions } from './flow.js';
import { FrameConnection } from './frames.js';
import type { FrameFaults } from './frames.js';
import type { Joint } from './joint.js';
import { Wire, plainWire } from './wire.js';
import type { WireOptions } from './wire.js';

export interface NetworkOptions {
  readonly flow?: FlowOptions;
  /** Path between two hosts that nobody described. */
  readonly wire?: WireOptions;
  /** With it connections carry frames and no TCP. */
  readonly frames?: FrameFaults;
  /** Chance for a connection to be reset at some byte of its first MiB, in either direction. */
  readonly resetChance?: number;
  /** Round trips before the first byte: 1 for TCP, 1 for TLS 1.3. */
  readonly handshakeRoundTrips?: number;
  readonly dialTimeoutMs?: number;
}

interface Open {
  readonly hosts: readonly [string, string];
  readonly ends: readonly [LinkEnd, LinkEnd];
  readonly joint: Joint;
}

export class Network {
  readonly #loop: EventLoop;
  readonly #random: Random;
  readonly #strikes: (entity: string) => Strikes;
  readonly #options: Required<Omit<NetworkOptions, 'frames'>> & { readonly frames: FrameFaults | undefined };
  readonly #wires = new Map<string, { readonly from: string; readonly to: string; readonly wire: Wire }>();
  readonly #listeners = new Map<string, Listener>();
  readonly #hosts = new Map<string, Host>();
  #open: Open[] = [];
  #retransmittedBytes = 0;
  #areFaultsOver = false;
  connectionCount = 0;

  constructor(
    loop: EventLoop,
    random: Random,
    strikes: (entity: string) => Strikes,
    options: NetworkOptions = {},
  ) {
    this.#loop = loop;
    this.#random = random;
    this.#strikes = strikes;
    this.#options = {
      flow: options.flow ?? defaultFlow,
      wire: options.wire ?? plainWire,
      frames: options.frames,
      resetChance: options.resetChance ?? 0,
      handshakeRoundTrips: options.handshakeRoundTrips ?? 2,
      dialTimeoutMs: options.dialTimeoutMs ?? 30_000,
    };
  }

  /** The direction from one host to another. */
  wire(from: string, to: string): Wire {
    const name = `${from} > ${to}`;
    const known = this.#wires.get(name);
    if (known !== undefined) return known.wire;
    const wire = new Wire(this.#options.wire, this.#random.fork(name));
    wire.isUnpowered = this.#isOff(from) || this.#isOff(to);
    wire.isSpared = this.#isSpared;
    this.#wires.set(name, { from, to, wire });
    return wire;
  }

  get bytesOnWire(): number {
    let sum = 0;
    for (const { wire } of this.#wires.values()) sum += wire.bytesOnWire;
    return sum;
  }

  get lostSegmentCount(): number {
    let sum = 0;
    for (const { wire } of this.#wires.values()) sum += wire.lostSegmentCount;
    return sum;
  }

  get retransmittedBytes(): number {
    return this.#open.reduce((sum, { joint }) => sum + joint.retransmittedBytes, this.#retransmittedBytes);
  }

  /** A host exists and is on, perhaps with a new life. */
  place(host: Host): void {
    this.#hosts.set(host.name, host);
    this.#power(host.name, true);
  }

  /** The host is off: nothing leaves it, nothing arrives. */
  powerOff(name: string): void {
    this.#power(name, false);
  }

  /** A wire is without power while either of its ends is. */
  #power(name: string, isOn: boolean): void {
    for (const { from, to, wire } of this.#wires.values()) {
      const other = from === name ? to : to === name ? from : undefined;
      if (other !== undefined) wire.isUnpowered = !isOn || this.#isOff(other);
    }
  }

  #isOff(name: string): boolean {
    return this.#hosts.get(name)?.isUp() === false;
  }

  /** Until its life ends, the host takes connections to `address`. */
  listen(host: Host, address: string, accept: (link: Link) => void): void {
    this.#listeners.set(address, { host, accept });
  }

  /** Opens a link to whoever listens at `address`; an address is `host` or `host:service`. */
  dial(host: Host, address: string, signal?: AbortSignal): Promise<Link> {
    const target = address.split(':')[0] ?? address;
    const entity = this.#loop.id(`${host.name} > ${target}`);
    const line: Line = {
      out: this.wire(host.name, target),
      back: this.wire(target, host.name),
      isUp: () => this.#hosts.get(target)?.isUp() === true,
      listener: () => this.#listeners.get(address),
      connect: (listener) => this.#connect(host, listener.host, entity),
      timeoutMs: this.#options.dialTimeoutMs,
      handshakeRoundTrips: this.#options.handshakeRoundTrips,
    };
    return host.life.wait<Link>(`an answer from ${address}`, (settler) =>
      new Dialling(this.#loop, entity, host.life, address, line, settler, signal).begin(),
    );
  }

  #connect(dialler: Host, listener: Host, entity: number): readonly [LinkEnd, LinkEnd] {
    const loop = this.#loop;
    this.connectionCount++;
    const ends = [
      new LinkEnd(loop, dialler.life, entity, listener.name),
      new LinkEnd(loop, listener.life, entity, dialler.name),
    ] as const;
    const hosts = [dialler.name, listener.name] as const;
    const wires = [this.wire(...hosts), this.wire(listener.name, dialler.name)] as const;
    const strikes = [
      this.#strikes(hosts.join(' > ')),
      this.#strikes(hosts.toReversed().join(' > ')),
    ] as const;
    const resets = strikes.map((one) => {
      const random = one.strike('reset', this.#options.resetChance);
      // Small positions as likely as large ones: a frame's head as well as a segment's middle.
      return random === undefined ? undefined : Math.floor(2 ** (random.float() * 20));
    });
    const side = (index: 0 | 1) => ({
      end: ends[index],
      wire: wires[index],
      isUp: () => this.#hosts.get(hosts[index])?.isUp() === true,
      resetAtByte: resets[index],
      strikes: strikes[index],
    });
    const sides = [side(0), side(1)] as const;
    const { frames, flow } = this.#options;
    const over = (): void => {
      this.#retransmittedBytes += joint.retransmittedBytes;
      this.#open = this.#open.filter((one) => one !== open);
    };
    const joint: Joint =
      frames === undefined
        ? new Connection(loop, entity, sides, flow, over)
        : new FrameConnection(loop, entity, sides, frames, over);
    const open = { hosts, ends, joint };
    this.#open.push(open);
    return ends;
  }

  /** The life of a process is over: its connections are. */
  abandon(life: Life): void {
    for (const { ends, joint } of [...this.#open])
      for (const end of ends) if (end.life === life) joint.abandoned(end);
  }

  /** Resets every connection between two hosts. Says whether there was any. */
  reset(a: string, b: string): boolean {
    const found = this.#open.filter(({ hosts }) => hosts.includes(a) && hosts.includes(b));
    for (const { joint } of found) joint.reset();
    return found.length > 0;
  }

  /** No reset that was to come will. Where frames have no TCP that would send them again, paths lose none from now on. */
  endFaults(): void {
    this.#areFaultsOver = true;
    for (const { joint } of this.#open) joint.spare();
    for (const { wire } of this.#wires.values()) wire.isSpared = this.#isSpared;
  }

  get #isSpared(): boolean {
    return this.#areFaultsOver && this.#options.frames !== undefined;
  }
}
