/** The ledger knows one answer for each version: an image that its writer has pushed, or what a merge was where it was seen first. */
import { describe, expect, test } from 'vitest';
import { Ledger } from '../../../src/simulator/invariants/ledger.js';
import type { Version } from '../../../src/replication/versions/version.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const dot = { writer: 'alice', counter: 1 };

describe('the ledger', () => {
  test('takes what the writer has pushed, and then that alone', () => {
    const ledger = new Ledger();
    expect(ledger.problem('disk', dot, bytes(1))).toContain('no image');
    ledger.begun('disk', 'alice', bytes(1, 2, 3));
    ledger.begun('disk', 'alice', bytes(1, 2, 4));
    ledger.begun('disk', 'bob', bytes(9));
    expect(ledger.problem('disk', dot, bytes(1, 2))).toContain('no image');
    expect(ledger.problem('disk', dot, bytes(9))).toContain('no image');
    expect(ledger.problem('other', dot, bytes(1, 2, 3))).toContain('no image');
    expect(ledger.problem('disk', dot, bytes(1, 2, 4))).toBeUndefined();
    expect(ledger.problem('disk', dot, bytes(1, 2, 3))).toContain('from byte 2');
    expect(ledger.problem('disk', dot, bytes(1, 2, 4))).toBeUndefined();
  });

  test('keeps a merge as it was seen first, whatever becomes of those bytes', () => {
    const ledger = new Ledger();
    const merge = { writer: `merge.${'0'.repeat(32)}`, counter: 1 };
    const seen = bytes(5, 6);
    expect(ledger.problem('disk', merge, seen)).toBeUndefined();
    seen[0] = 7;
    expect(ledger.problem('disk', merge, bytes(5, 6))).toBeUndefined();
    expect(ledger.problem('disk', merge, seen)).toContain('from byte 0');
  });

  test('knows what a version said of itself', () => {
    const ledger = new Ledger();
    const version: Version = {
      volume: 'disk',
      dot,
      vector: { alice: 1 },
      time: { wallMs: 1, counter: 0 },
      parents: [],
    };
    expect(ledger.isSameVersion(version)).toBe(true);
    expect(ledger.isSameVersion({ ...version })).toBe(true);
    expect(ledger.isSameVersion({ ...version, time: { wallMs: 1, counter: 1 } })).toBe(false);
    expect(ledger.version('disk', dot)).toBe(version);
  });
});
