/** `snapdelta manifest`: reads a snapshot once and writes its block ids, or compares them with a manifest at hand. */
import { UsageError } from '../../base/errors.js';
import { leafBytes } from '../../base/limits.js';
import { formatBytes } from '../../base/units.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { buildManifest } from '../../engine/manifest.js';
import { encodeManifest } from '../../engine/package/manifest-file.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Profile } from '../../engine/profile/profile.js';
import { isCutting, requireListing } from '../../engine/strategy/strategy.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { optimiseLater } from '../optimisation.js';
import { refuseInputs, writeOutput } from '../output.js';
import { chooseStrategy, type StrategyRequest } from '../strategy-choice.js';
import { cuttingSettings } from '../../engine/strategy/blocks-detector.js';
import { hex } from '../text/hex.js';
import { runCheck } from './check-manifest.js';
import { hasherFor, readManifest } from './manifests.js';
import { profileOf, progressLine, stageClock, timeMicros, workersFor } from './options.js';

export async function runManifest(input: Input, context: Context): Promise<Outcome> {
  const output = input.text('output');
  const check = input.text('check');
  if ((output === undefined) === (check === undefined)) {
    throw new UsageError('manifest needs either -o MANIFEST or --check MANIFEST', {
      hint: "see 'snapdelta manifest --help'",
    });
  }
  if (check !== undefined) return runCheck(input, context, check);
  if (output === '-' && context.terminal.json) {
    throw new UsageError('--json and -o - both want stdout', { hint: 'write the manifest to a file' });
  }
  const path = output ?? '';
  const previousPath = input.text('previous');
  const previous = previousPath === undefined ? undefined : readManifest(previousPath);
  const profile = await profileOf(input);
  const strategy = requireListing(chooseStrategy(requestOf(input, profile, previous)));
  const volume = input.text('volume') ?? previous?.volume;
  const time = input.text('time');
  refuseInputs(path, [input.positional('SNAPSHOT')]);
  const snapshot = openSnapshot(input.positional('SNAPSHOT'));
  optimiseLater(snapshot.layout.totalBytes);
  const { manifest, reading } = await buildManifest(snapshot, {
    strategy,
    ...workersFor(input, profile?.limits.workersMax),
    clock: stageClock(context),
    signal: context.signal,
    onProgress: ({ doneBytes, totalBytes }) =>
      context.terminal.progress(() => progressLine('hashing', doneBytes, totalBytes)),
    ...(volume === undefined ? {} : { volume }),
    ...(time === undefined ? {} : { timeMicros: timeMicros(time) }),
    ...(previous === undefined ? {} : { previous }),
  });
  const bytes = encodeManifest(manifest, hasherFor(manifest.fingerprint));
  await writeOutput(path, [bytes], context.signal);
  return {
    document: { ...manifestDocument(manifest), manifest: path, bytes: bytes.length, counts: reading.counts },
    text: `${path === '-' ? 'stdout' : path}: ${manifest.blocks.ends.length} blocks of ${formatBytes(manifest.layout.totalBytes)}, ${formatBytes(bytes.length)}`,
    kind: path === '-' ? 'log' : 'summary',
  };
}

/** A profile whose strategy cuts no blocks lists leaves: blocks of 64 KiB, which identities are made of. */
function requestOf(
  input: Input,
  profile: Profile | undefined,
  previous: Manifest | undefined,
): StrategyRequest {
  const given = input.text('strategy');
  const settings = input.pairs('set');
  const listsLeaves = profile !== undefined && given === undefined && !isCutting(profile.strategy);
  const isPlain = profile === undefined && previous === undefined;
  return {
    profile,
    strategy: given ?? (listsLeaves || isPlain ? 'fixed' : undefined),
    settings: listsLeaves ? { blockBytes: leafBytes, subBlock: false, ...settings } : settings,
    manifest: previous,
  };
}

function manifestDocument(manifest: Manifest) {
  const { volume, form, timeMicros: time, id, fingerprint, chunker, blocks, entries, origins } = manifest;
  return {
    volume,
    form,
    timeMicros: time,
    content: hex(id.content),
    metadata: hex(id.metadata),
    fingerprint,
    chunker: { name: chunker.name, ...cuttingSettings(chunker).settings },
    entries: entries.length,
    blocks: blocks.ends.length,
    totalBytes: id.totalBytes,
    origins: origins.length,
  };
}
