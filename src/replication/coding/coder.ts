/**
 * What sessions ask of the engine: small deltas between two byte strings in memory, manifests of snapshots, manifest files. The engine's own packages carry
 * the deltas, with its digests and codecs; one coder serves all sessions of a process.
 */
import { BugError } from '../../base/errors.js';
import { stoppedClock } from '../../base/clock.js';
import { Meter } from '../../base/meter.js';
import type { Runtime } from '../../base/runtime.js';
import { apply } from '../../engine/apply/apply.js';
import { diff } from '../../engine/diff.js';
import { Hasher, fingerprints, type FingerprintName } from '../../engine/fingerprint/fingerprint.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { buildManifest } from '../../engine/manifest.js';
import { decodeManifest, manifestFile } from '../../engine/package/manifest-file.js';
import { memoryView } from '../../engine/snapshot/memory.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { resolveStrategy } from '../../engine/strategy/settings.js';
import { isCutting, type Strategy } from '../../engine/strategy/strategy.js';
import { Arena } from '../../kernels/arena.js';
import type { KernelInstance } from '../../kernels/abi.js';
import { createWasmKernels } from '../../kernels/load.js';
import { WorkspacePool } from '../../kernels/workspace-pool.js';
import type { CutAndHash } from './cutting.js';
import { SegmentTarget } from './segment-target.js';

export interface DeltaOptions {
  /** 1 (fast) to 19; by default as the amount of data says. */
  readonly level?: number;
}

export interface Coder {
  /** The package that turns `base` into `target`. */
  encode(base: Uint8Array, target: Uint8Array, options?: DeltaOptions): Promise<Uint8Array>;
  /** The target, of at most so many bytes. Throws DataError for anything but an intact package from this base. */
  decode(base: Uint8Array, packageBytes: Uint8Array, targetBytesMax: number): Promise<Uint8Array>;
  manifestOf(snapshot: Snapshot, cutting: CutAndHash, volume: string): Promise<Manifest>;
  /** Not to be changed: the same array may come again. */
  encodeManifest(manifest: Manifest): Uint8Array;
  /** Throws DataError. */
  decodeManifest(bytes: Uint8Array): Manifest;
  hasher(fingerprint: FingerprintName): Hasher;
}

export class EngineCoder implements Coder {
  readonly #runtime: Pick<Runtime, 'work'>;
  readonly #kernels: KernelInstance;
  readonly #hashers = new Map<FingerprintName, Hasher>();
  /** By level: settings that are read for each of many small deltas take a tenth of its time. */
  readonly #strategies = new Map<number | undefined, Strategy>();
  readonly #workspaces: WorkspacePool;

  /** `workspaces` may be those of other coders on this thread. */
  constructor(
    runtime: Pick<Runtime, 'work'>,
    kernels: KernelInstance = createWasmKernels(),
    workspaces = new WorkspacePool(),
  ) {
    this.#runtime = runtime;
    this.#kernels = kernels;
    this.#workspaces = workspaces;
  }

  async encode(base: Uint8Array, target: Uint8Array, { level }: DeltaOptions = {}): Promise<Uint8Array> {
    const run = diff(imageOf(base), imageOf(target), {
      strategy: this.#strategyOf(level),
      workers: 1,
      clock: stoppedClock,
      workspaces: this.#workspaces,
    });
    const pieces: Uint8Array[] = [];
    for await (const piece of run) pieces.push(piece);
    await this.#runtime.work('diff', base.length + target.length);
    return Buffer.concat(pieces);
  }

  async decode(base: Uint8Array, packageBytes: Uint8Array, targetBytesMax: number): Promise<Uint8Array> {
    const target = new SegmentTarget(targetBytesMax);
    await apply(imageOf(base), [packageBytes], target, {
      kernels: this.#workspaces,
      meter: new Meter(stoppedClock),
      metadata: 'ignore',
    });
    await this.#runtime.work('apply', target.bytes.length);
    return target.bytes;
  }

  async manifestOf(
    snapshot: Snapshot,
    { chunker, fingerprint }: CutAndHash,
    volume: string,
  ): Promise<Manifest> {
    const { name, ...sizes } = chunker;
    const resolved = resolveStrategy(name, { fingerprint });
    if (!isCutting(resolved)) throw new BugError(`invariant broken: ${name} cuts`);
    // Sizes that a chunker takes and a strategy would not offer are still those of the repository.
    const strategy = { ...resolved, ...sizes };
    const { manifest } = await buildManifest(snapshot, {
      strategy,
      workers: 1,
      clock: stoppedClock,
      workspaces: this.#workspaces,
      volume,
    });
    await this.#runtime.work('chunk', snapshot.layout.totalBytes);
    return manifest;
  }

  #strategyOf(level: number | undefined): Strategy {
    let strategy = this.#strategies.get(level);
    if (strategy === undefined) {
      strategy = resolveStrategy('adaptive', level === undefined ? {} : { level });
      this.#strategies.set(level, strategy);
    }
    return strategy;
  }

  encodeManifest(manifest: Manifest): Uint8Array {
    return manifestFile(manifest, this.hasher(manifest.fingerprint));
  }

  decodeManifest(bytes: Uint8Array): Manifest {
    return decodeManifest(bytes, (fingerprint) => this.hasher(fingerprint));
  }

  hasher(fingerprint: FingerprintName): Hasher {
    const known = this.#hashers.get(fingerprint);
    if (known !== undefined) return known;
    const hasher = new Hasher(fingerprints[fingerprint], new Arena(this.#kernels));
    this.#hashers.set(fingerprint, hasher);
    return hasher;
  }
}

function imageOf(bytes: Uint8Array): Snapshot {
  const entry = { path: '', kind: 'file', mode: 0o644, mtimeMicros: 0, sizeBytes: bytes.length } as const;
  return memoryView('image', [entry], bytes);
}
