/** Nothing changes: what a backup meets most often. The floor of every strategy: what it costs to find out that nothing happened. */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { mixedSource } from '../content/mixed.js';

export const unchanged: Workload = {
  name: 'unchanged',
  summary: 'text and records, identical in every snapshot',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('unchanged', options);
    const source = mixedSource(new Random(options.seed).fork('unchanged').u32());
    for (let index = 0; index < options.snapshots; index++) {
      yield imageSnapshot(index, {
        sizeBytes: options.bytes,
        fill: (offset, into) => source.fill(offset, into),
        changes: () => ({ changedBytes: index === 0 ? options.bytes : 0, removedBytes: 0 }),
      });
    }
  },
};
