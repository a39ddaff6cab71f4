/** The Merkle walk: the reader ends with exactly the remote's listing, for messages in proportion to the change; a hostile remote ends with one error. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/base/codec.js';
import { DataError } from '../../../src/base/errors.js';
import { readFileSync } from 'node:fs';
import * as limits from '../../../src/base/limits.js';
import { walkMerkle } from '../../../src/engine/detect/merkle-exchange.js';
import { MerkleHolder } from '../../../src/engine/detect/merkle-holder.js';
import { writeNodes, writeOffer, writeWant } from '../../../src/engine/detect/merkle-messages.js';
import { MerkleReader } from '../../../src/engine/detect/merkle-reader.js';
import { MerkleTree, nodeDigest } from '../../../src/engine/detect/merkle-tree.js';
import type { ChunkerSpec } from '../../../src/engine/chunk/spec.js';
import type { BlockListing } from '../../../src/engine/fingerprint/manifest.js';
import { hasherFor, listingOf, numbers, type FileSketch } from './merkle-samples.js';

const hasher = hasherFor('xxh3-128');
const image = (blocks: readonly number[]): BlockListing => listingOf([{ path: '', blocks }], hasher);

/** Few different contents, so that runs and repetitions come about. */
const content = fc.oneof(fc.constant(0), fc.nat(5), fc.nat());
const blocks = fc.array(content, { maxLength: 120 });
const files: fc.Arbitrary<FileSketch[]> = fc
  .uniqueArray(fc.constantFrom('a', 'ab', 'abc', 'b', 'é', 'x'), { maxLength: 6 })
  .chain((paths) => fc.tuple(...paths.sort().map((path) => fc.record({ path: fc.constant(path), blocks }))));
const options = fc.record({
  tripBytes: fc.constantFrom(0, 200, 5000, 1_000_000),
  offerBytes: fc.constantFrom(0, 300, 4096),
});

function expectSame(found: BlockListing, remote: BlockListing): void {
  expect(found.entries).toEqual(remote.entries);
  expect(found.id).toEqual(remote.id);
  expect(Buffer.compare(found.entryDigests, remote.entryDigests)).toBe(0);
  expect(Buffer.compare(found.blocks.digests, remote.blocks.digests)).toBe(0);
  expect([...found.blocks.ends]).toEqual([...remote.blocks.ends]);
}

describe('the walk', () => {
  test('ends with the whole listing of the remote, whatever both hold', () => {
    fc.assert(
      fc.property(files, files, options, (theirs, ours, choice) => {
        const remote = listingOf(theirs, hasher);
        expectSame(walkMerkle(remote, listingOf(ours, hasher), hasher, choice).listing, remote);
      }),
      { seed: 71, numRuns: 150 },
    );
  });

  test('the same after an edit of one of them, with ids of 32 bytes', () => {
    const wide = hasherFor('blake3');
    const edit = fc.record({ at: fc.nat(600), removed: fc.nat(4), put: fc.array(content, { maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 5 }), options, (edits, choice) => {
        const edited = numbers(600);
        for (const { at, removed, put } of edits) edited.splice(at, removed, ...put);
        const remote = listingOf([{ path: '', blocks: edited }], wide);
        const own = listingOf([{ path: '', blocks: numbers(600) }], wide);
        expectSame(walkMerkle(remote, own, wide, choice).listing, remote);
      }),
      { seed: 72, numRuns: 60 },
    );
  });

  const many = numbers(16_384);
  const edited = (change: (blocks: number[]) => void): BlockListing => {
    const copy = [...many];
    change(copy);
    return image(copy);
  };
  const none = { tripBytes: 0, offerBytes: 0 };
  test.each([
    ['nothing', edited(() => undefined), { bytes: 35, messages: 1, roundTrips: 0 }],
    ['one block', edited((all) => (all[9000] = 1e9)), undefined],
    ['ten blocks put in', edited((all) => all.splice(9000, 0, ...numbers(10, 1e9))), undefined],
    ['ten blocks taken out', edited((all) => all.splice(9000, 10)), undefined],
  ])('costs a fraction of the manifest where %s changed', (_, own, exact) => {
    const remote = image(many);
    const { cost } = walkMerkle(remote, own, hasher, none);
    if (exact !== undefined) expect(cost).toEqual(exact);
    // The manifest has 16 bytes a block; a path of nodes has less than a hundredth.
    expect(cost.bytes).toBeLessThan(16 * many.length * 0.012);
    const quick = walkMerkle(remote, own, hasher).cost;
    expect(quick.roundTrips).toBeLessThanOrEqual(2);
    expect(quick.bytes).toBeLessThan(16 * many.length * 0.1);
  });

  test('sends equal subtrees once: 200,000 zeros are a few nodes', () => {
    const remote = image(Array.from({ length: 200_000 }, () => 0));
    const { cost } = walkMerkle(remote, image([0, 1]), hasher);
    expect(cost.bytes).toBeLessThan(6000);
  });

  test('knows its own subtrees at other places, too', () => {
    const own = image([...numbers(4000, 5000), ...numbers(4000)]);
    const { cost } = walkMerkle(image([...numbers(4000), ...numbers(4000, 5000)]), own, hasher, none);
    expect(cost.bytes).toBeLessThan(16 * 8000 * 0.03);
  });

  test('costs at most a third more than the ids where everything changed', () => {
    const { cost } = walkMerkle(image(many), image(numbers(16_384, 1e6)), hasher);
    expect(cost.bytes).toBeLessThan(16 * many.length * 1.34);
  });
});

describe('a hostile remote', () => {
  const remote = image(numbers(900));
  const own = image([...numbers(300), ...numbers(30, 1e6), ...numbers(570, 330)]);
  const chunker = remote.chunker as ChunkerSpec;

  test('any bit flipped in any message is found, or harmless', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(7), (which, place, bit) => {
        const holder = new MerkleHolder(remote, hasher);
        const reader = new MerkleReader(own, hasher, { chunker, tripBytes: 0 });
        let count = 0;
        const damaged = (message: Uint8Array): Uint8Array => {
          if (count++ !== which % 4) return message;
          const copy = message.slice();
          const at = place % copy.length;
          copy[at] = (copy[at] ?? 0) ^ (1 << bit);
          return copy;
        };
        try {
          const questions = reader.receive(damaged(holder.offer(0)));
          while (!reader.isFinished) {
            questions.push(
              ...reader.receive(damaged(holder.receive(questions.shift() ?? new Uint8Array(0)))),
            );
          }
          expectSame(reader.listing(), remote);
        } catch (failure) {
          expect(failure).toBeInstanceOf(DataError);
          expect((failure as Error).message).not.toMatch(/[\n\u001b]/);
        }
      }),
      { seed: 73, numRuns: 400 },
    );
  });

  test('arbitrary bytes are refused', () => {
    const holder = new MerkleHolder(remote, hasher);
    const few = image([1, 2, 3]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const reader = new MerkleReader(few, hasher, { chunker });
        expect(() => reader.receive(bytes)).toThrow(DataError);
        expect(() => holder.receive(bytes)).toThrow(DataError);
      }),
      { seed: 74, numRuns: 300 },
    );
  });

  test('a wrong digest is found at the node that has it', () => {
    const holder = new MerkleHolder(remote, hasher);
    const reader = new MerkleReader(own, hasher, { chunker, tripBytes: 0 });
    const [question] = reader.receive(holder.offer(0));
    const answer = holder.receive(question ?? new Uint8Array(0));
    answer.set([1, 2, 3], answer.length - 3);
    expect(() => reader.receive(answer)).toThrow(/node 0 of level \d does not have its digest/);
  });

  test('few bytes that stand for thousands of millions of items are refused before they are put together', () => {
    const reader = new MerkleReader(image([1]), hasher, { chunker });
    const node = (children: Uint8Array): Uint8Array => {
      const out = new ByteWriter().varint(64);
      for (let i = 0; i < 64; i++) out.bytes(children);
      return out.finish();
    };
    // 64 blocks of one content as a leaf, six levels of nodes with 64 equal children above it.
    const digest = new Uint8Array(16).fill(7);
    const leaf = new ByteWriter().varint(64).varint(129).varint(4096);
    for (let i = 0; i < 64; i++) leaf.bytes(digest);
    const bodies = [leaf.finish()];
    const digests = [nodeDigest(hasher, 0, leaf.finish())];
    for (let level = 1; level <= 6; level++) {
      const body = node(digests[level - 1] ?? digest);
      bodies.push(body);
      digests.push(nodeDigest(hasher, level, body));
    }
    const levels = new ByteWriter().varint(7);
    for (let level = 6; level >= 0; level--) {
      if (level > 0) levels.varint(0);
      levels.bytes(bodies[level] ?? digest);
    }
    const offer = { fingerprint: 'xxh3-128', chunker, form: 'image', items: 64 ** 7, height: 6 } as const;
    reader.receive(writeOffer({ ...offer, root: digests[6] ?? digest }, levels.finish()));
    expect(reader.isFinished).toBe(true);
    expect(() => reader.listing()).toThrow(/has 4398046511104 items/);
  });

  test('blocks that do not cover their file, and more messages than asked for', () => {
    const bad = { ...remote, blocks: { ...remote.blocks, ends: remote.blocks.ends.map((end) => end - 4) } };
    expect(() => walkMerkle(bad, own, hasher)).toThrow(/the blocks of "" do not cover it/);
    const reader = new MerkleReader(remote, hasher, { chunker });
    const offer = new MerkleHolder(remote, hasher).offer();
    expect(reader.receive(offer)).toEqual([]);
    expect(() => reader.receive(offer)).toThrow(/goes on after the last answer/);
    expect(() =>
      new MerkleReader(own, hasher, { chunker: { ...chunker, blockBytes: 8192 } } as never).receive(offer),
    ).toThrow(/cut its blocks otherwise/);
  });

  test('a reader cannot ask for nodes that are not there, for too many, or for ever', () => {
    const holder = new MerkleHolder(remote, hasher);
    const { height } = new MerkleTree(remote, hasher);
    const ask = (level: number, indices: number[]) => () =>
      holder.receive(writeWant({ spareBytes: 1 << 30, level, indices }));
    expect(ask(height, [1])).toThrow(/node 1 of level \d, which has 1/);
    expect(ask(height + 1, [0])).toThrow(/which has 0/);
    expect(ask(0, numbers(limits.merkleWantedMax + 1))).toThrow(/asks for 1025 nodes/);
    expect(() => {
      for (let i = 0; i < 1000; i++) ask(height, [0])();
    }).toThrow(/asked for more than \d+ bytes, twice the tree/);
  });

  test('an answer to nothing that was asked', () => {
    const reader = new MerkleReader(own, hasher, { chunker, tripBytes: 0 });
    reader.receive(new MerkleHolder(remote, hasher).offer(0));
    expect(() => reader.receive(writeNodes(2, Uint8Array.of(1)))).toThrow(/has 2 nodes for 1/);
  });
});

test('docs/merkle.md says the limits of the code, all of them', () => {
  const page = readFileSync(new URL('../../../docs/merkle.md', import.meta.url), 'utf8');
  const said = [...page.matchAll(/^\| `(merkle\w+)` \| (\d+) \|/gm)].map(([, name, value]) => [
    name,
    Number(value),
  ]);
  const inCode = Object.entries(limits).filter(([name]) => name.startsWith('merkle'));
  expect(Object.fromEntries(said)).toEqual(Object.fromEntries(inCode));
});
