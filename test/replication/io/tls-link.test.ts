/** Real TLS on loopback: who is let in, what arrives, and that a slow reader holds a fast writer back. */
import { getEventListeners } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { DataError, UsageError, WorldError } from '../../../src/base/errors.js';
import type { Link } from '../../../src/base/runtime.js';
import { createAuthority, issueIdentity } from '../../../src/replication/io/certificates.js';
import { listen, parseAddress, tlsDialer, type Identity } from '../../../src/replication/io/tls-link.js';

const nowMs = Date.now();
const loopback = [127, 0, 0, 1].join('.');
let server: Identity;
let agent: Identity;
let stranger: Identity;

beforeAll(async () => {
  const authority = await createAuthority(nowMs);
  const other = await createAuthority(nowMs);
  server = await issueIdentity(
    authority,
    { name: 'backup', role: 'server', hosts: [loopback, 'localhost'] },
    nowMs,
  );
  agent = await issueIdentity(authority, { name: 'laptop', role: 'agent' }, nowMs);
  stranger = await issueIdentity(other, { name: 'laptop', role: 'agent' }, nowMs);
});

interface Pair {
  readonly near: Link;
  readonly far: Link;
}

/** A server with what happened to it, for as long as `body` runs. */
async function withServer(
  identity: Identity,
  body: (address: string, links: Link[], refused: string[]) => Promise<void>,
): Promise<void> {
  const links: Link[] = [];
  const refused: string[] = [];
  const listener = await listen({
    host: loopback,
    port: 0,
    identity,
    onLink: (link) => links.push(link),
    onRefused: (reason) => refused.push(reason),
  });
  try {
    await body(`${loopback}:${listener.port}`, links, refused);
  } finally {
    for (const link of links) link.destroy();
    await listener.close();
  }
}

async function withPair(body: (pair: Pair) => Promise<void>): Promise<void> {
  await withServer(server, async (address, links) => {
    const near = await tlsDialer(agent).dial(address);
    await expect.poll(() => links.length).toBe(1);
    const [far] = links;
    if (far === undefined) throw new Error('no link');
    try {
      await body({ near, far });
    } finally {
      near.destroy();
    }
  });
}

async function all(link: Link): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let bytes = await link.receive(); bytes !== undefined; bytes = await link.receive())
    pieces.push(bytes);
  return Buffer.concat(pieces);
}

describe('TLS links', () => {
  test('know who is at the other end, on both sides', async () => {
    await withPair(({ near, far }) => {
      expect([near.peer, far.peer]).toEqual(['backup', 'laptop']);
      return Promise.resolve();
    });
  });

  test('carry bytes in order both ways and end in good order', async () => {
    await withPair(async ({ near, far }) => {
      const sent = Buffer.alloc(3_000_000, 'snapdelta');
      const received = all(far);
      for (let at = 0; at < sent.length; at += 65_536) await near.send(sent.subarray(at, at + 65_536));
      near.close();
      expect((await received).equals(sent)).toBe(true);
      await far.send(Buffer.from('late'));
      far.close();
      expect(await near.receive()).toBeUndefined();
    });
  });

  test('hold a fast writer back while nobody reads', async () => {
    await withPair(async ({ near, far }) => {
      let sentBytes = 0;
      const writing = (async () => {
        for (; sentBytes < 64 * 2 ** 20; sentBytes += 2 ** 20) await near.send(new Uint8Array(2 ** 20));
      })();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(sentBytes).toBeLessThan(48 * 2 ** 20);
      far.destroy();
      await writing.catch(() => undefined);
    });
  });

  test('a cut ends a wait, and is a WorldError for the side that cut and for whoever goes on sending', async () => {
    await withPair(async ({ near, far }) => {
      const waiting = near.receive();
      far.destroy();
      await expect(far.receive()).rejects.toThrow(WorldError);
      expect(await waiting.catch(() => undefined)).toBeUndefined();
      await expect(
        (async () => {
          for (;;) await near.send(new Uint8Array(65_536));
        })(),
      ).rejects.toThrow(WorldError);
      await expect(near.receive()).rejects.toThrow(WorldError);
    });
  });
});

describe('who is let in', () => {
  test('nobody of another authority', async () => {
    await withServer(server, async (address, links, refused) => {
      const attempt = tlsDialer(stranger).dial(address);
      // The dialler refuses the server's certificate before the server sees its own.
      await expect(attempt).rejects.toThrow(DataError);
      await expect(attempt).rejects.toThrow('is not authentic: its certificate is of another authority');
      await expect.poll(() => refused.length).toBe(1);
      expect(links).toEqual([]);
    });
  });

  test('nobody of another authority who trusts this one', async () => {
    await withServer(server, async (address, links, refused) => {
      const link = await tlsDialer({ ...stranger, authority: server.authority })
        .dial(address)
        .catch(() => undefined);
      // In TLS 1.3 the client is done before the server has judged it: it learns so when it reads.
      expect(await link?.receive().catch(() => undefined)).toBeUndefined();
      await expect.poll(() => refused).toEqual([`${loopback}: its certificate is of another authority`]);
      expect(links).toEqual([]);
    });
  });

  test('nobody without a certificate', async () => {
    await withServer(server, async (address, links, refused) => {
      const { host, port } = parseAddress(address);
      const socket = connectTls({ host, port, ca: server.authority });
      socket.on('error', () => undefined);
      await expect.poll(() => refused).toEqual([`${loopback}: it has no certificate of our authority`]);
      expect(links).toEqual([]);
      socket.destroy();
    });
  });

  test('nobody without TLS', async () => {
    await withServer(server, async (address, links, refused) => {
      const { host, port } = parseAddress(address);
      const socket = connect(port, host);
      socket.on('error', () => undefined);
      socket.end('GET / HTTP/1.0\r\n\r\n');
      await expect.poll(() => refused.length).toBe(1);
      expect(links).toEqual([]);
    });
  });

  test('an agent does not pass as a server', async () => {
    await withServer(agent, async (address) => {
      const attempt = tlsDialer(agent).dial(address);
      await expect(attempt).rejects.toThrow(/is not authentic: its certificate is for another purpose/);
      await expect(attempt).rejects.toThrow(DataError);
    });
  });

  test('a server reached by another name than its certificate has is refused', async () => {
    const elsewhere = await issueIdentity(
      await createAuthority(nowMs),
      { name: 'x', role: 'server', hosts: ['backup.example'] },
      nowMs,
    );
    await withServer(elsewhere, async (address) => {
      const attempt = tlsDialer({ ...agent, authority: elsewhere.authority }).dial(address);
      await expect(attempt).rejects.toThrow(DataError);
      await expect(attempt).rejects.toThrow('is not authentic: its certificate has other host names');
    });
  });

  test('a certificate that has expired, on either side', async () => {
    const pastMs = nowMs - 4000 * 86_400_000;
    const authority = await createAuthority(nowMs);
    const issue = (role: 'server' | 'agent', atMs: number) =>
      issueIdentity(authority, { name: role, role, hosts: role === 'server' ? [loopback] : [] }, atMs);
    const [oldServer, newServer, oldAgent, newAgent] = await Promise.all([
      issue('server', pastMs),
      issue('server', nowMs),
      issue('agent', pastMs),
      issue('agent', nowMs),
    ]);
    await withServer(oldServer, async (address) => {
      const attempt = tlsDialer(newAgent).dial(address);
      await expect(attempt).rejects.toThrow('is not authentic: its certificate has expired');
      await expect(attempt).rejects.toThrow(DataError);
    });
    await withServer(newServer, async (address, links, refused) => {
      const link = await tlsDialer(oldAgent).dial(address);
      expect(await link.receive().catch(() => undefined)).toBeUndefined();
      await expect.poll(() => refused).toEqual([`${loopback}: its certificate has expired`]);
      expect(links).toEqual([]);
    });
  });
});

describe('what cannot be meant', () => {
  test.each(['', 'host', 'host:', ':1', 'host:0', 'host:65536', 'a b:1', 'fe80::1:22'])(
    'address %j',
    (address) => {
      expect(() => parseAddress(address)).toThrow(UsageError);
    },
  );

  test('addresses', () => {
    expect(parseAddress('[::1]:7373')).toEqual({ host: '::1', port: 7373 });
    expect(parseAddress('backup:1')).toEqual({ host: 'backup', port: 1 });
  });

  test('nobody listens: a WorldError', async () => {
    await expect(tlsDialer(agent).dial(`${loopback}:1`)).rejects.toThrow(WorldError);
  });

  test('keys that are none', async () => {
    const broken = { ...agent, privateKey: 'nothing' };
    await expect(() => tlsDialer(broken).dial(`${loopback}:1`)).rejects.toThrow(UsageError);
    await expect(
      listen({
        host: loopback,
        port: 0,
        identity: broken,
        onLink: () => undefined,
        onRefused: () => undefined,
      }),
    ).rejects.toThrow(UsageError);
  });

  test.each(['', 'a b', '../x', 'ä', 'x'.repeat(65)])('name %j', async (name) => {
    const authority = await createAuthority(nowMs);
    await expect(issueIdentity(authority, { name, role: 'agent' }, nowMs)).rejects.toThrow(UsageError);
  });

  test('a server without hosts, an authority that is none', async () => {
    const authority = await createAuthority(nowMs);
    await expect(issueIdentity(authority, { name: 'x', role: 'server' }, nowMs)).rejects.toThrow(
      'no host name',
    );
    const none = { certificate: 'x', privateKey: 'y' };
    await expect(issueIdentity(none, { name: 'x', role: 'agent' }, nowMs)).rejects.toThrow(UsageError);
  });
});

describe('a signal', () => {
  test('has no listeners of connections that were made, or that were refused', async () => {
    const { signal } = new AbortController();
    await withServer(server, async (address) => {
      for (let i = 0; i < 3; i++) (await tlsDialer(agent).dial(address, signal)).destroy();
      await expect(tlsDialer(agent).dial(`${loopback}:1`, signal)).rejects.toBeInstanceOf(WorldError);
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('ends a dial, and one that has not begun', async () => {
    const controller = new AbortController();
    await withServer(server, async (address) => {
      const dialling = tlsDialer(agent).dial(address, controller.signal);
      controller.abort();
      await expect(dialling).rejects.toThrow('cancelled');
      await expect(tlsDialer(agent).dial(address, controller.signal)).rejects.toThrow('cancelled');
    });
  });
});
