/**
 * Trackers: files in which a hypervisor, a block server or a file system says what of an image may have changed. Each format is a reader that marks
 * leaves; which one it is shows in the content, but for raw bitmaps, which can be any bytes.
 *
 * A tracker is believed: what it calls clean is neither read nor compared. docs/tracked.md says what each format tells and what it cannot.
 */
import { UsageError, unreachable } from '../../../base/errors.js';
import { readBitmap } from './bitmap.js';
import { DirtyLeaves, type TrackedImages } from './dirty-leaves.js';
import { readFilefrag } from './filefrag.js';
import { readNbdMap } from './nbd-map.js';
import { readQemuDirtyMap, readQemuMap } from './qemu-map.js';

export const trackerFormats = ['bitmap', 'qemu-map', 'qemu-dirty', 'nbd', 'filefrag'] as const;
export type TrackerFormat = (typeof trackerFormats)[number];

export interface TrackerOptions {
  /** By default by content. */
  readonly format?: TrackerFormat;
  /** What one bit of a raw bitmap stands for. */
  readonly blockBytes?: number;
  /** Depth at which BASE lies in a `qemu-map`; by default 1, which must then be the deepest. */
  readonly baseDepth?: number;
}

export interface Tracker {
  readonly format: TrackerFormat;
  readonly dirty: DirtyLeaves;
  /** Bytes that the tracker itself calls changed, before they are rounded out to leaves. */
  readonly markedBytes: number;
}

/** Reads a tracker of images of these sizes. Throws DataError for damage, with its line or offset; UsageError where an option is missing or idle. */
export function readTracker(bytes: Uint8Array, images: TrackedImages, options: TrackerOptions = {}): Tracker {
  const format = options.format ?? formatOf(bytes);
  requireFitting(format, options);
  const dirty = new DirtyLeaves(images);
  return { format, dirty, markedBytes: mark(format, bytes, dirty, options) };
}

function mark(format: TrackerFormat, bytes: Uint8Array, dirty: DirtyLeaves, options: TrackerOptions): number {
  switch (format) {
    case 'bitmap':
      return readBitmap(bytes, dirty, options.blockBytes);
    case 'qemu-map':
      return readQemuMap(bytes, dirty, options.baseDepth);
    case 'qemu-dirty':
      return readQemuDirtyMap(bytes, dirty);
    case 'nbd':
      return readNbdMap(bytes, dirty);
    case 'filefrag':
      return readFilefrag(bytes, dirty);
    default:
      return unreachable(format);
  }
}

/** A bitmap that happens to begin as another format is refused by that format's reader; --tracker-format bitmap settles it. */
function formatOf(bytes: Uint8Array): TrackerFormat {
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 400));
  if (/^(Filesystem type is:|File size of )/.test(start)) return 'filefrag';
  if (/^\s*\[\s*(\{|\]\s*$)/.test(start)) return /"start"\s*:/.test(start) ? 'qemu-map' : 'nbd';
  return 'bitmap';
}

function requireFitting(format: TrackerFormat, { blockBytes, baseDepth }: TrackerOptions): void {
  if (blockBytes !== undefined && format !== 'bitmap') {
    throw new UsageError(`--tracker-block goes with a raw bitmap, and this is ${format}`, {
      hint: 'leave it out, or say --tracker-format bitmap',
    });
  }
  if (baseDepth !== undefined && format !== 'qemu-map') {
    throw new UsageError(`--tracker-depth goes with a map of qemu-img, and this is ${format}`, {
      hint: 'leave it out, or say --tracker-format qemu-map',
    });
  }
}
