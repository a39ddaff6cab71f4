import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CancelledError, DataError } from '../../../src/base/errors.js';
import { leafBytes } from '../../../src/base/limits.js';
import { inspect } from '../../../src/engine/apply/inspect.js';
import { signRoot } from '../../../src/engine/package/signature.js';
import { createWasmKernels } from '../../../src/kernels/load.js';
import { content, image } from '../../support/pairs.js';
import { diffOf, encode, handMade, literal, zeros } from './packages.js';

const kernels = createWasmKernels();
const base = content(9, 4 * leafBytes);
const made = handMade(
  base,
  [
    { script: [{ kind: 'copy', length: leafBytes - 10, baseAddress: 3 }, literal(content(1, 10))] },
    {
      script: [
        { kind: 'repeat', length: 100, sourceAddress: 0 },
        { kind: 'add', differences: content(2, 50), baseAddress: 7 },
        zeros(30),
        literal(content(3, 20)),
      ],
      dependencies: [0],
    },
  ],
  'blake3',
);

describe('inspection', () => {
  test('reports every segment, and totals by operation, stream and codec', async () => {
    const pieces = encode(made);
    const report = await inspect(pieces, { kernels });
    expect(report.header).toEqual(made.header);
    expect(report.structure).toEqual(made.structure);
    expect(report.packageBytes).toBe(Buffer.concat(pieces).length);
    expect(report.segments).toMatchObject([
      { index: 0, targetAddress: 0, targetBytes: leafBytes, dependencies: [] },
      { index: 1, targetAddress: leafBytes, targetBytes: 200, dependencies: [0] },
    ]);
    expect(report.segments[1]?.operations).toEqual({
      literal: { count: 1, targetBytes: 20 },
      copy: { count: 0, targetBytes: 0 },
      repeat: { count: 1, targetBytes: 100 },
      zero: { count: 1, targetBytes: 30 },
      add: { count: 1, targetBytes: 50 },
    });
    expect(report.totals.byOperation).toEqual({
      literal: { count: 2, targetBytes: 30 },
      copy: { count: 1, targetBytes: leafBytes - 10 },
      repeat: { count: 1, targetBytes: 100 },
      zero: { count: 1, targetBytes: 30 },
      add: { count: 1, targetBytes: 50 },
    });
    const bytes = (rawBytes: number) => ({ rawBytes, packedBytes: rawBytes });
    expect(report.totals.byStream).toEqual({
      instructions: bytes(6),
      lengths: bytes(6),
      addresses: bytes(7),
      differences: bytes(50),
      literals: bytes(30),
    });
    expect(report.totals.byCodec.stored).toEqual({
      streams: 9,
      ...bytes(99),
    });
    expect(report.totals.byCodec.zstd).toEqual({ streams: 0, rawBytes: 0, packedBytes: 0 });
  });

  test('shows codecs and the figures behind their choice', async () => {
    const text = Buffer.from('all work and no play makes jack a dull boy. '.repeat(5000));
    const pieces = await diffOf(image(new Uint8Array(10), 'base'), image(text, 'target'), 'compare', {
      codec: 'zstd',
      decisions: true,
    });
    const { segments, totals } = await inspect(pieces, { kernels });
    expect(segments[0]?.streams.literals).toMatchObject({ codec: 'zstd', rawBytes: text.length });
    expect(segments[0]?.decisions?.reason).toBe('fixed');
    expect(totals.byCodec.zstd.packedBytes).toBeLessThan(1000);
  });

  test('judges signatures and goes on', async () => {
    const ours = generateKeyPairSync('ed25519');
    const theirs = generateKeyPairSync('ed25519');
    const forged = encode(made, (message) => ({
      ...signRoot(ours.privateKey, message),
      signature: new Uint8Array(64),
    }));
    const signed = encode(made, (message) => signRoot(ours.privateKey, message));
    const states = async (pieces: Uint8Array[], key: typeof ours) =>
      (await inspect(pieces, { kernels, trust: [key.publicKey] })).signatures.map(({ state }) => state);
    expect(await states(signed, ours)).toEqual(['trusted']);
    expect(await states(signed, theirs)).toEqual(['unknown key']);
    expect(await states(forged, ours)).toEqual(['invalid']);
  });

  test('refuses what is damaged, incomplete or cancelled', async () => {
    const whole = Buffer.concat(encode(made));
    await expect(inspect([whole.subarray(0, -1)], { kernels })).rejects.toThrow(DataError);
    await expect(inspect([], { kernels })).rejects.toThrow(DataError);
    const damaged = encode(made).map((piece, index) =>
      index === 2 ? piece.map((byte, at) => (at === piece.length - 1 ? byte ^ 1 : byte)) : piece,
    );
    await expect(inspect(damaged, { kernels })).rejects.toThrow(/segment 0 is damaged/);
    await expect(inspect([whole], { kernels, signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
  });
});
