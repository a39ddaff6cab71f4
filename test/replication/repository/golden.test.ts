/** The bytes of each object, frozen; and the format document against the code. */
import { describe, expect, test } from 'vitest';
import * as limits from '../../../src/replication/repository/limits.js';
import { decodeConfig, encodeConfig } from '../../../src/replication/repository/config.js';
import {
  objectKinds,
  packKey,
  stagingFolder,
  versionKey,
} from '../../../src/replication/repository/objects.js';
import { decodePackIndex, encodePack, unpackBlock } from '../../../src/replication/repository/pack.js';
import { decodeRecord, encodeRecord, recordKey } from '../../../src/replication/repository/record.js';
import type { StoredVersion } from '../../../src/replication/repository/repository.js';
import {
  decodeSegment,
  decodeStagingHead,
  encodeSegment,
  encodeStagingHead,
} from '../../../src/replication/repository/staging-objects.js';
import { expectGolden, readGolden } from '../../golden/golden.js';
import { textOf } from '../../tidy/sources.js';
import { hashingOf, kernels } from './samples.js';

const hashing = hashingOf('xxh3-128');
const bytesOf = (length: number, step: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => i * step + 1);

const stored: StoredVersion = {
  version: {
    volume: 'disk',
    dot: { writer: 'agent', counter: 3 },
    vector: { agent: 3, other: 1 },
    time: { wallMs: 1_700_000_000_000, counter: 2 },
    parents: [
      { writer: 'agent', counter: 2 },
      { writer: 'other', counter: 1 },
    ],
  },
  content: Buffer.from(bytesOf(16, 3)).toString('hex'),
  metadata: Buffer.from(bytesOf(16, 5)).toString('hex'),
  totalBytes: 700,
  manifest: `manifests/${Buffer.from(bytesOf(16, 7)).toString('hex')}`,
};

describe('golden bytes', () => {
  test('the configuration', () => {
    const config = {
      fingerprint: 'xxh3-128',
      chunker: { name: 'fastcdc', minBytes: 1024, averageBytes: 4096, maxBytes: 16_384 },
      codec: 'zstd',
      level: 3,
    } as const;
    const bytes = encodeConfig(config, hashing);
    expectGolden('repository-v1-config.sdobject', bytes);
    expect(decodeConfig(bytes, kernels).config).toEqual(config);
  });

  test('a pack', () => {
    const key = packKey(12);
    const blocks = [bytesOf(5, 9), bytesOf(130, 1)];
    const packed = [
      { codec: 0, rawBytes: 5, packed: bytesOf(5, 9) },
      // As an encoder would give it: one stored DEFLATE block would be longer, so this is made up.
      { codec: 2, rawBytes: 130, packed: bytesOf(9, 4) },
    ];
    const digests = hashing.digests(blocks);
    const bytes = encodePack(key, digests, packed, hashing);
    expectGolden('repository-v1-pack.sdobject', bytes);
    const index = decodePackIndex(key, bytes, hashing);
    expect(index.digests).toEqual(digests);
    expect([...index.offsets]).toEqual([bytes.length - 14, bytes.length - 9]);
    expect([...index.packedBytes, ...index.rawBytes, ...index.codecs]).toEqual([5, 9, 5, 130, 0, 2]);
    expect(unpackBlock(0, bytes.subarray(index.offsets[0], index.offsets[1]), 5)).toEqual(blocks[0]);
  });

  test('a record', () => {
    const bytes = encodeRecord(stored, hashing);
    expectGolden('repository-v1-record.sdobject', bytes);
    expect(decodeRecord(bytes, recordKey(stored.version, hashing), hashing)).toEqual(stored);
    expect(recordKey(stored.version, hashing)).toBe('versions/5b9f04b35b2acbb9063315f5ac9f0e3d');
  });

  test('a staging', () => {
    const head = { token: 'token', offer: bytesOf(4, 1), manifest: stored.manifest };
    const sealed = encodeStagingHead(head, hashing);
    const folder = stagingFolder(hashing, 'token');
    expectGolden('repository-v1-staging.sdobject', sealed.bytes);
    expect(decodeStagingHead(sealed.bytes, `${folder}head`, hashing)).toEqual({
      head,
      digest: sealed.digest,
    });
    expect(folder).toBe('stagings/d4dad7d90b2d687c7699550cee427ef8/');
    const segment = { staging: sealed.digest, index: 5, digests: bytesOf(32, 11) };
    const { bytes } = encodeSegment(folder, segment, hashing);
    expectGolden('repository-v1-segment.sdobject', bytes);
    expect(decodeSegment(bytes, `${folder}0000005`, hashing)).toEqual(segment);
  });

  test('names tell apart what texts would run together', () => {
    const names = [
      versionKey(hashing, 'a', 'bc', 1),
      versionKey(hashing, 'ab', 'c', 1),
      versionKey(hashing, 'a', 'bc', 2),
    ];
    expect(new Set(names).size).toBe(3);
  });
});

describe('docs/formats/repository-v1.md', () => {
  const text = textOf('docs/formats/repository-v1.md');

  test('states the limits', () => {
    const rows = [...text.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)];
    expect(rows.length).toBeGreaterThan(5);
    const values = new Map(Object.entries(limits));
    for (const [, name = '', value] of rows) expect(String(values.get(name)), name).toBe(value);
  });

  test('states the kinds', () => {
    for (const code of Object.values(objectKinds)) {
      expect(text).toContain(`| ${String.fromCharCode(code)}, 0x${code.toString(16)} |`);
    }
  });

  test('shows the golden pack', () => {
    const hex = /```text\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const bytes = hex.replace(/;.*$/gm, '').replace(/\s+/g, '');
    expect(bytes).toBe(readGolden('repository-v1-pack.sdobject').toString('hex'));
  });
});
