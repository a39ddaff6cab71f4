/**
 * Everything changes: each snapshot is drawn anew. The ceiling: no delta can beat compressing the
 * target, and none should cost much more. About 97 % of the bytes differ in place: letters and random bytes coincide now and then.
 */
import { Random } from '../../base/prng.js';
import { checkOptions, imageSnapshot, type Workload } from '../workload.js';
import { countDifferences } from '../content/difference.js';
import { noiseSource } from '../content/binary.js';
import { hash } from '../content/draws.js';
import { patchworkSource, type Source } from '../content/source.js';
import { proseSource } from '../content/text.js';

export const everythingChanged: Workload = {
  name: 'everything-changed',
  summary: 'text and noise, drawn anew for every snapshot',
  kind: 'synthetic',
  measure: 'in-place',
  *make(options) {
    checkOptions('everything-changed', options);
    const random = new Random(options.seed).fork('everything-changed');
    const sizeBytes = options.bytes;
    let previous = freshSource(0);
    for (let index = 0; index < options.snapshots; index++) {
      const source = freshSource(random.u32());
      const before = previous;
      yield imageSnapshot(index, {
        sizeBytes,
        fill: (offset, into) => source.fill(offset, into),
        changes: () => ({
          changedBytes:
            index === 0 ? sizeBytes : countDifferences(before, source, [{ offset: 0, length: sizeBytes }]),
          removedBytes: 0,
        }),
      });
      previous = source;
    }
  },
};

const stretchBytes = 65_536;

/** Stretches of 64 KiB, three in five prose, the others noise; no fixed fields, which would stay as they are. */
function freshSource(seed: number): Source {
  const prose = proseSource(seed);
  const noise = noiseSource(seed);
  return patchworkSource(stretchBytes, (stretch) => ((hash(seed, stretch, 7) >>> 0) % 5 < 3 ? prose : noise));
}
