/**
 * Insert-shift: short inserts and deletes all over a file, so that everything behind the first one moves. What editors, mail
 * clients and exporters do to files, and what makes a comparison of equal offsets useless.
 *
 * One edit of 1 to 4000 bytes (at most 1/128 of the image) for each MiB, at least 8; half insert text, half delete.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { mixedSource } from '../content/mixed.js';
import { PieceTable, type Edit } from '../content/piece-table.js';
import { proseSource } from '../content/text.js';
import { distinctPositions, Supply } from './edits.js';

const bytesPerEdit = 1024 * 1024;
const editsMin = 8;
const editBytesMax = 4000;

export const insertShift: Workload = {
  name: 'insert-shift',
  summary: 'short inserts and deletes move everything behind them',
  kind: 'synthetic',
  measure: 'new-bytes',
  *make(options) {
    checkOptions('insert-shift', options);
    const random = new Random(options.seed).fork('insert-shift');
    const supply = new Supply(proseSource(random.fork('inserts').u32()));
    const longest = Math.min(editBytesMax, Math.floor(options.bytes / 128));
    const source = mixedSource(random.fork('content').u32());
    let table = new PieceTable([{ source, from: 0, length: options.bytes }]);
    let changes = { changedBytes: options.bytes, removedBytes: 0 };
    for (let index = 0; index < options.snapshots; index++) {
      if (index > 0) ({ table, changes } = editOnce(table, random, supply, longest));
      const [content, counted] = [table, changes];
      yield imageSnapshot(index, {
        sizeBytes: content.length,
        fill: (offset, into) => content.fill(offset, into),
        changes: () => counted,
      });
    }
  },
};

function editOnce(table: PieceTable, random: Random, supply: Supply, longest: number) {
  const count = Math.max(editsMin, Math.round(table.length / bytesPerEdit));
  const edits: Edit[] = [];
  let changedBytes = 0;
  let removedBytes = 0;
  let end = 0;
  for (const position of distinctPositions(random, count, table.length)) {
    const at = Math.max(position, end);
    const length = random.between(1, longest);
    if (random.below(2) === 0) {
      edits.push({ at, remove: 0, insert: supply.take(length) });
      changedBytes += length;
      end = at;
    } else {
      const remove = Math.min(length, table.length - at);
      edits.push({ at, remove });
      removedBytes += remove;
      end = at + remove;
    }
  }
  return { table: table.edited(edits), changes: { changedBytes, removedBytes } };
}
