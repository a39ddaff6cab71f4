/**
 * Applying a package: header, structure, segments and footer are acted on as they arrive; the target gets its name only when every frame, every
 * segment's content, the whole target's identity and the signatures are right. Otherwise nothing is left of it. The base is never written.
 */
import { DataError, present, throwIfCancelled } from '../../base/errors.js';
import { snapshotBytesMax } from '../../base/limits.js';
import type { Meter, Reading } from '../../base/meter.js';
import { formatBytes } from '../../base/units.js';
import type { KernelInstance } from '../../kernels/abi.js';
import type { Workspace } from '../../kernels/workspace.js';
import { ownWorkspace, WorkspacePool, type BorrowedWorkspace } from '../../kernels/workspace-pool.js';
import { Hasher, fingerprints } from '../fingerprint/fingerprint.js';
import { contentDigests, equalBytes, snapshotId } from '../fingerprint/identity.js';
import type { ScanContext } from '../fingerprint/scan.js';
import { PackageDecoder } from '../package/decode.js';
import type { PackageFooter, PackageHeader, PackageItem, Segment, Structure } from '../package/model.js';
import type { ContentReader, Snapshot, SnapshotShape } from '../snapshot/snapshot.js';
import { assertApart } from '../snapshot/target.js';
import type { TargetWriter } from '../snapshot/target-writer.js';
import { checkBase, checkForm, diagnose, type MetadataPolicy } from './base-check.js';
import { packageSource, type PackageBytes } from './package-source.js';
import { Pace } from './pace.js';
import { SegmentApplier } from './segment-applier.js';
import { resolveTarget } from './target-shape.js';
import {
  checkTrust,
  judgeSignatures,
  requireTrust,
  type JudgedSignature,
  type TrustOptions,
} from './trust.js';

export interface ApplyProgress {
  /** Target bytes rebuilt. */
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface ApplyOptions extends TrustOptions {
  /** For this run alone: its memory is used from the heap base on. Or who lends kernels and windows to one run after another. */
  readonly kernels: KernelInstance | WorkspacePool;
  readonly meter: Meter;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ApplyProgress) => void;
  /** By default `exact`. */
  readonly metadata?: MetadataPolicy;
}

export interface ApplySummary {
  readonly header: PackageHeader;
  readonly packageBytes: number;
  readonly segmentCount: number;
  /** Base entries removed, and target entries that the package lists as new or changed. */
  readonly removedCount: number;
  readonly listedCount: number;
  readonly signatures: readonly JudgedSignature[];
  readonly reading: Reading;
}

/** A writer, or what makes one once the header says whether the target is an image or a tree. */
export type TargetChoice = TargetWriter | ((header: PackageHeader) => TargetWriter);

/**
 * Rebuilds the target of a package from `base`. Throws DataError (a package that is damaged, hostile or wrong, or not for this base),
 * WorldError (reading or writing failed), UsageError (a target that may not be written), CancelledError. After any of them the
 * target's name is as it was before.
 */
export async function apply(
  base: Snapshot,
  packageBytes: PackageBytes,
  target: TargetChoice,
  options: ApplyOptions,
): Promise<ApplySummary> {
  const run = new ApplyRun(base, target, options);
  try {
    for await (const piece of packageSource(packageBytes, options.signal)) await run.receive(piece);
    return await run.end();
  } catch (failure) {
    run.abort();
    throw failure;
  } finally {
    run.close();
  }
}

/** What is known once the header was read. */
interface Opened {
  readonly header: PackageHeader;
  readonly hasher: Hasher;
  readonly context: ScanContext;
}

/** What is known once the structure was read. */
interface Begun {
  readonly structure: Structure;
  readonly shape: SnapshotShape;
  readonly applier: SegmentApplier;
}

class ApplyRun {
  readonly #base: Snapshot;
  readonly #choice: TargetChoice;
  readonly #options: ApplyOptions;
  readonly #borrowed: BorrowedWorkspace;
  readonly #workspace: Workspace;
  readonly #decoder: PackageDecoder;
  readonly #reader: ContentReader;
  readonly #pace: Pace;
  #hasher: Hasher | undefined;
  #writer: TargetWriter | undefined;
  #opened: Opened | undefined;
  #begun: Begun | undefined;
  #signatures: readonly JudgedSignature[] = [];
  #packageBytes = 0;
  #segmentCount = 0;
  #doneBytes = 0;

  constructor(base: Snapshot, choice: TargetChoice, options: ApplyOptions) {
    this.#base = base;
    this.#choice = choice;
    this.#options = options;
    const { kernels } = options;
    this.#borrowed = kernels instanceof WorkspacePool ? kernels.borrow() : ownWorkspace(kernels);
    this.#workspace = this.#borrowed.workspace;
    this.#reader = base.openReader();
    this.#pace = new Pace(options.signal, options.onProgress !== undefined);
    this.#decoder = new PackageDecoder(
      (name) => {
        this.#hasher = new Hasher(fingerprints[name], this.#workspace.arena);
        return this.#hasher;
      },
      (header) => checkForm(base, header),
    );
  }

  async receive(bytes: Uint8Array): Promise<void> {
    this.#packageBytes += bytes.length;
    const items = this.#options.meter.time('unpack', () => this.#decoder.receive(bytes));
    for (const item of items) await this.#accept(item);
  }

  /** The stream has ended: checks the whole and gives the target its name. */
  async end(): Promise<ApplySummary> {
    this.#decoder.end();
    const { meter } = this.#options;
    const { header } = present(this.#opened, 'the header of a complete package');
    const { structure } = present(this.#begun, 'the structure of a complete package');
    await this.#checkIdentity();
    throwIfCancelled(this.#options.signal);
    meter.time('write', () => present(this.#writer, 'the writer').commit());
    return {
      header,
      packageBytes: this.#packageBytes,
      segmentCount: this.#segmentCount,
      removedCount: structure.removed.length,
      listedCount: structure.changed.length,
      signatures: this.#signatures,
      reading: meter.reading(),
    };
  }

  /** Never throws: the failure that led here matters more than one of cleaning up. */
  abort(): void {
    try {
      this.#writer?.abort();
    } catch {
      // The staging place that is left behind is named so that it can be recognised and deleted.
    }
  }

  close(): void {
    this.#reader.close();
    this.#borrowed.giveBack();
  }

  async #accept(item: PackageItem): Promise<void> {
    switch (item.type) {
      case 'header':
        this.#open(item.header);
        break;
      case 'structure':
        this.#begin(item.structure);
        break;
      case 'segment':
        await this.#apply(item.segment);
        break;
      case 'footer':
        this.#judge(item.footer);
    }
  }

  #open(header: PackageHeader): void {
    const { meter, metadata } = this.#options;
    checkTrust(this.#options, header);
    if (header.target.totalBytes > snapshotBytesMax) {
      const [claimed, most] = [header.target.totalBytes, snapshotBytesMax].map(formatBytes);
      throw new DataError(`the package claims a target of ${claimed ?? ''}, more than ${most ?? ''}`);
    }
    const hasher = present(this.#hasher, 'the hasher of the header');
    meter.time('verify', () => checkBase(this.#base, header, hasher, metadata ?? 'exact'));
    const context: ScanContext = {
      workspace: this.#workspace,
      reader: this.#reader,
      layout: this.#base.layout,
      fingerprint: hasher.fingerprint,
      meter,
    };
    this.#opened = { header, hasher, context };
  }

  #begin(structure: Structure): void {
    const { header, hasher, context } = present(this.#opened, 'the header before the structure');
    const shape = resolveTarget(this.#base, structure, header);
    const writer = typeof this.#choice === 'function' ? this.#choice(header) : this.#choice;
    assertApart(this.#base, writer);
    this.#writer = writer;
    this.#options.meter.time('write', () => writer.begin(shape));
    const applier = new SegmentApplier({ context, hasher, target: shape, writer });
    this.#begun = { structure, shape, applier };
  }

  async #apply(segment: Segment): Promise<void> {
    const { header } = present(this.#opened, 'the header before a segment');
    const { applier } = present(this.#begun, 'the structure before a segment');
    const totalBytes = header.target.totalBytes;
    const isExact = await this.#pace.drive(applier.apply(segment), (bytes) => {
      this.#doneBytes += bytes;
      this.#options.onProgress?.({ doneBytes: this.#doneBytes, totalBytes });
    });
    if (!isExact) throw await this.#diagnose(`segment ${segment.index}`);
    this.#segmentCount++;
  }

  #judge(footer: PackageFooter): void {
    const message = present(this.#decoder.rootMessage, 'the root message with the footer');
    this.#signatures = judgeSignatures(footer, message, this.#options.trust);
    requireTrust(this.#signatures, this.#options);
  }

  /** Throws unless what was rebuilt is, as a whole, what the header names. */
  async #checkIdentity(): Promise<void> {
    const { header, hasher } = present(this.#opened, 'the header');
    const { shape, applier } = present(this.#begun, 'the structure');
    const id = this.#options.meter.time('verify', () =>
      snapshotId(hasher, shape, contentDigests(hasher, shape, applier.leafDigests)),
    );
    if (!equalBytes(id.content, header.target.content)) throw await this.#diagnose('the package');
    if (this.#options.metadata !== 'ignore' && !equalBytes(id.metadata, header.target.metadata)) {
      throw new DataError(
        "the target's modes and times are not what the header states: the package is wrong",
        {
          hint: 'make the package again',
        },
      );
    }
  }

  /** Why what `failed` rebuilt is not what it states. */
  async #diagnose(failed: string): Promise<DataError> {
    const { header, hasher, context } = present(this.#opened, 'the header');
    return await this.#pace.drive(diagnose(context, this.#base, header, hasher, failed));
  }
}
