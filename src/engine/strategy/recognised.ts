/** The alignment that a strategy's recognisers give; what they read is counted. */
import { assert } from '../../base/errors.js';
import { alignRecognised } from '../detect/recognise/align.js';
import type { Alignment } from '../detect/alignment.js';
import type { LookedInto } from '../detect/recognise/looked-into.js';
import type { RecogniserName } from '../detect/recognise/recognisers.js';
import type { DetectionInput } from './detector.js';
import type { Side } from './jobs.js';
import type { EngineRun } from './run.js';

export function recognisedAlignment(
  { pairs, run }: DetectionInput,
  recognisers: readonly RecogniserName[],
): Alignment {
  return alignRecognised(lookInto(run, 'base'), lookInto(run, 'target'), pairs, recognisers);
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
