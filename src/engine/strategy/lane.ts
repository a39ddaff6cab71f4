/**
 * One lane: kernels, windows and readers of one thread, and how each kind of job is done with them. The same lane runs inline and in
 * a worker thread.
 */
import type { Clock } from '../../base/clock.js';
import { assert } from '../../base/errors.js';
import { Meter } from '../../base/meter.js';
import type { Workspace } from '../../kernels/workspace.js';
import { contextRanges, readContext } from '../delta/context.js';
import { encodeSegment } from '../delta/encode.js';
import { OperationReader } from '../delta/operation-reader.js';
import type { OperationStreams } from '../delta/operations.js';
import type { SegmentPlan } from '../delta/plan.js';
import { followRegion, relocateRanges } from '../detect/adaptive.js';
import { AnchorSlots } from '../detect/anchor-slots.js';
import { AnchorStage } from '../detect/anchor-stage.js';
import { indexRegion } from '../detect/base-index.js';
import { compareRegion } from '../detect/compare.js';
import { loadSearchTable, searchRegion, type SearchTable } from '../detect/search.js';
import { regionSums, type Signature } from '../detect/signature.js';
import { fingerprints, type Fingerprint } from '../fingerprint/fingerprint.js';
import { hashLeaves, readTarget, scanRegion, type ScanContext } from '../fingerprint/scan.js';
import { packStreams } from '../package/pack.js';
import type { Lane } from '../parallel/executor.js';
import { openContent } from '../snapshot/content.js';
import { shapeOf } from '../snapshot/shape.js';
import type { ContentReader, SnapshotShape, SnapshotSource } from '../snapshot/snapshot.js';
import { usesContext } from './strategy.js';
import type { Done, Job, JobTable, JobType, LaneSetup, Side } from './jobs.js';

interface SideState {
  readonly shape: SnapshotShape;
  readonly reader: ContentReader;
}

function open(source: SnapshotSource): SideState {
  const shape = shapeOf(source);
  return { shape, reader: openContent(source, shape.layout) };
}

function insertShares({ index, stage, parts, first, end, isFirst }: Job<'insert'>): null {
  const slots = new AnchorSlots(index.table, index.tableBits);
  if (isFirst) slots.clear(first, end);
  new AnchorStage(stage).insertInto(slots, parts, first, end);
  return null;
}

export class StrategyLane implements Lane<Job, Done> {
  readonly #setup: LaneSetup;
  readonly #clock: Clock;
  readonly #workspace: Workspace;
  readonly #fingerprint: Fingerprint;
  readonly #target: SideState;
  readonly #base: SideState | undefined;
  #search: { readonly signature: Signature; readonly table: SearchTable } | undefined;

  constructor(setup: LaneSetup, workspace: Workspace, clock: Clock) {
    this.#setup = setup;
    this.#clock = clock;
    this.#workspace = workspace;
    this.#fingerprint = fingerprints[setup.strategy.fingerprint];
    this.#target = open(setup.target);
    this.#base = setup.base && open(setup.base);
  }

  run(job: Job): Done {
    const meter = new Meter(this.#clock, this.#workspace.kernels.instructions);
    const result = this.#do(job, meter);
    return { result, reading: meter.reading() };
  }

  close(): void {
    this.#target.reader.close();
    this.#base?.reader.close();
  }

  #do(job: Job, meter: Meter): JobTable[JobType]['result'] {
    switch (job.type) {
      case 'scan':
        return scanRegion(this.#scanContext(job.side, meter), job.chunker, job.region, job.end);
      case 'compare':
        return compareRegion(
          { ...this.#detectContext(meter), alignment: job.alignment, blockBytes: job.blockBytes },
          job.region,
        );
      case 'follow':
        return followRegion(
          { ...this.#detectContext(meter), alignment: job.alignment, blockBytes: job.blockBytes },
          job.region,
          job.opening,
        );
      case 'relocate': {
        const { table, tableBits } = job.index;
        const whole = { slots: new AnchorSlots(table, tableBits), choice: job.index };
        return relocateRanges(
          { ...this.#detectContext(meter), blockBytes: job.blockBytes },
          whole,
          job.ranges,
        );
      }
      case 'leaves': {
        const context = this.#scanContext(job.side, meter);
        readTarget(context, job.region.address, job.region.length);
        return { region: job.region, leafDigests: hashLeaves(context, 'target', job.region) };
      }
      case 'sums':
        return this.#sums(job, meter);
      case 'search':
        return this.#searchIn(job, meter);
      case 'index':
        return this.#indexPart(job, meter);
      case 'insert':
        return meter.time('detect', () => insertShares(job));
      case 'encode':
        return this.#encode(job, meter);
    }
  }

  #sums(job: Job<'sums'>, meter: Meter): JobTable['sums']['result'] {
    const context = this.#scanContext('base', meter);
    const { region } = job;
    readTarget(context, region.address, region.length);
    const parts = [...context.layout.parts(region.address, region.length)];
    const sums = meter.time('hash', () => regionSums(this.#workspace, region, parts, job.blockBytes));
    return { sums, leafDigests: hashLeaves(context, 'target', region) };
  }

  #searchIn(job: Job<'search'>, meter: Meter): JobTable['search']['result'] {
    const { signature } = job;
    const { pairs } = this.#setup;
    const context = { ...this.#detectContext(meter), pairs, base: this.#side('base').shape, signature };
    this.#search ??= { signature, table: meter.forEachLane(() => loadSearchTable(context)) };
    return searchRegion({ ...context, table: this.#search.table }, job.region);
  }

  #indexPart(job: Job<'index'>, meter: Meter): JobTable['index']['result'] {
    const { anchors, leaves } = indexRegion(this.#scanContext('base', meter), job.choice, job);
    meter.time('detect', () => new AnchorStage(job.stage).put(anchors, job.at));
    return { leaves };
  }

  #encode(job: Job<'encode'>, meter: Meter): JobTable['encode']['result'] {
    const { strategy } = this.#setup;
    const base = strategy.subBlock ? this.#base : undefined;
    const inContext = base !== undefined && usesContext(strategy, job.isBaseSearched);
    const encoded = encodeSegment(
      {
        workspace: this.#workspace,
        reader: this.#target.reader,
        base: base && { reader: base.reader, layout: base.shape.layout, index: job.index },
        inContext,
        meter,
      },
      job.plan,
    );
    const context = inContext ? () => this.#contextOf(encoded, job.plan, base, meter) : undefined;
    const packed = packStreams(encoded, job.compression, this.#workspace, meter, context);
    return {
      plan: job.plan,
      streams: packed.streams,
      decisions: strategy.decisions ? packed.decisions : undefined,
    };
  }

  #contextOf(
    operations: OperationStreams,
    { targetAddress, targetBytes }: SegmentPlan,
    { reader, shape: { layout } }: SideState,
    meter: Meter,
  ): Uint8Array {
    const bounds = { targetAddress, targetBytes, baseBytes: layout.totalBytes };
    const ranges = contextRanges(new OperationReader(operations, bounds), targetAddress, layout);
    const bytes = readContext(ranges, reader);
    meter.count('bytesRead', bytes.length - 1);
    return bytes;
  }

  #side(side: Side): SideState {
    const state = side === 'target' ? this.#target : this.#base;
    assert(state !== undefined, 'the base of this job is at hand');
    return state;
  }

  #scanContext(side: Side, meter: Meter): ScanContext {
    const { shape, reader } = this.#side(side);
    return {
      workspace: this.#workspace,
      reader,
      layout: shape.layout,
      fingerprint: this.#fingerprint,
      meter,
    };
  }

  #detectContext(
    meter: Meter,
  ): ScanContext & { baseReader: ContentReader; baseLayout: SnapshotShape['layout'] } {
    const base = this.#side('base');
    return {
      ...this.#scanContext('target', meter),
      baseReader: base.reader,
      baseLayout: base.shape.layout,
    };
  }
}
