/**
 * What a side encodes with: the engine under the side's own strategy, its CPU accounted for by the model of exact counts (encoding-work.ts), its packages under a digest, what it holds
 * in memory counted.
 *
 * Law: packages and counts follow from the bytes given and the strategy; chance of flaws from the process's own stream.
 */
import { sha256 } from '../../base/builtins.js';
import { stoppedClock } from '../../base/clock.js';
import { WorldError } from '../../base/errors.js';
import type { Random } from '../../base/prng.js';
import { diff } from '../../engine/diff.js';
import type { Hasher, FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { memoryView } from '../../engine/snapshot/memory.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { type Strategy } from '../../engine/strategy/strategy.js';
import { resolveStrategy } from '../../engine/strategy/settings.js';
import type { Coder, DeltaOptions } from '../../replication/coding/coder.js';
import type { CutAndHash } from '../../replication/coding/cutting.js';
import { usualCalibration } from '../../simulator/process/calibration.js';
import type { SimulatedProcess } from '../../simulator/process/incarnation.js';
import type { Equipment } from '../../simulator/run/equipment.js';
import type { WorkPrices } from '../tuning/work-prices.js';
import { encodingWorkMs } from './encoding-work.js';
import { strengthOf, type Side } from './side.js';

/** What the encoding of a volume's pushes left behind. */
export class EncodingRecord {
  #digest: Uint8Array = new Uint8Array(32);
  #peakBytes = 0;

  /** Of all packages, in order. */
  get digest(): Uint8Array {
    return this.#digest;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  encoded(packageBytes: Uint8Array): void {
    this.#digest = sha256(Buffer.concat([this.#digest, packageBytes]));
  }

  held(bytes: number): void {
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
  }
}

/** Everything that this process has encoded for sides whose packages carry the time, so that no two are alike. */
let ticks = 0;

export class SideCoder implements Coder {
  readonly #own: Coder;
  readonly #machine: SimulatedProcess;
  readonly #equipment: Equipment;
  readonly #prices: WorkPrices;
  readonly #side: Side;
  readonly #record: EncodingRecord;
  /** Bytes that the agent's cache holds. */
  readonly #cacheBytes: () => number;
  readonly #chance: Random;

  constructor(
    own: Coder,
    machine: SimulatedProcess,
    equipment: Equipment,
    prices: WorkPrices,
    side: Side,
    record: EncodingRecord,
    cacheBytes: () => number,
  ) {
    this.#own = own;
    this.#machine = machine;
    this.#equipment = equipment;
    this.#prices = prices;
    this.#side = side;
    this.#record = record;
    this.#cacheBytes = cacheBytes;
    this.#chance = machine.random.fork('flaws');
  }

  async encode(base: Uint8Array, target: Uint8Array, { level }: DeltaOptions = {}): Promise<Uint8Array> {
    if (this.#meets('connections-given-up')) throw new WorldError('the connection is given up');
    const strategy = this.#strategy(base, target, level);
    const run = diff(imageOf(base), imageOf(target), {
      strategy,
      workers: 1,
      clock: stoppedClock,
      workspaces: this.#equipment.workspaces,
      ...(this.#has('clock-in-packages') ? { timeMicros: ++ticks } : {}),
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of run) pieces.push(piece);
    const packageBytes = Buffer.concat(pieces);
    this.#record.encoded(packageBytes);
    const { header, reading } = run.summary;
    const usedLevel = Number(header.parameters['level']);
    const heldBytes = base.length + target.length + packageBytes.length + this.#cacheBytes();
    this.#record.held(heldBytes * (1 + strengthOf(this.#side, 'more-memory')));
    const workMs = encodingWorkMs(this.#prices, strategy, usedLevel, reading.counts);
    await this.#work(workMs * (1 + strengthOf(this.#side, 'more-work')));
    return packageBytes;
  }

  decode(base: Uint8Array, packageBytes: Uint8Array, targetBytesMax: number): Promise<Uint8Array> {
    return this.#own.decode(base, packageBytes, targetBytesMax);
  }

  manifestOf(snapshot: Snapshot, cutting: CutAndHash, volume: string): Promise<Manifest> {
    return this.#own.manifestOf(snapshot, cutting, volume);
  }

  encodeManifest(manifest: Manifest): Uint8Array {
    return this.#own.encodeManifest(manifest);
  }

  decodeManifest(bytes: Uint8Array): Manifest {
    return this.#own.decodeManifest(bytes);
  }

  hasher(fingerprint: FingerprintName): Hasher {
    return this.#own.hasher(fingerprint);
  }

  /** A level that the strategy leaves open is the link's. */
  #strategy(base: Uint8Array, target: Uint8Array, linkLevel: number | undefined): Strategy {
    const { strategy } = this.#side;
    const { compression } = strategy;
    const level = compression.level === 'auto' ? (linkLevel ?? 'auto') : compression.level;
    const isStored = target.length < strengthOf(this.#side, 'small-segments-stored');
    const codec = isStored ? 'stored' : compression.codec;
    const asked: Strategy = { ...strategy, compression: { ...compression, level, codec } };
    // Blocks as large as a segment find nothing in its base.
    if (base.length === 0 || !this.#meets('base-forgotten')) return asked;
    const { fingerprint } = strategy;
    return {
      ...resolveStrategy('fixed', { blockBytes: 1024 * 1024, fingerprint, subBlock: false }),
      compression: asked.compression,
    };
  }

  /** The model's milliseconds, as bytes of the kind of work whose start they share. */
  #work(ms: number): Promise<void> {
    return this.#machine.work('diff', (ms / 1000) * usualCalibration.diff.bytesPerSecond);
  }

  #has(flaw: Parameters<typeof strengthOf>[1]): boolean {
    return strengthOf(this.#side, flaw) > 0;
  }

  /** Whether chance plants the flaw here. */
  #meets(flaw: Parameters<typeof strengthOf>[1]): boolean {
    return this.#has(flaw) && this.#chance.float() < strengthOf(this.#side, flaw);
  }
}

function imageOf(bytes: Uint8Array): Snapshot {
  const entry = { path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: bytes.length } as const;
  return memoryView('image', [entry], bytes);
}
