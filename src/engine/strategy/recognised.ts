/** What a strategy's recognisers say: of what lies opposite what, and of the blocks of a region. What they read is counted. */
import { assert } from '../../base/errors.js';
import { alignRecognised } from '../detect/recognise/align.js';
import type { Alignment } from '../detect/alignment.js';
import type { LookedInto } from '../detect/recognise/looked-into.js';
import { recognisedPageBytes } from '../detect/recognise/pages.js';
import type { RecogniserName } from '../detect/recognise/recognisers.js';
import type { Region } from '../snapshot/layout.js';
import type { DetectionInput } from './detector.js';
import type { Side } from './jobs.js';
import type { EngineRun } from './run.js';

export function recognisedAlignment(
  { pairs, run }: DetectionInput,
  recognisers: readonly RecogniserName[],
): Alignment {
  return alignRecognised(lookInto(run, 'base'), lookInto(run, 'target'), pairs, recognisers);
}

/**
 * The granularity of comparison in place, region by region: the page size of the target's file where a region lies in one file that has pages, else
 * `blockBytes`. Each file is looked at once.
 */
export function recognisedBlockBytes(
  { target, run }: DetectionInput,
  regions: readonly Region[],
  recognisers: readonly RecogniserName[],
  blockBytes: number,
): number[] {
  const { layout } = target;
  const known = new Map<number, number | undefined>();
  const { reader } = lookInto(run, 'target');
  return regions.map(({ address, length }) => {
    const entry = layout.entryAt(address);
    const [start, end] = [layout.startOf(entry), layout.endOf(entry)];
    if (recognisers.length === 0 || address + length > end) return blockBytes;
    if (!known.has(entry)) known.set(entry, recognisedPageBytes(reader, start, end, recognisers));
    return known.get(entry) ?? blockBytes;
  });
}

function lookInto(run: EngineRun, side: Side): LookedInto {
  const { reader, meter } = run.scanContext(side);
  const shape = run.sides[side];
  assert(shape !== undefined, 'the content of this side is at hand');
  return {
    shape,
    reader: {
      read(address, into) {
        meter.time('read', () => reader.read(address, into));
        meter.count('bytesRead', into.length);
      },
      close: () => reader.close(),
    },
  };
}
