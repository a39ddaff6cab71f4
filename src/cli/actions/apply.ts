/** `snapdelta apply`: streams a package onto a target that appears whole or not at all. */
import { lstatSync } from 'node:fs';
import { UsageError } from '../../base/errors.js';
import { Meter } from '../../base/meter.js';
import { formatBytes, formatDuration } from '../../base/units.js';
import { apply } from '../../engine/apply/apply.js';
import type { ApplySummary } from '../../engine/apply/apply.js';
import type { Profile } from '../../engine/profile/profile.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import { createTarget } from '../../engine/snapshot/target.js';
import { createWasmKernels } from '../../kernels/load.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { readPublicKey } from '../key-files.js';
import { optimiseLater } from '../optimisation.js';
import { readPieces } from '../pieces.js';
import { hex } from '../text/hex.js';
import { namedAsync } from './naming.js';
import { monotonicClock, profileOf, progressLine, stageClock } from './options.js';

export async function runApply(input: Input, context: Context): Promise<Outcome> {
  const output = input.required('output');
  const delta = input.positional('DELTA');
  const trust = input.list('trust').map(readPublicKey);
  requireTrustFor(await profileOf(input), trust.length);
  if (!input.flag('force') && lstatSync(output, { throwIfNoEntry: false }) !== undefined) {
    throw new UsageError(`${output} exists already`, {
      hint: 'choose another name, or give --force to replace it',
    });
  }
  const base = openSnapshot(input.positional('BASE'));
  // The target is about as large.
  optimiseLater(2 * base.layout.totalBytes);
  const startMs = monotonicClock.nowMs();
  const summary = await namedAsync(delta, () =>
    apply(
      base,
      readPieces(delta),
      ({ form }) =>
        createTarget(output, {
          form,
          overwrite: input.flag('force'),
          ...(input.flag('flush') ? { durability: 'flushed' } : {}),
        }),
      {
        kernels: createWasmKernels(),
        meter: new Meter(stageClock(context)),
        signal: context.signal,
        onProgress: ({ doneBytes, totalBytes }) =>
          context.terminal.progress(() => progressLine('rebuilding', doneBytes, totalBytes)),
        metadata: input.flag('ignore-metadata') ? 'ignore' : 'exact',
        trust,
        requireSignature: trust.length > 0,
      },
    ),
  );
  const { header } = summary;
  const time = formatDuration(monotonicClock.nowMs() - startMs);
  return {
    document: document(summary, output),
    text: `${output}: ${formatBytes(header.target.totalBytes)} rebuilt and verified in ${time}`,
    kind: 'summary',
  };
}

function requireTrustFor(profile: Profile | undefined, keyCount: number): void {
  if (profile?.features.signatures !== 'required' || keyCount > 0) return;
  throw new UsageError(`profile ${profile.name} requires a trusted signature`, {
    hint: 'give --trust FILE with the public key of whoever signs',
  });
}

function document({ header, reading, ...summary }: ApplySummary, output: string) {
  return {
    target: output,
    bytes: header.target.totalBytes,
    entries: header.target.entryCount,
    volume: header.volume,
    timeMicros: header.timeMicros,
    content: hex(header.target.content),
    packageBytes: summary.packageBytes,
    segments: summary.segmentCount,
    entriesListed: summary.listedCount,
    entriesRemoved: summary.removedCount,
    signatures: summary.signatures,
    counts: reading.counts,
    stageMs: reading.stageMs,
  };
}
