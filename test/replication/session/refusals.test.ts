/** What a server does not take, what each side hears of it, and what an idle or broken peer costs. */
import { describe, expect, test } from 'vitest';
import { present } from '../../../src/base/errors.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import { packageBytesMax } from '../../../src/replication/protocol/limits.js';
import { PeerAbort, PeerRefusal } from '../../../src/replication/session/failures.js';
import { greet } from '../../../src/replication/session/greeting.js';
import type { Conversation } from '../../../src/replication/session/conversation.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { Town, image, kernels, randomBytes, restored, usualConfig } from './support.js';

const volume = 'disk';
const bytes = randomBytes(40_000, 1);
const identity = { name: 'mallory', software: 'test' };

async function connect(town: Town): Promise<Conversation> {
  return await town.settle(town.dial('server').then((link) => greet(link, identity, town.runtime())));
}

/** An offer with its manifest, as an agent would make it. */
async function offered(town: Town, cutting = usualConfig) {
  const coder = new EngineCoder(town.runtime(), kernels);
  const manifest = await coder.manifestOf(image(bytes), cutting, volume);
  const encoded = coder.encodeManifest(manifest);
  const version = {
    volume,
    dot: { writer: 'mallory', counter: 1 },
    vector: { mallory: 1 },
    time: { wallMs: 1_700_000_000_000, counter: 0 },
    parents: [],
  };
  const offer = {
    type: 'offer',
    version,
    base: null,
    manifestBytes: encoded.length,
    manifestForm: 'whole',
    resume: '',
  } as const;
  return { offer, encoded };
}

async function refusalOf(town: Town, talk: Conversation): Promise<PeerRefusal> {
  const error: unknown = await town.settle(talk.next()).catch((reason: unknown) => reason);
  if (!(error instanceof PeerRefusal)) throw new Error('no refusal', { cause: error });
  return error;
}

test('a volume that is not there is unknown, and pull does not try again', async () => {
  const town = new Town();
  await town.serve('server');
  const pulling = town.agent('alice').pull('server', 'nothing', memoryTarget());
  await expect(town.settle(pulling)).rejects.toMatchObject({ code: 'unknown' });
  expect(town.links.length).toBe(1);
});

test('one writer name with two states is a conflict: that push fails, the next one goes behind what is there', async () => {
  const town = new Town();
  const host = await town.serve('server');
  const before = town.agent('alice');
  for (const seed of [1, 2, 3])
    await town.settle(before.push('server', volume, image(randomBytes(9000, seed))));
  const after = town.agent('alice', {}, new MemoryStore());
  const own = randomBytes(9000, 4);
  await expect(town.settle(after.push('server', volume, image(own)))).rejects.toMatchObject({
    code: 'conflict',
    hint: "if only this agent's state was lost, push again: the next version goes behind alice:3; if another machine pushes as 'alice', give it a new name",
  });
  const { version } = await town.settle(after.push('server', volume, image(own)));
  expect([version.dot.counter, version.parents]).toEqual([4, [{ writer: 'alice', counter: 3 }]]);
  expect((await restored(host, volume, version.dot)).equals(own)).toBe(true);
  // Whoever has the older state, on the other machine, hears of it in turn.
  const again = before.push('server', volume, image(randomBytes(9000, 5)));
  await expect(town.settle(again)).rejects.toMatchObject({ code: 'conflict' });
});

test('too many connections: busy, and the agent comes back', async () => {
  const town = new Town();
  await town.serve('server', { connectionsMax: 1 });
  const talk = await connect(town);
  const pushing = town.agent('alice').push('server', volume, image(bytes));
  await town.time.pass(300);
  talk.close();
  const pushed = await town.settle(pushing);
  expect(pushed.attempts).toBeGreaterThan(1);
});

describe('an offer', () => {
  test('that is cut in another way', async () => {
    const town = new Town();
    const host = await town.serve('server');
    const talk = await connect(town);
    const { offer, encoded } = await offered(town, {
      ...usualConfig,
      chunker: { name: 'fixed', blockBytes: 8192 },
    });
    await talk.send(offer);
    await talk.sendPieces('manifest', encoded);
    expect((await refusalOf(town, talk)).message).toContain('fixed:8192');
    expect(host.repository.stagings).toEqual([]);
  });

  test('from too far in the future', async () => {
    const town = new Town();
    await town.serve('server');
    const talk = await connect(town);
    const { offer, encoded } = await offered(town);
    const time = { wallMs: 1_700_000_000_000 + 3_600_000, counter: 0 };
    await talk.send({ ...offer, version: { ...offer.version, time } });
    await talk.sendPieces('manifest', encoded);
    expect(await refusalOf(town, talk)).toMatchObject({ code: 'busy' });
  });

  test('whose manifest is damaged', async () => {
    const town = new Town();
    const host = await town.serve('server');
    const talk = await connect(town);
    const { offer, encoded } = await offered(town);
    const damaged = encoded.slice();
    damaged[200] = (damaged[200] ?? 0) ^ 1;
    await talk.send(offer);
    await talk.sendPieces('manifest', damaged);
    expect(await refusalOf(town, talk)).toMatchObject({ code: 'malformed' });
    expect(host.repository.stagings).toEqual([]);
  });

  test('of more manifest than is taken', async () => {
    const town = new Town();
    await town.serve('server', { manifestBytesMax: 100 });
    const talk = await connect(town);
    const { offer } = await offered(town);
    await talk.send(offer);
    expect(await refusalOf(town, talk)).toMatchObject({ code: 'limit' });
  });
});

describe('a segment', () => {
  async function upToNeed(town: Town) {
    const talk = await connect(town);
    const { offer, encoded } = await offered(town);
    await talk.send(offer);
    await talk.sendPieces('manifest', encoded);
    const need = await town.settle(talk.expect('need'));
    return { talk, need };
  }

  test('that is no package is refused, and nothing of it is kept', async () => {
    const town = new Town();
    const host = await town.serve('server');
    const { talk, need } = await upToNeed(town);
    expect(need).toMatchObject({ runs: [[0, 10]], firstIndex: 0 });
    expect(need.creditBytes).toBe(8 * 1024 * 1024 + packageBytesMax(16 * 1024));
    await talk.send({ type: 'segment', index: 0, first: 0, count: 4, baseRuns: [], packageBytes: 50 });
    await talk.sendPieces('data', new Uint8Array(50));
    expect(await refusalOf(town, talk)).toMatchObject({ code: 'damaged' });
    expect(host.server.list('')).toEqual([]);
    expect(host.failures.length).toBe(1);
  });

  test('of other blocks than it says is refused', async () => {
    const town = new Town();
    await town.serve('server');
    const { talk } = await upToNeed(town);
    const coder = new EngineCoder(town.runtime(), kernels);
    const wrong = await coder.encode(new Uint8Array(0), randomBytes(16_384, 9));
    await talk.send({
      type: 'segment',
      index: 0,
      first: 0,
      count: 4,
      baseRuns: [],
      packageBytes: wrong.length,
    });
    await talk.sendPieces('data', wrong);
    expect(await refusalOf(town, talk)).toMatchObject({ code: 'malformed' });
  });

  test('of more blocks than one may bring is beyond the limit', async () => {
    const town = new Town();
    await town.serve('server');
    const { talk } = await upToNeed(town);
    await talk.send({ type: 'segment', index: 0, first: 0, count: 5, baseRuns: [], packageBytes: 50 });
    expect(await refusalOf(town, talk)).toMatchObject({ code: 'limit' });
  });

  test('an abort discards the staging, and the connection goes on', async () => {
    const town = new Town();
    const host = await town.serve('server');
    const { talk } = await upToNeed(town);
    expect(host.repository.stagings.length).toBe(1);
    await talk.send({ type: 'abort', reason: 'changed my mind' });
    await expect(town.settle(talk.next())).rejects.toThrow(PeerAbort);
    await talk.send({ type: 'list', volume: '' });
    expect(await town.settle(talk.expect('listing'))).toMatchObject({ rows: [] });
    expect(host.repository.stagings).toEqual([]);
    expect(host.audit.at(-1)?.kind).toBe('rolled-back');
  });

  test('the same transfer begun again ends the older connection', async () => {
    const town = new Town();
    const host = await town.serve('server');
    const { talk } = await upToNeed(town);
    const { talk: newer } = await upToNeed(town);
    await expect(town.settle(talk.next())).rejects.toThrow();
    expect(newer.isOver).toBe(false);
    expect(host.repository.stagings.length).toBe(1);
    expect(host.server.connectionCount).toBe(1);
  });
});

describe('patience', () => {
  test('a peer that says nothing is given up after ten seconds', async () => {
    const town = new Town();
    const host = await town.serve('server');
    await town.dial('server');
    await town.time.pass(9_999);
    expect(host.failures).toEqual([]);
    await town.time.pass(2);
    expect(String(present(host.failures[0], 'failure'))).toContain('nothing moved');
  });

  test('a peer that falls silent in a transfer is given up after two minutes, and its staging kept', async () => {
    const town = new Town();
    const host = await town.serve('server');
    const talk = await connect(town);
    const { offer, encoded } = await offered(town);
    await talk.send(offer);
    await talk.sendPieces('manifest', encoded);
    await town.settle(talk.expect('need'));
    await town.time.pass(121_000);
    expect(String(present(host.failures[0], 'failure'))).toContain('nothing moved');
    expect(host.repository.stagings.length).toBe(1);
  });
});
