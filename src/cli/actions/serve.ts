/** `snapdelta serve`: a repository behind TLS until a signal stops it. What happens is told line by line on stderr. */
import { rmSync } from 'node:fs';
import { DataError, SnapdeltaError, UsageError } from '../../base/errors.js';
import { formatBytes, parseDuration } from '../../base/units.js';
import { fingerprintNames } from '../../engine/fingerprint/fingerprint.js';
import { identityOf } from '../replication/identity-file.js';
import { chunkerChoice, codecChoice, policies, retentions } from '../replication/server-choices.js';
import { startService, type Service, type ServiceOptions } from '../../replication/io/services.js';
import { parseAddress } from '../../replication/io/tls-link.js';
import { segmentBytesMax, segmentBytesMin } from '../../replication/protocol/limits.js';
import type { AuditVerdict } from '../../replication/audit/verify.js';
import type { ScrubReport } from '../../replication/repository/repository.js';
import { dotText } from '../../replication/versions/version.js';
import type { Context, Outcome } from '../command.js';
import type { Input } from '../input.js';
import { writeOutput } from '../output.js';
import type { Terminal } from '../terminal.js';
import { counted, damageText } from '../text/words.js';

const connectionsMax = 10_000;
const intervalMsMin = 1000;
const intervalMsMax = 720 * 3_600_000;

class Counts {
  committed = 0;
  sent = 0;
  refused = 0;
  failed = 0;
}

export async function runServe(input: Input, context: Context): Promise<Outcome> {
  const folder = input.positional('FOLDER');
  const counts = new Counts();
  const options = optionsOf(input, context, counts);
  const service = await startService(folder, options);
  const addressFile = input.text('address-file');
  try {
    tellStart(folder, service, options, context);
    if (addressFile !== undefined) {
      await writeOutput(addressFile, [Buffer.from(`${options.host}:${service.port}\n`)], context.signal);
    }
    await stopped(context.signal);
  } finally {
    if (addressFile !== undefined) rmSync(addressFile, { force: true });
    await service.close();
  }
  const { committed, sent, refused, failed } = counts;
  return {
    document: { folder, port: service.port, committed, sent, refused, failed },
    text: `${folder}: ${counted(committed, 'version')} committed, ${sent} sent, ${refused} refused, ${failed} failed`,
    kind: 'summary',
  };
}

function optionsOf(input: Input, context: Context, counts: Counts): ServiceOptions {
  const { terminal } = context;
  const identity = identityOf(input);
  if (identity.role !== 'server') {
    throw new UsageError(`'${identity.name}' is an agent's identity, not a server's`, {
      hint: `make one with: snapdelta keys init DIR --server NAME --host HOST`,
    });
  }
  const { host, port } = parseAddress(input.required('listen'), 0);
  const peers = input.list('peer');
  for (const peer of peers) parseAddress(peer);
  const fingerprint = input.choice('fingerprint', fingerprintNames);
  const connections = input.count('connections', 1, connectionsMax);
  const segmentBytes = segmentBytesOf(input);
  const intervalMs = intervalOf(input, 'upkeep');
  const scrubMs = intervalOf(input, 'scrub');
  const retentionOf = retentions(input.list('retain'));
  const failed = (error: unknown, peer: string): void => {
    counts.failed++;
    terminal.log(`${peer === '' ? 'upkeep' : peer}: ${reasonOf(error)}`);
  };
  return {
    host,
    port,
    identity,
    name: identity.name,
    peers,
    policyOf: policies(input.list('policy')),
    repository: {
      ...chunkerChoice(input.text('chunker')),
      ...codecChoice(input.text('codec')),
      ...(fingerprint === undefined ? {} : { fingerprint }),
    },
    ...(segmentBytes === undefined ? {} : { segmentBytesMax: segmentBytes }),
    ...(connections === undefined ? {} : { connectionsMax: connections }),
    upkeep: {
      retentionOf,
      ...(intervalMs === undefined ? {} : { intervalMs }),
      ...(scrubMs === undefined ? {} : { scrubMs }),
      onScrub: (report) => scrubbed(report, context),
      onAudit: (verdict) => audited(verdict, terminal),
      onFailure: (error) => failed(error, ''),
      onRound: ({ expiredStagings, forgottenVersions, removedBytes }) => {
        if (expiredStagings + forgottenVersions + removedBytes === 0) return;
        terminal.log(
          `upkeep: ${counted(forgottenVersions, 'version')} forgotten, ${counted(expiredStagings, 'staging')} given up, ${formatBytes(removedBytes)} freed`,
        );
      },
    },
    fanOut: {
      onSent: (_, { volume, dot }, peer) => {
        counts.sent++;
        terminal.log(`${volume}: ${dotText(dot)} sent to ${peer}`);
      },
      onFailure: failed,
    },
    onCommitted: ({ version, totalBytes }) => {
      counts.committed++;
      terminal.log(`${version.volume}: ${dotText(version.dot)} committed, ${formatBytes(totalBytes)}`);
    },
    onSent: ({ packageBytes }, peer) => {
      counts.sent++;
      terminal.log(`${peer}: pulled, ${formatBytes(packageBytes)}`);
    },
    onRefused: (reason) => {
      counts.refused++;
      terminal.log(`refused: ${reason}`);
    },
    onFailure: failed,
  };
}

function segmentBytesOf(input: Input): number | undefined {
  const bytes = input.bytes('segment');
  if (bytes === undefined || (bytes >= segmentBytesMin && bytes <= segmentBytesMax)) return bytes;
  throw new UsageError(
    `--segment: ${bytes} is not from ${formatBytes(segmentBytesMin)} to ${formatBytes(segmentBytesMax)}`,
  );
}

/** Of --upkeep and --scrub. */
function intervalOf(input: Input, option: 'upkeep' | 'scrub'): number | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  const intervalMs = parseDuration(text, `--${option}`);
  if (intervalMs >= intervalMsMin && intervalMs <= intervalMsMax) return intervalMs;
  throw new UsageError(`--${option}: '${text}' is not from 1s to 720h`);
}

function scrubbed(report: ScrubReport, { terminal }: Context): void {
  for (const damage of report.damage) terminal.log(damageText(damage));
  for (const { version } of report.affected)
    terminal.log(`${version.volume}: ${dotText(version.dot)} cannot be restored whole`);
  const found = report.damage.length === 0 ? 'nothing damaged' : `${report.damage.length} damaged`;
  terminal.log(
    `scrub: ${counted(report.checkedObjects, 'object')}, ${counted(report.checkedBlocks, 'block')}, ${found}`,
  );
}

/** An intact log goes without saying. */
function audited(verdict: AuditVerdict, terminal: Terminal): void {
  if (verdict.state === 'intact') return;
  const { key, sequence, reason } = verdict;
  terminal.log(`audit log damaged: ${key}: record ${sequence}: ${reason}; records before it are proved`);
}

function tellStart(
  folder: string,
  { port, repository, server }: Service,
  { host }: ServiceOptions,
  { terminal }: Context,
): void {
  for (const damage of repository.damage) terminal.log(damageText(damage));
  for (const { volume, dot } of server.volumes.lost)
    terminal.log(`${volume}: ${dotText(dot)} was committed here and is lost: push it again`);
  const versions = repository.volumes.reduce((sum, volume) => sum + repository.versions(volume).length, 0);
  const held = `${counted(versions, 'version')} of ${counted(repository.volumes.length, 'volume')}`;
  terminal.log(`listening on ${host}:${port}; ${folder} has ${held}`);
}

function reasonOf(error: unknown): string {
  if (error instanceof DataError && error.cause instanceof Error)
    return `${error.message} (${error.cause.message})`;
  return error instanceof SnapdeltaError ? error.message : String(error);
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
