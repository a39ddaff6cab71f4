/**
 * Cuts after each single byte of a push and of a pull, in either direction: whatever the byte belongs to, a version is visible whole or not at all, once, and what is sent again is bounded.
 *
 * Packages are run lengths here, so that a transfer of four segments has some two thousand bytes and each of them gets its turn; all else is what ships.
 */
import { describe, expect, test } from 'vitest';
import { ByteReader, ByteWriter } from '../../../src/base/codec.js';
import { memoryTarget } from '../../../src/engine/snapshot/target-memory.js';
import type { Manifest } from '../../../src/engine/fingerprint/manifest.js';
import type { Snapshot } from '../../../src/engine/snapshot/snapshot.js';
import type { CutAndHash } from '../../../src/replication/coding/cutting.js';
import { EngineCoder } from '../../../src/replication/coding/coder.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import type { Version } from '../../../src/replication/versions/version.js';
import type { LinkPlan } from '../support/memory-link.js';
import { Town, contentOf, image, kernels, workspaces, type ServerHost } from './support.js';

const blockBytes = 1024;
const volume = 'disk';
const config = {
  fingerprint: 'xxh3-128',
  chunker: { name: 'fixed', blockBytes },
  codec: 'stored',
  level: 1,
} as const;
const segmentBytesMax = 4 * blockBytes;
const segments = 4;

/** Sixteen blocks, each of one byte that no other has. */
const content = new Uint8Array(segments * segmentBytesMax).map((_, at) => 1 + Math.floor(at / blockBytes));

let manifest: Promise<Manifest> | undefined;

/** Bytes that repeat, as pairs of byte and count; the one image is cut once. */
class RunCoder extends EngineCoder {
  override manifestOf(snapshot: Snapshot, cutting: CutAndHash): Promise<Manifest> {
    return (manifest ??= super.manifestOf(snapshot, cutting, volume));
  }

  override encode(_: Uint8Array, target: Uint8Array): Promise<Uint8Array> {
    const to = new ByteWriter();
    for (let at = 0; at < target.length;) {
      let count = 1;
      while (target[at + count] === target[at]) count++;
      to.u8(target[at] ?? 0).u32(count);
      at += count;
    }
    return Promise.resolve(to.finish());
  }

  override decode(_: Uint8Array, packageBytes: Uint8Array, targetBytesMax: number): Promise<Uint8Array> {
    const target = new Uint8Array(targetBytesMax);
    const from = new ByteReader(packageBytes);
    let at = 0;
    while (from.remaining > 0) {
      const byte = from.u8('byte');
      const end = at + from.u32('count');
      target.fill(byte, at, end);
      at = end;
    }
    return Promise.resolve(target.subarray(0, at));
  }
}

async function newTown(
  versions: readonly (1 | 2)[],
): Promise<{ readonly town: Town; readonly host: ServerHost }> {
  const town = new Town((runtime) => new RunCoder(runtime, kernels, workspaces));
  const host = await town.serve('server', { segmentBytesMax, abilities: { versions } }, config);
  return { town, host };
}

/** Whether the server shows the image, byte for byte. */
async function isWhole({ repository }: ServerHost, { volume: name, dot }: Version): Promise<boolean> {
  const stored = repository.version(name, dot);
  if (stored === undefined) return false;
  const { digests } = (await repository.manifest(stored)).blocks;
  const outcomes = await repository.blocks(digests);
  const blocks = outcomes.flatMap((outcome) => (outcome.state === 'whole' ? [outcome.bytes] : []));
  return Buffer.concat(blocks).equals(content);
}

type Direction = 'connector' | 'acceptor';

function planOf(direction: Direction, bytes: number): LinkPlan {
  return direction === 'connector' ? { connectorBytesMax: bytes } : { acceptorBytesMax: bytes };
}

/** Bytes of a transfer without a cut. */
async function bytesOf(direction: Direction, versions: readonly (1 | 2)[], isPull: boolean): Promise<number> {
  const { town } = await newTown(versions);
  const agent = town.agent('alice');
  await town.settle(agent.push('server', volume, image(content)));
  if (isPull) await town.settle(town.agent('bob').pull('server', volume, memoryTarget()));
  return town.links.at(-1)?.sentBytes[direction] ?? 0;
}

interface AfterCut {
  readonly visible: number;
  readonly needed: number;
  readonly sentBytes: number;
}

/** A push whose link breaks after so many bytes, and the push that follows, by the same agent or by one that was started again with its state. */
async function cutPush(direction: Direction, at: number, versions: readonly (1 | 2)[]): Promise<AfterCut> {
  const { town, host } = await newTown(versions);
  const state = new MemoryStore();
  const agent = town.agent('alice', { attemptsMax: 1 }, state);
  town.plans.push(planOf(direction, at));
  await expect(town.settle(agent.push('server', volume, image(content)))).rejects.toThrow();
  const visible = host.server.list('');
  for (const { version } of visible) expect(await isWhole(host, version)).toBe(true);
  const next = at % 2 === 0 ? agent : town.agent('alice', {}, state);
  const pushed = await town.settle(next.push('server', volume, image(content)));
  expect([pushed.attempts, pushed.version.dot.counter, pushed.resynchronised]).toEqual([1, 1, []]);
  expect(host.repository.versions(volume).map(({ version }) => version.dot)).toEqual([pushed.version.dot]);
  expect(host.repository.stagings).toEqual([]);
  expect(host.audit.filter(({ kind }) => kind === 'committed').length).toBe(1);
  expect(await isWhole(host, pushed.version)).toBe(true);
  const sentBytes = town.links.at(-1)?.sentBytes.connector ?? 0;
  return { visible: visible.length, needed: pushed.neededBlocks, sentBytes };
}

/** Blocks that are needed after a cut at each byte. */
async function cutEverywhere(
  direction: Direction,
  versions: readonly (1 | 2)[],
  step: number,
): Promise<AfterCut[]> {
  const bytes = await bytesOf(direction, versions, false);
  const rows: AfterCut[] = [];
  for (let at = 0; at < bytes; at += step) rows.push(await cutPush(direction, at, versions));
  return rows;
}

function descends(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value <= (values[i - 1] ?? 0));
}

describe('a push that is cut after each byte', () => {
  test('of the agent: what had arrived whole is not sent again', async () => {
    const rows = await cutEverywhere('connector', [1, 2], 1);
    expect(rows.length).toBeGreaterThan(900);
    expect(new Set(rows.map(({ visible }) => visible))).toEqual(new Set([0]));
    const needed = rows.map((row) => row.needed);
    // A reset takes with it what was not read yet, so that a segment may count as lost that had arrived.
    expect(descends(needed)).toBe(true);
    expect([...new Set(needed)]).toEqual([16, 12, 8, 4]);
    // A segment's head and its package of 20 bytes for four blocks: nothing but what is needed is sent.
    const whole = rows[0]?.sentBytes ?? 0;
    const segmentBytes = (whole - (rows.at(-1)?.sentBytes ?? 0)) / (segments - 1);
    for (const row of rows) {
      const saved = (segments - row.needed / 4) * segmentBytes;
      expect(row.sentBytes).toBeLessThanOrEqual(whole - saved + 64);
    }
  }, 240_000);

  test('of the server: a version that it shows is there once, and nothing of it is sent again', async () => {
    const rows = await cutEverywhere('acceptor', [1, 2], 1);
    expect(rows.length).toBeGreaterThan(200);
    expect(descends(rows.map(({ needed }) => needed))).toBe(true);
    expect(new Set(rows.map(({ visible }) => visible))).toEqual(new Set([0, 1]));
    for (const { visible, needed } of rows) if (visible === 1) expect(needed).toBe(0);
  });

  test.each(['connector', 'acceptor'] as const)('under version 1, %s', async (direction) => {
    const rows = await cutEverywhere(direction, [1], 9);
    // It knows no resumption: all blocks come again.
    expect(new Set(rows.map(({ needed }) => needed))).toEqual(new Set([16]));
  });
});

describe('a pull that is cut', () => {
  /** Three bytes apart in what the server says: a frame's head has sixteen. */
  test.each([
    ['connector', 1],
    ['acceptor', 3],
  ] as const)(
    'within each frame of the %s goes on, and writes each block once',
    async (direction, step) => {
      const bytes = await bytesOf(direction, [1, 2], true);
      const { town, host } = await newTown([1, 2]);
      await town.settle(town.agent('alice').push('server', volume, image(content)));
      const needed: number[] = [];
      for (let at = 0; at < bytes; at += step) {
        town.plans.push(planOf(direction, at));
        const target = memoryTarget();
        const written: number[] = [];
        const pulled = await town.settle(
          town.agent('bob', { cacheBytesMax: 1 }).pull('server', volume, target, {
            onAvailable: ({ address }) => written.push(address),
          }),
        );
        expect([pulled.attempts, pulled.version.dot.counter]).toEqual([2, 1]);
        expect(contentOf(target.snapshot()).equals(content)).toBe(true);
        expect([written.length, new Set(written).size]).toEqual([16, 16]);
        needed.push(pulled.neededBlocks);
      }
      expect(descends(needed)).toBe(true);
      expect(new Set(needed)).toEqual(new Set([16, 12, 8, 4, 0]));
      expect(host.server.connectionCount).toBe(0);
    },
    240_000,
  );
});
