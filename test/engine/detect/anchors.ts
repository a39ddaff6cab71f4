/** Anchors of a region put into a table as an index's are: staged, then inserted share by share. */
import { anchorRecordWords, shareCount, type AnchorSlots } from '../../../src/engine/detect/anchor-slots.js';
import { AnchorStage, partWords } from '../../../src/engine/detect/anchor-stage.js';

/** `records` of {offset, hash low, hash high}, of a region that begins at `address`. */
export function insertAnchors(slots: AnchorSlots, records: Uint32Array, address: number): void {
  const stage = new AnchorStage(new SharedArrayBuffer(partWords(records.length / anchorRecordWords) * 4));
  stage.put(records, 0);
  stage.insertInto(slots, [{ at: 0, address }], 0, shareCount);
}
