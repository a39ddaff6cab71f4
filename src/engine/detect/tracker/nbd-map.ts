/**
 * `nbdinfo --map=qemu:dirty-bitmap:NAME --json`: for each range a type, 0 "clean" or 1 "dirty". Maps of other contexts have other types
 * ("data", "hole,zero" of base:allocation) that say nothing about changes, and are refused.
 *
 * Source: nbdinfo(1), "--map"; QEMU docs/interop/nbd.txt, namespace "qemu".
 */
import { DataError } from '../../../base/errors.js';
import type { DirtyLeaves } from './dirty-leaves.js';
import { flatObjects } from './flat-json.js';
import { MapCover, integerField } from './map-cover.js';

const types = ['clean', 'dirty'];

/** Marks dirty ranges; returns their bytes. Throws DataError. */
export function readNbdMap(bytes: Uint8Array, dirty: DirtyLeaves): number {
  const cover = new MapCover(dirty);
  for (const range of flatObjects(bytes)) {
    const type = integerField(range, 'type');
    const description = range.fields.get('description');
    if (description === undefined || types[type] !== description) {
      throw new DataError(
        `line ${range.line}: a range of type ${type}, ${JSON.stringify(description ?? null)}, is neither clean nor dirty`,
        { hint: 'ask for the bitmap: nbdinfo --map=qemu:dirty-bitmap:NAME --json URI' },
      );
    }
    cover.accept(range.line, integerField(range, 'offset'), integerField(range, 'length'), type === 1);
  }
  return cover.finish();
}
