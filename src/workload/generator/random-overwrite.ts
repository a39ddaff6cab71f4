/**
 * Random-overwrite: 64 bytes overwritten here and there in data that no codec shrinks. Small records inside an encrypted or compressed
 * container; it shows what a strategy sends for one small change, since nothing else can be saved.
 *
 * One overwrite for each 128 KiB, at least 4, at any byte offset.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { noiseSource } from '../content/binary.js';
import { countDifferences } from '../content/difference.js';
import { PieceTable, type Edit } from '../content/piece-table.js';
import { distinctPositions, Supply } from './edits.js';

const overwriteBytes = 64;
const bytesPerOverwrite = 128 * 1024;
const overwritesMin = 4;

export const randomOverwrite: Workload = {
  name: 'random-overwrite',
  summary: '64-byte overwrites in incompressible data',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('random-overwrite', options);
    const random = new Random(options.seed).fork('random-overwrite');
    const supply = new Supply(noiseSource(random.fork('overwrites').u32()));
    const sizeBytes = options.bytes;
    const source = noiseSource(random.fork('content').u32());
    const count = Math.max(overwritesMin, Math.round(sizeBytes / bytesPerOverwrite));
    let table = new PieceTable([{ source, from: 0, length: sizeBytes }]);
    for (let index = 0; index < options.snapshots; index++) {
      const before = table;
      const edits = index === 0 ? [] : overwrites(random, supply, count, sizeBytes);
      const after = before.edited(edits);
      yield imageSnapshot(index, {
        sizeBytes,
        fill: (offset, into) => after.fill(offset, into),
        changes: () => ({
          changedBytes: index === 0 ? sizeBytes : countDifferences(before, after, edits.map(asRange)),
          removedBytes: 0,
        }),
      });
      table = after;
    }
  },
};

/** Overwrites that do not overlap: one that would is moved behind the one before it, or left out at the end. */
function overwrites(random: Random, supply: Supply, count: number, sizeBytes: number): Edit[] {
  const edits: Edit[] = [];
  let end = 0;
  for (const position of distinctPositions(random, count, sizeBytes - overwriteBytes)) {
    const at = Math.max(position, end);
    if (at + overwriteBytes > sizeBytes) break;
    edits.push({ at, remove: overwriteBytes, insert: supply.take(overwriteBytes) });
    end = at + overwriteBytes;
  }
  return edits;
}

function asRange(edit: Edit) {
  return { offset: edit.at, length: edit.remove };
}
