/**
 * Every snapshot that was acknowledged outlives kill -9 of server and agent, byte for byte. A short series; for a long one:
 *   KILLS=100 npx vitest run test/end-to-end/kill-series.test.ts
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { memoryTarget } from '../../src/engine/snapshot/target-memory.js';
import { verifyAudit } from '../../src/replication/audit/verify.js';
import { createAuthority, issueIdentity } from '../../src/replication/io/certificates.js';
import { identityText } from '../../src/replication/io/identity.js';
import { openStore } from '../../src/replication/io/open-store.js';
import { readingAgent } from '../../src/replication/io/services.js';
import type { Identity } from '../../src/replication/io/tls-link.js';
import { openRepository } from '../../src/replication/repository/open.js';
import { dotText } from '../../src/replication/versions/version.js';
import { loopback } from '../cli/serving.js';
import { KillSeries, sha256 } from './kill-series.js';

const killCount = Number(process.env['KILLS'] ?? 20);
const seed = Number(process.env['SEED'] ?? 1);
const folder = mkdtempSync(join(tmpdir(), 'snapdelta-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function makeKeys(): Promise<Identity> {
  const nowMs = Date.now();
  const authority = await createAuthority(nowMs);
  const issue = (name: string, hosts: readonly string[]) =>
    issueIdentity(authority, { name, role: hosts.length > 0 ? 'server' : 'agent', hosts }, nowMs);
  mkdirSync(join(folder, 'keys'));
  writeFileSync(join(folder, 'keys/backup.pem'), identityText(await issue('backup', [loopback])));
  writeFileSync(join(folder, 'keys/laptop.pem'), identityText(await issue('laptop', [])));
  return await issue('auditor', []);
}

/** SHA-256 of each version that the server has, by dot. */
async function restoredFrom(address: string, identity: Identity): Promise<Map<string, string>> {
  const agent = readingAgent(identity, { name: 'auditor', attemptsMax: 3 });
  const restored = new Map<string, string>();
  for (const { version } of await agent.list(address, 'disk')) {
    const target = memoryTarget();
    await agent.pull(address, 'disk', target, { dot: version.dot, isAdopted: false });
    const snapshot = target.snapshot();
    const bytes = new Uint8Array(snapshot.layout.totalBytes);
    snapshot.openReader().read(0, bytes);
    restored.set(dotText(version.dot), sha256(bytes));
  }
  return restored;
}

test(`${killCount} times kill -9 of either side`, { timeout: 60_000 + killCount * 10_000 }, async () => {
  const auditor = await makeKeys();
  const { report, serving } = await KillSeries.run({ folder, seed, killCount, imageBytes: 2 * 1024 * 1024 });
  try {
    expect(report.problems).toEqual([]);
    const { servers, pushes, restores } = report.killed;
    expect(servers + pushes + restores).toBeGreaterThanOrEqual(killCount);
    const restored = await restoredFrom(serving.address, auditor);
    for (const [dot, content] of report.acknowledged)
      expect([dot, restored.get(dot)]).toEqual([dot, content]);
    // What was committed and not acknowledged is whole, too.
    for (const [dot, content] of restored) expect([dot, report.attempted.has(content)]).toEqual([dot, true]);
    const rest = restored.size - report.acknowledged.size;
    console.log(
      `killed: ${servers} servers, ${pushes} pushes, ${restores} restores; acknowledged and restored: ${report.acknowledged.size}; ` +
        `committed unheard: ${rest}; went on where a kill had stopped: ${report.resumedCount}; outlived their server: ${report.reconnectedCount}`,
    );
  } finally {
    expect((await serving.process.stop()).code, serving.process.stderr).toBe(0);
  }
  await expectSound(join(folder, 'repository'));
});

/** Everything that the repository relies on is whole, and the audit log has no gap. */
async function expectSound(path: string): Promise<void> {
  const { store, close } = await openStore(path, 'existing');
  const repository = await openRepository(store);
  expect(repository.damage).toEqual([]);
  const { damage, lostBlocks, affected } = await repository.scrub();
  const verdict = await verifyAudit(store);
  close();
  expect({ damage, lostBlocks, affected }).toEqual({ damage: [], lostBlocks: [], affected: [] });
  expect(verdict.state).toBe('intact');
}
