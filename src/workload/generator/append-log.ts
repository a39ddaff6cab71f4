/**
 * Append-log: an access log that grows by 5 % at the end while its oldest 5 % are rotated away. Everything that stays moves by
 * a distance that is no multiple of any block size (the cut is at a line, in cells of 4,999 bytes).
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { logCellBytes, logSource } from '../content/text.js';

export const appendLog: Workload = {
  name: 'append-log',
  summary: 'text log: 5 % appended, the oldest 5 % rotated away',
  kind: 'synthetic',
  measure: 'new-bytes',
  *make(options) {
    checkOptions('append-log', options);
    const source = logSource(new Random(options.seed).fork('append-log').u32());
    const sizeBytes = Math.floor(options.bytes / logCellBytes) * logCellBytes;
    const stepBytes = Math.max(1, Math.round(sizeBytes / logCellBytes / 20)) * logCellBytes;
    for (let index = 0; index < options.snapshots; index++) {
      yield imageSnapshot(index, {
        sizeBytes,
        fill: (offset, into) => source.fill(index * stepBytes + offset, into),
        changes: () => ({
          changedBytes: index === 0 ? sizeBytes : stepBytes,
          removedBytes: index === 0 ? 0 : stepBytes,
        }),
      });
    }
  },
};
