/** `snapdelta diff`: opens both sides, settles the strategy, streams the package to its place. */
import { UsageError } from '../../base/errors.js';
import { formatBytes, formatNumber } from '../../base/units.js';
import { diff } from '../../engine/diff.js';
import type { DiffSummary } from '../../engine/diff.js';
import { signRoot } from '../../engine/package/signature.js';
import type { Profile } from '../../engine/profile/profile.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import { describeStrategy } from '../../engine/strategy/settings.js';
import type { Strategy } from '../../engine/strategy/strategy.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { readPrivateKey } from '../key-files.js';
import { optimiseLater } from '../optimisation.js';
import { refuseInputs, writeOutput } from '../output.js';
import { chooseStrategy } from '../strategy-choice.js';
import { hex } from '../text/hex.js';
import { counted } from '../text/words.js';
import { openBase } from './manifests.js';
import { baseManifestOf, targetManifestPath, writeTargetManifest } from './leaf-manifests.js';
import { profileOf, progressLine, stageClock, timeMicros, versionVector, workersFor } from './options.js';
import { trackedDocument, trackedText, trackingOf } from './tracking.js';

const doing = { detect: 'finding changes in', encode: 'encoding' } as const;

export async function runDiff(input: Input, context: Context): Promise<Outcome> {
  const output = input.required('output');
  if (output === '-' && context.terminal.json) {
    throw new UsageError('--json and -o - both want stdout', { hint: 'write the package to a file' });
  }
  const profile = await profileOf(input);
  const sign = signer(input.text('sign-key'), profile);
  const time = input.text('time');
  const volume = input.text('volume');
  const inputs = [input.positional('BASE'), input.positional('TARGET')];
  refuseInputs(output, [...inputs, ...[input.text('base-manifest') ?? []].flat()]);
  const manifestOutput = targetManifestPath(input, inputs);
  const { base, manifest } = openBase(input.positional('BASE'));
  const baseManifest = baseManifestOf(input, manifest);
  const target = openSnapshot(input.positional('TARGET'));
  const images = { baseBytes: base.layout.totalBytes, targetBytes: target.layout.totalBytes };
  optimiseLater(images.baseBytes + images.targetBytes);
  const tracking = await trackingOf(input, images, baseManifest);
  for (const skipped of target.skipped) context.terminal.log(`skipped ${skipped.path}: ${skipped.kind}`);
  const strategy = chooseStrategy({
    profile,
    strategy: input.text('strategy'),
    settings: {
      ...(baseManifest === undefined || profile !== undefined
        ? {}
        : { fingerprint: baseManifest.fingerprint }),
      ...input.pairs('set'),
    },
    manifest,
  });
  const run = diff(base, target, {
    strategy,
    ...workersFor(input, profile?.limits.workersMax),
    clock: stageClock(context),
    signal: context.signal,
    onProgress: ({ phase, doneBytes, totalBytes }) =>
      context.terminal.progress(() => progressLine(doing[phase], doneBytes, totalBytes)),
    versions: versionVector(input.pairs('writer')),
    ...(volume === undefined ? {} : { volume }),
    ...(time === undefined ? {} : { timeMicros: timeMicros(time) }),
    ...(sign === undefined ? {} : { sign }),
    ...(tracking === undefined ? {} : { tracking: tracking.tracking }),
  });
  await writeOutput(output, run, context.signal);
  const { summary } = run;
  if (manifestOutput !== undefined) {
    await writeTargetManifest(manifestOutput, target, summary, manifest ?? baseManifest, context.signal);
  }
  return {
    document: { ...document(summary, strategy, output), ...trackedDocument(tracking, summary) },
    text: [
      text(summary, strategy, output === '-' ? 'stdout' : output),
      ...trackedText(tracking, summary),
    ].join('\n'),
    kind: output === '-' ? 'log' : 'summary',
  };
}

function signer(keyFile: string | undefined, profile: Profile | undefined) {
  if (keyFile === undefined) {
    if (profile?.features.signatures !== 'required') return undefined;
    throw new UsageError(`profile ${profile.name} requires a signature`, {
      hint: 'give --sign-key FILE; make a key with: snapdelta keys init FILE',
    });
  }
  const key = readPrivateKey(keyFile);
  return (message: Uint8Array) => signRoot(key, message);
}

function document(summary: DiffSummary, strategy: Strategy, output: string) {
  const { header, structure, segmentCount, packageBytes, packageRoot, reading } = summary;
  return {
    delta: output,
    bytes: packageBytes,
    targetBytes: header.target.totalBytes,
    segments: segmentCount,
    entriesChanged: structure.changed.length,
    entriesRemoved: structure.removed.length,
    volume: header.volume,
    timeMicros: header.timeMicros,
    strategy: strategy.name,
    parameters: header.parameters,
    base: hex(header.base.content),
    target: hex(header.target.content),
    root: hex(packageRoot),
    counts: reading.counts,
    stageMs: reading.stageMs,
  };
}

function text(
  { header, packageBytes, segmentCount }: DiffSummary,
  strategy: Strategy,
  output: string,
): string {
  const { totalBytes } = header.target;
  const share =
    totalBytes === 0
      ? ''
      : ` (${formatNumber((packageBytes / totalBytes) * 100)} % of ${formatBytes(totalBytes)})`;
  return `${output}: ${formatBytes(packageBytes)}${share}, ${counted(segmentCount, 'segment')}, ${describeStrategy(strategy)}`;
}
