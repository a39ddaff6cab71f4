/** The target of a pull or restore, as the command line says: free or to be replaced, wanted parts first, and what came of it. */
import { lstatSync } from 'node:fs';
import { UsageError } from '../../base/errors.js';
import { formatBytes, formatDuration } from '../../base/units.js';
import type { Context } from '../command.js';
import type { Input } from '../input.js';
import { monotonicClock } from '../actions/options.js';
import { LateTarget } from './late-target.js';

export interface FirstReady {
  readonly wanted: string;
  readonly bytes: number;
  readonly afterMs: number;
}

export interface WantedTarget {
  readonly target: LateTarget;
  /** What of --first is complete, in that order. */
  readonly ready: readonly FirstReady[];
  readonly startMs: number;
}

/** Throws UsageError where TARGET may not be written. */
export function wantedTarget(input: Input, { terminal }: Context): WantedTarget {
  const output = input.required('output');
  const overwrite = input.flag('force');
  if (!overwrite && lstatSync(output, { throwIfNoEntry: false }) !== undefined) {
    throw new UsageError(`${output} exists already`, {
      hint: 'choose another name, or give --force to replace it',
    });
  }
  const startMs = monotonicClock.nowMs();
  const ready: FirstReady[] = [];
  const target = new LateTarget(output, {
    overwrite,
    isFlushed: input.flag('flush'),
    first: input.list('first'),
    onFirst: ({ wanted, bytes, place }) => {
      const afterMs = monotonicClock.nowMs() - startMs;
      ready.push({ wanted, bytes, afterMs });
      terminal.log(`${wanted}: ${formatBytes(bytes)} ready after ${formatDuration(afterMs)}, in ${place}`);
    },
  });
  return { target, ready, startMs };
}
