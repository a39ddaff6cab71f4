/** A server and an agent over real TLS and real folders: what is pushed comes back, also after both were started anew. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WorldError } from '../../../src/base/errors.js';
import { Random } from '../../../src/base/prng.js';
import { openSnapshot } from '../../../src/engine/snapshot/open.js';
import { createTarget } from '../../../src/engine/snapshot/target.js';
import type { UpkeepOptions } from '../../../src/replication/io/upkeep.js';
import { verifyAudit, type AuditVerdict } from '../../../src/replication/audit/verify.js';
import { createAuthority, issueIdentity } from '../../../src/replication/io/certificates.js';
import { openStore } from '../../../src/replication/io/open-store.js';
import { openAgent, startService, type Service } from '../../../src/replication/io/services.js';
import type { Identity } from '../../../src/replication/io/tls-link.js';

const loopback = [127, 0, 0, 1].join('.');
let folder: string;
let backup: Identity;
let laptop: Identity;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapdelta-services-'));
  const nowMs = Date.now();
  const authority = await createAuthority(nowMs);
  backup = await issueIdentity(authority, { name: 'backup', role: 'server', hosts: [loopback] }, nowMs);
  laptop = await issueIdentity(authority, { name: 'laptop', role: 'agent' }, nowMs);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function serve(upkeep: UpkeepOptions = {}): Promise<Service> {
  return startService(join(folder, 'repository'), {
    upkeep,
    host: loopback,
    port: 0,
    identity: backup,
    name: 'backup',
  });
}

async function asAgent<T>(
  act: (agent: Awaited<ReturnType<typeof openAgent>>['agent']) => Promise<T>,
): Promise<T> {
  const opened = await openAgent(join(folder, 'agent'), laptop, { name: 'laptop', attemptsMax: 3 });
  try {
    return await act(opened.agent);
  } finally {
    opened.close();
  }
}

function image(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

test('two versions pushed, both pulled after a restart of both sides; the second sends only what changed', async () => {
  const first = new Uint8Array(1_000_000);
  new Random(1).fill(first);
  const second = first.slice();
  new Random(2).fill(second.subarray(300_000, 300_100));
  const paths = [image('v0.img', first), image('v1.img', second)];

  let service = await serve();
  const sent: number[] = [];
  for (const path of paths) {
    const result = await asAgent((agent) =>
      agent.push(`${loopback}:${service.port}`, 'disk', openSnapshot(path)),
    );
    sent.push(result.neededBlocks);
  }
  await service.close();
  expect(sent).toEqual([16, 1]);

  service = await serve();
  const address = `${loopback}:${service.port}`;
  const rows = await asAgent((agent) => agent.list(address, 'disk'));
  expect(rows.map(({ version, isHead }) => [version.dot.counter, isHead])).toEqual([
    [1, false],
    [2, true],
  ]);
  for (const [index, path] of paths.entries()) {
    const back = join(folder, `back-${index}.img`);
    await asAgent((agent) =>
      agent.pull(address, 'disk', createTarget(back, { form: 'image', overwrite: false }), {
        dot: { writer: 'laptop', counter: index + 1 },
      }),
    );
    expect(readFileSync(back).equals(readFileSync(path))).toBe(true);
  }
  await service.close();
});

test('what happened is in the audit log, whose chain holds', async () => {
  const service = await serve();
  const path = image('v0.img', new Uint8Array(70_000).fill(7));
  await asAgent((agent) => agent.push(`${loopback}:${service.port}`, 'disk', openSnapshot(path)));
  await service.repository.collect();
  // The log lies in the repository's store, and is no damage to it.
  expect((await service.repository.scrub()).damage).toEqual([]);
  await service.close();
  const { store, close } = await openStore(join(folder, 'repository'));
  const kinds: string[] = [];
  const outcome = await verifyAudit(store, [], ({ event }) => {
    kinds.push(event.kind);
  });
  close();
  expect(outcome.state).toBe('intact');
  expect(kinds).toEqual(expect.arrayContaining(['offered', 'selected', 'committed']));
});

test('an audit log whose chain does not hold is told when the server starts, and by each scrub', async () => {
  const first = await serve();
  const path = image('v0.img', new Uint8Array(70_000).fill(7));
  await asAgent((agent) => agent.push(`${loopback}:${first.port}`, 'disk', openSnapshot(path)));
  await first.close();
  const verdictOf = async (upkeep: UpkeepOptions): Promise<AuditVerdict> => {
    let serving: Promise<Service> | undefined;
    const verdict = await new Promise<AuditVerdict>((resolve) => {
      serving = serve({ ...upkeep, onAudit: resolve });
    });
    await (await serving)?.close();
    return verdict;
  };
  expect((await verdictOf({})).state).toBe('intact');
  const log = join(folder, 'repository', 'objects', 'audit+', 'log+');
  const [batch = ''] = readdirSync(log).sort();
  const bytes = readFileSync(join(log, batch));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(join(log, batch), bytes);
  for (const upkeep of [{}, { scrubMs: 3_600_000 }]) {
    expect(await verdictOf(upkeep)).toMatchObject({ state: 'damaged', key: `audit/log/${batch}` });
  }
});

test('a repository is served by one process at a time', async () => {
  const service = await serve();
  await expect(serve()).rejects.toThrow(WorldError);
  await service.close();
});
