/** `snapdelta pull`: a version from a server into a target, which the next push is made from. */
import { lstatSync } from 'node:fs';
import { formatBytes } from '../../base/units.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import type { Snapshot } from '../../engine/snapshot/snapshot.js';
import { openAgent } from '../../replication/io/services.js';
import type { Agent, PullResult } from '../../replication/session/agent.js';
import { dotText } from '../../replication/versions/version.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { addressOf, agentOptions, asked, checkVolume, dotOf } from '../replication/asking.js';
import { identityOf, stateFolderOf } from '../replication/identity-file.js';
import { snapshotSpeedText, transferDisplay } from '../replication/transfer-display.js';
import { wantedTarget, type FirstReady } from '../replication/wanted-target.js';
import { monotonicClock } from './options.js';

export async function runPull(input: Input, context: Context): Promise<Outcome> {
  const identity = identityOf(input);
  addressOf(input, 'from');
  const output = input.required('output');
  const base = input.text('base') ?? (isThere(output) && input.flag('force') ? output : undefined);
  const { agent, close } = await openAgent(
    stateFolderOf(input),
    identity,
    agentOptions(input, context, identity),
  );
  try {
    return await pullInto(agent, base, 'adopt', input, context);
  } finally {
    close();
  }
}

/** Also what `restore` from a server is: a pull that the agent's next push does not follow. */
export async function pullInto(
  agent: Agent,
  basePath: string | undefined,
  purpose: 'adopt' | 'look',
  input: Input,
  context: Context,
): Promise<Outcome> {
  const { signal, terminal } = context;
  const address = addressOf(input, 'from');
  const volume = checkVolume(input.positional('VOLUME'));
  const dot = dotOf(input);
  const base: { readonly base?: Snapshot } = basePath === undefined ? {} : { base: openSnapshot(basePath) };
  const { target, ready, startMs } = wantedTarget(input, context);
  const result = await asked(address, () =>
    agent.pull(address, volume, target, {
      ...base,
      ...(dot === undefined ? {} : { dot }),
      signal,
      first: input.list('first'),
      isAdopted: purpose === 'adopt',
      onProgress: transferDisplay(terminal, purpose === 'adopt' ? 'pulling' : 'restoring'),
    }),
  );
  return pulled(result, input.required('output'), ready, monotonicClock.nowMs() - startMs);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function pulled(
  { version, manifest, neededBlocks, segments, packageBytes, resynchronised, attempts }: PullResult,
  output: string,
  first: readonly FirstReady[],
  elapsedMs: number,
): Outcome {
  const { totalBytes } = manifest.id;
  return {
    document: {
      target: output,
      volume: version.volume,
      dot: dotText(version.dot),
      bytes: totalBytes,
      blocks: { received: neededBlocks },
      segments,
      receivedBytes: { packages: packageBytes },
      first,
      resynchronised,
      attempts,
      elapsedMs,
    },
    text: `${output}: ${dotText(version.dot)} of ${version.volume}, ${formatBytes(totalBytes)}, verified; ${formatBytes(packageBytes)} received in ${snapshotSpeedText(totalBytes, elapsedMs)}`,
    kind: 'summary',
  };
}
