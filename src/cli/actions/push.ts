/** `snapdelta push`: one snapshot to one server. When it says so, the version is durable there. */
import { formatBytes } from '../../base/units.js';
import { openSnapshot } from '../../engine/snapshot/open.js';
import { openAgent } from '../../replication/io/services.js';
import type { PushResult } from '../../replication/session/agent.js';
import { dotText } from '../../replication/versions/version.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { addressOf, agentOptions, asked, checkVolume } from '../replication/asking.js';
import { identityOf, stateFolderOf } from '../replication/identity-file.js';
import { withSource } from '../replication/source.js';
import { snapshotSpeedText, transferDisplay } from '../replication/transfer-display.js';
import { monotonicClock } from './options.js';

export async function runPush(input: Input, context: Context): Promise<Outcome> {
  const { signal, terminal } = context;
  const address = addressOf(input, 'to');
  const volume = checkVolume(input.required('volume'));
  const identity = identityOf(input);
  const basePath = input.text('base');
  const base = basePath === undefined ? {} : { base: openSnapshot(basePath) };
  const source = input.positional('SOURCE');
  return await withSource(source, signal, async (snapshot) => {
    for (const skipped of snapshot.skipped) terminal.log(`skipped ${skipped.path}: ${skipped.kind}`);
    const { agent, close } = await openAgent(
      stateFolderOf(input),
      identity,
      agentOptions(input, context, identity),
    );
    try {
      const startMs = monotonicClock.nowMs();
      const result = await asked(address, () =>
        agent.push(address, volume, snapshot, {
          ...base,
          signal,
          onProgress: transferDisplay(terminal, 'pushing'),
        }),
      );
      const { totalBytes } = snapshot.layout;
      const elapsedMs = monotonicClock.nowMs() - startMs;
      return {
        document: { server: address, ...document(result, totalBytes), elapsedMs },
        text: text(result, address, totalBytes, elapsedMs),
        kind: 'summary',
      };
    } finally {
      close();
    }
  });
}

function document(result: PushResult, totalBytes: number) {
  const { version, committed, attempts } = result;
  return {
    volume: version.volume,
    dot: dotText(version.dot),
    head: dotText(committed.head),
    concurrent: committed.concurrent.map(dotText),
    bytes: totalBytes,
    blocks: { changed: result.candidateBlocks, sent: result.neededBlocks },
    segments: result.segments,
    sentBytes: { manifest: result.manifestBytes, packages: result.packageBytes },
    resynchronised: result.resynchronised,
    attempts,
  };
}

function text(result: PushResult, address: string, totalBytes: number, elapsedMs: number): string {
  const { version, committed } = result;
  const sent = formatBytes(result.manifestBytes + result.packageBytes);
  const concurrent = committed.concurrent.map(dotText);
  const line = `${version.volume}: ${dotText(version.dot)} of ${formatBytes(totalBytes)} is on ${address}; ${sent} sent in ${snapshotSpeedText(totalBytes, elapsedMs)}`;
  if (concurrent.length === 0) return line;
  return `${line}\nthe head is ${dotText(committed.head)}; concurrent to it: ${concurrent.join(', ')}`;
}
