/**
 * `qemu-img map --output=json`: for each range the depth of the layer that holds it, 0 for the image itself, 1 for its backing file.
 * Where BASE is the backing file of TARGET, what lies at depth 0 was written (or zeroed, or discarded) since; deeper ranges are BASE's own bytes.
 * An image without a backing file is all depth 0: its map says what is allocated, not what changed, and every byte counts as changed.
 *
 * A map taken over NBD with `x-dirty-bitmap=...` looks the same and means another thing: "data": false is then a dirty range.
 *
 * Source: qemu-img(1), "map"; QEMU docs/interop/bitmaps.rst and tests/qemu-iotests/223 for dirty bitmaps.
 */
import { DataError, UsageError } from '../../../base/errors.js';
import type { DirtyLeaves } from './dirty-leaves.js';
import { flatObjects } from './flat-json.js';
import { MapCover, flagField, integerField } from './map-cover.js';

/** Layers of a chain; QEMU itself gives up earlier. */
export const depthMax = 1000;

/** Marks ranges above `baseDepth`, the depth at which BASE lies; returns their bytes. Throws DataError; UsageError where the depth must be said. */
export function readQemuMap(bytes: Uint8Array, dirty: DirtyLeaves, baseDepth: number | undefined): number {
  const cover = new MapCover(dirty);
  for (const range of flatObjects(bytes)) {
    const depth = integerField(range, 'depth');
    if (depth > depthMax)
      throw new DataError(`line ${range.line}: a depth of ${depth}, more than ${depthMax}`);
    if (depth > 1 && baseDepth === undefined) {
      throw new UsageError(
        `line ${range.line}: the map reaches to depth ${depth}, so BASE may be one of several layers`,
        {
          hint: "say which: --tracker-depth 1 where BASE is TARGET's own backing file, 2 for the one behind it",
        },
      );
    }
    const isDirty = depth < (baseDepth ?? 1);
    cover.accept(range.line, integerField(range, 'start'), integerField(range, 'length'), isDirty);
  }
  return cover.finish();
}

/** A map through `x-dirty-bitmap`: ranges without data are the dirty ones. */
export function readQemuDirtyMap(bytes: Uint8Array, dirty: DirtyLeaves): number {
  const cover = new MapCover(dirty);
  for (const range of flatObjects(bytes)) {
    const isDirty = !flagField(range, 'data');
    cover.accept(range.line, integerField(range, 'start'), integerField(range, 'length'), isDirty);
  }
  return cover.finish();
}
