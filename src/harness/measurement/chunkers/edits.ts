/**
 * Edited versions of content: so many inserts, deletes or overwrites at places drawn from a seed, each of 1 byte to a maximum. The kinds are
 * measured one by one, since they hurt chunkers differently: an overwrite moves nothing, an insert moves all that follows.
 */
import type { Random } from '../../../base/prng.js';
import { PieceTable, type Edit } from '../../../workload/content/piece-table.js';
import type { Source } from '../../../workload/content/source.js';
import { distinctPositions, Supply } from '../../../workload/generator/edits.js';

export const editActions = ['insert', 'delete', 'overwrite'] as const;
export type EditAction = (typeof editActions)[number];

/** Most bytes of one edit. */
export const editBytesMax = { small: 32, large: 8192 } as const;
export type EditSize = keyof typeof editBytesMax;
export const editSizes = ['small', 'large'] as const satisfies readonly EditSize[];

/** As many edits as 200 in 64 MiB, but at least one. */
export function editCount(bytes: number): number {
  return Math.max(1, Math.round((bytes * 200) / (64 * 1024 * 1024)));
}

/** Edits in order, none touching another; an edit that would reach the next one or the end is shortened, to nothing at worst. */
export function drawEdits(
  random: Random,
  bytes: number,
  count: number,
  action: EditAction,
  size: EditSize,
  fresh: Source,
): Edit[] {
  const supply = new Supply(fresh);
  const positions = distinctPositions(random, count, bytes);
  return positions.map((at, i) => {
    const length = random.between(1, editBytesMax[size]);
    const held = Math.min(length, (positions[i + 1] ?? bytes) - at);
    switch (action) {
      case 'insert':
        return { at, remove: 0, insert: supply.take(length) };
      case 'delete':
        return { at, remove: held };
      case 'overwrite':
        return { at, remove: held, insert: supply.take(held) };
    }
  });
}

/** The bytes after the edits. */
export function editedBytes(old: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const source: Source = { fill: (offset, into) => into.set(old.subarray(offset, offset + into.length)) };
  const table = new PieceTable([{ source, from: 0, length: old.length }]).edited(edits);
  const bytes = new Uint8Array(table.length);
  table.fill(0, bytes);
  return bytes;
}
