/** `snapdelta manifest SNAPSHOT --check MANIFEST`: is the snapshot still what the manifest says, and if not, where not? */
import { DataError, exitCodes, unreachable } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import type { Manifest } from '../../engine/fingerprint/manifest.js';
import { buildManifest } from '../../engine/manifest.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import { cuttingSettings } from '../../engine/strategy/blocks-detector.js';
import { resolveStrategy } from '../../engine/strategy/settings.js';
import { requireListing } from '../../engine/strategy/strategy.js';
import { verifyManifest } from '../../engine/verify/verify.js';
import type { VerifyOutcome } from '../../engine/verify/verify.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { checkText } from '../text/check.js';
import { hasherFor, readManifest } from './manifests.js';
import { progressLine, stageClock, workersFor } from './options.js';

export async function runCheck(input: Input, context: Context, path: string): Promise<Outcome> {
  const kept = readManifest(path);
  const snapshotPath = input.positional('SNAPSHOT');
  const snapshot = openSnapshot(snapshotPath);
  if (snapshot.form !== kept.form) {
    const kinds = { image: 'a single file', tree: 'a directory' } as const;
    throw new DataError(`${snapshotPath} is ${kinds[snapshot.form]}, the manifest is of ${kinds[kept.form]}`);
  }
  const { manifest: found } = await buildManifest(snapshot, {
    strategy: strategyOf(kept),
    rulesOf: kept,
    ...workersFor(input, undefined),
    clock: stageClock(context),
    signal: context.signal,
    onProgress: ({ doneBytes, totalBytes }) =>
      context.terminal.progress(() => progressLine('checking', doneBytes, totalBytes)),
  });
  const outcome = verifyManifest(kept, found, hasherFor(kept.fingerprint), {
    metadata: input.flag('ignore-metadata') ? 'ignore' : 'exact',
  });
  return told(outcome, snapshotPath, path);
}

/** Cuts and hashes as the manifest was made. */
function strategyOf({ chunker, fingerprint }: Manifest) {
  const { name, settings } = cuttingSettings(chunker);
  return requireListing(resolveStrategy(name, { ...settings, fingerprint, subBlock: false }));
}

function told(outcome: VerifyOutcome, snapshot: string, manifest: string): Outcome {
  const document = { snapshot, manifest, ...outcome };
  switch (outcome.state) {
    case 'match': {
      const text = `${snapshot}: matches, ${outcome.blocks} blocks, ${formatBytes(outcome.bytes)}`;
      return { document, text, kind: 'summary' };
    }
    case 'damaged manifest':
      throw new DataError(`${manifest}: its entries and blocks contradict each other`, {
        hint: 'make or fetch it again',
      });
    case 'differs':
      return { document, text: checkText(snapshot, outcome), kind: 'answer', exitCode: exitCodes.data };
    default:
      return unreachable(outcome);
  }
}
