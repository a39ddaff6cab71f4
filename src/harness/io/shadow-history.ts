/**
 * One volume that changes versions in the midst of its history, with real processes on loopback: the stable side begins; server and agent are upgraded; an agent that was left behind pushes
 * and restores; the server is rolled back before the agent, then the agent, too. Whatever fails with the candidate's server breaks compatibility, whatever fails after it, rollback.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError, WorldError } from '../../base/errors.js';
import type { SnapshotStep } from '../canary/directories.js';
import type { Problem } from '../canary/gates.js';
import { firstDifference } from './compare-trees.js';
import { loopback } from './served-folder.js';
import type { ShadowProgram } from './shadow-program.js';

type SideName = 'stable' | 'candidate';

interface Phase {
  readonly server: SideName;
  readonly gate: 'compatibility' | 'rollback' | undefined;
  /** Who restores, before anything else, what was pushed last before the server changed. */
  readonly restoredBy?: SideName;
  /** In turn: who pushes which snapshot, and who then restores it. */
  readonly pushes: readonly (readonly [
    pusher: SideName,
    snapshot: 'basePath' | 'targetPath',
    reader: SideName,
  ])[];
}

/** What every phase pushes last. */
const lastPushed = 'basePath';

const phases: readonly Phase[] = [
  { server: 'stable', gate: undefined, pushes: [['stable', 'basePath', 'stable']] },
  {
    server: 'candidate',
    gate: 'compatibility',
    restoredBy: 'stable',
    pushes: [
      ['candidate', 'targetPath', 'stable'],
      ['stable', 'basePath', 'candidate'],
    ],
  },
  {
    server: 'stable',
    gate: 'rollback',
    restoredBy: 'stable',
    pushes: [
      ['candidate', 'targetPath', 'candidate'],
      ['stable', 'basePath', 'stable'],
    ],
  },
];

/** What broke, or undefined. Throws UsageError where the stable side cannot do it alone, CancelledError. */
export async function mixedHistory(
  programs: Readonly<Record<SideName, ShadowProgram>>,
  step: SnapshotStep,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Pick<Problem, 'gate' | 'message'> | undefined> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const keys = join(folder, 'keys');
  const repository = join(folder, 'repository');
  const identities = ['--server', 'server', '--host', loopback, '--agent', 'agent'];
  const made = await programs.stable.run('keys', 'init', keys, ...identities);
  if ('failure' in made) throw new UsageError(`the stable side itself fails: ${made.failure}`);
  for (const { server, gate, restoredBy, pushes } of phases) {
    let failure: string | undefined;
    try {
      const served = await programs[server].serve(repository, join(keys, 'server.pem'), signal);
      try {
        const at: Place = { programs, address: served.address, step, folder };
        if (restoredBy !== undefined) failure = await restored(at, restoredBy, lastPushed);
        for (const push of pushes) failure ??= await pushed(at, push);
      } finally {
        await served.stop();
      }
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      failure = error.message;
    }
    if (failure === undefined) continue;
    const message = `with the ${server} side's server, ${failure}`;
    if (gate === undefined) throw new UsageError(`the stable side itself fails: ${message}`);
    return { gate, message };
  }
  return undefined;
}

interface Place {
  readonly programs: Readonly<Record<SideName, ShadowProgram>>;
  readonly address: string;
  readonly step: SnapshotStep;
  readonly folder: string;
}

/** What failed, or undefined. */
async function pushed(
  at: Place,
  [pusher, snapshot, reader]: Phase['pushes'][number],
): Promise<string | undefined> {
  const { programs, address, step } = at;
  const push = await programs[pusher].run(
    ...['push', step[snapshot], '--to', address, '--volume', 'shadow', ...identityOf(at)],
  );
  if ('failure' in push) return `by the ${pusher} side's agent: ${push.failure}`;
  return restored(at, reader, snapshot);
}

async function restored(
  at: Place,
  reader: SideName,
  snapshot: 'basePath' | 'targetPath',
): Promise<string | undefined> {
  const { programs, address, step, folder } = at;
  const restoredPath = join(folder, 'restored');
  rmSync(restoredPath, { recursive: true, force: true });
  const restore = await programs[reader].run(
    ...['restore', 'shadow', '--from', address, '-o', restoredPath, ...identityOf(at)],
  );
  if ('failure' in restore) return `by the ${reader} side's agent: ${restore.failure}`;
  const difference = firstDifference(step[snapshot], restoredPath, 'content');
  return difference === undefined
    ? undefined
    : `the ${reader} side's agent gets another snapshot: ${difference}`;
}

function identityOf({ folder }: Place): string[] {
  return ['--identity', join(folder, 'keys', 'agent.pem'), '--quiet'];
}
