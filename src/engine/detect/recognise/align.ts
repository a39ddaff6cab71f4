/** What lies opposite what, with all that recognisers know: the alignment of paired files, in which archives are aligned member by member. */
import { leafBytes } from '../../../base/limits.js';
import { alignEntries, alignmentFrom, type Alignment, type Span } from '../alignment.js';
import { alignMembers } from './align-members.js';
import type { LookedInto } from './looked-into.js';
import type { RecogniserName } from './recognisers.js';
import { pairByContent } from './renames.js';
import { tarMembers } from './tar.js';

/** Where members are not worth a look: an archive of one leaf is followed as fast. */
const archiveBytesMin = leafBytes;

/** `named`: pairs as pairEntries() gives them. */
export function alignRecognised(
  base: LookedInto,
  target: LookedInto,
  named: Int32Array,
  recognisers: readonly RecogniserName[],
): Alignment {
  const pairs = recognisers.includes('renames') ? pairByContent(base, target, named) : named;
  if (!recognisers.includes('tar')) return alignEntries(base.shape, target.shape, pairs);
  const runs: Span[] = [];
  pairs.forEach((pair, entry) => {
    if (pair < 0) return;
    const [start, end] = [target.shape.layout.startOf(entry), target.shape.layout.endOf(entry)];
    const [baseStart, baseEnd] = [base.shape.layout.startOf(pair), base.shape.layout.endOf(pair)];
    const isSmall = Math.min(end - start, baseEnd - baseStart) < archiveBytesMin;
    const members = isSmall ? [] : tarMembers(target.reader, start, end);
    const opposite = members.length === 0 ? [] : tarMembers(base.reader, baseStart, baseEnd);
    if (opposite.length > 0) {
      runs.push(
        ...alignMembers({ members: opposite, start: baseStart, end: baseEnd }, { members, start, end }),
      );
      return;
    }
    const length = Math.min(end - start, baseEnd - baseStart);
    if (length > 0) runs.push({ address: start, length, baseAddress: baseStart });
  });
  return alignmentFrom(runs);
}
