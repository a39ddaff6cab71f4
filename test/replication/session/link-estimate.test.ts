import { describe, expect, test } from 'vitest';
import { chosenLevel, LinkEstimate } from '../../../src/replication/session/link-estimate.js';

const KiB = 1024;

/** A link of so many bytes a millisecond, with a fixed delay, that a sender fills as its window allows. Gives the time at the end. */
function run(
  estimate: LinkEstimate,
  {
    bytesPerMs,
    roundTripMs,
    pieceBytes,
    pieces,
  }: Record<'bytesPerMs' | 'roundTripMs' | 'pieceBytes' | 'pieces', number>,
  startMs = 0,
): number {
  let nowMs = startMs;
  let linkFreeMs = startMs;
  const acknowledgements: { key: number; atMs: number }[] = [];
  for (let key = 0; key < pieces; key++) {
    while (acknowledgements[0] !== undefined && estimate.inFlightBytes + pieceBytes > estimate.windowBytes) {
      const { key: done, atMs } = acknowledgements[0];
      acknowledgements.shift();
      nowMs = Math.max(nowMs, atMs);
      estimate.acknowledged(startMs + done, atMs);
    }
    estimate.sent(startMs + key, pieceBytes, nowMs);
    linkFreeMs = Math.max(linkFreeMs, nowMs) + pieceBytes / bytesPerMs;
    acknowledgements.push({ key, atMs: linkFreeMs + roundTripMs });
  }
  for (const { key, atMs } of acknowledgements) estimate.acknowledged(startMs + key, (nowMs = atMs));
  return nowMs;
}

describe('LinkEstimate', () => {
  test('knows nothing at first', () => {
    const estimate = new LinkEstimate({ windowBytesStart: 12_345 });
    expect([estimate.rateBytesPerSecond, estimate.roundTripMs, estimate.level]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(estimate.windowBytes).toBe(12_345);
  });

  test.each([
    ['10 Mbit/s, 20 ms', 1250, 20, 12],
    ['100 Mbit/s, 100 ms', 12_500, 100, 3],
    ['1 Mbit/s, 300 ms', 125, 300, 19],
  ])('%s: rate, window and level', (_name, bytesPerMs, roundTripMs, level) => {
    const estimate = new LinkEstimate();
    const pieceBytes = 16 * KiB;
    run(estimate, { bytesPerMs, roundTripMs, pieceBytes, pieces: 600 });
    expect((estimate.rateBytesPerSecond ?? 0) / (1000 * bytesPerMs)).toBeCloseTo(1, 1);
    const linkBytes = bytesPerMs * roundTripMs;
    expect(estimate.windowBytes).toBeGreaterThan(1.9 * linkBytes);
    // A piece's own time on the link, and what queues before it, are part of its round trip.
    expect(estimate.windowBytes).toBeLessThan(2.5 * (linkBytes + pieceBytes));
    expect(estimate.level).toBe(level);
    expect(estimate.inFlightBytes).toBe(0);
  });

  test('a window that holds the link back grows until it does not', () => {
    const link = { bytesPerMs: 12_500, roundTripMs: 100, pieceBytes: 16 * KiB, pieces: 4000 };
    const estimate = new LinkEstimate({ windowBytesStart: 64 * KiB });
    const tookMs = run(estimate, link);
    const leastMs = (link.pieces * link.pieceBytes) / link.bytesPerMs + link.roundTripMs;
    // 64 KiB doubles five times until it holds 1.2 MiB: some six round trips.
    expect(tookMs / leastMs).toBeLessThan(1.15);
    const narrow = new LinkEstimate({ windowBytesStart: 64 * KiB, windowBytesMax: 64 * KiB });
    expect(run(narrow, link) / leastMs).toBeGreaterThan(15);
  });

  test('a round trip that became longer is found out, and the window follows', () => {
    const link = { bytesPerMs: 1250, roundTripMs: 20, pieceBytes: 16 * KiB, pieces: 1000 };
    const estimate = new LinkEstimate({ windowBytesMin: 16 * KiB });
    const endMs = run(estimate, link);
    run(estimate, { ...link, roundTripMs: 200, pieces: 3000 }, endMs);
    expect(estimate.windowBytes).toBeGreaterThan(1.9 * 1250 * 200);
    expect(estimate.windowBytes).toBeLessThan(3 * 1250 * 200);
  });

  test('stays within its bounds', () => {
    const slow = new LinkEstimate({ windowBytesMin: 100_000 });
    run(slow, { bytesPerMs: 1, roundTripMs: 1, pieceBytes: 1000, pieces: 20 });
    expect(slow.windowBytes).toBe(100_000);
    const fast = new LinkEstimate({ windowBytesMax: 1_000_000 });
    run(fast, { bytesPerMs: 1e6, roundTripMs: 100, pieceBytes: 100_000, pieces: 200 });
    expect(fast.windowBytes).toBe(1_000_000);
  });

  test('idle times and bunched acknowledgements do not change the rate', () => {
    const link = { bytesPerMs: 1000, roundTripMs: 50, pieceBytes: 16 * KiB, pieces: 200 };
    const estimate = new LinkEstimate();
    const endMs = run(estimate, link);
    const before = estimate.rateBytesPerSecond ?? 0;
    run(estimate, link, endMs + 60_000);
    expect((estimate.rateBytesPerSecond ?? 0) / before).toBeCloseTo(1, 1);
    // Three pieces are sent 100 ms apart and acknowledged at one moment, 202 ms after the acknowledgement before.
    const bunched = new LinkEstimate({ windowBytesMin: 1 });
    bunched.sent(0, 10_000, 0);
    bunched.sent(1, 10_000, 0);
    bunched.acknowledged(1, 200);
    for (const key of [2, 3, 4]) bunched.sent(key, 10_000, 100 * key + 1);
    for (const key of [2, 3, 4]) bunched.acknowledged(key, 402);
    // The last was sent 401 ms after what was acknowledged before it, and came back in 1 ms.
    expect(bunched.windowBytes).toBe(Math.round((2 * 30_000) / 401));
  });

  test('a link that became slower is noticed', () => {
    const estimate = new LinkEstimate();
    const link = { bytesPerMs: 12_500, roundTripMs: 20, pieceBytes: 16 * KiB, pieces: 300 };
    const endMs = run(estimate, link);
    expect(estimate.level).toBe(3);
    run(estimate, { ...link, bytesPerMs: 100 }, endMs);
    expect(estimate.level).toBe(19);
    expect((estimate.rateBytesPerSecond ?? 0) / 100_000).toBeCloseTo(1, 1);
  });

  test('a cut forgets what was under way, and nothing else', () => {
    const estimate = new LinkEstimate();
    estimate.sent(1, 1000, 0);
    estimate.acknowledged(1, 10);
    estimate.sent(2, 1000, 10);
    estimate.cut();
    expect(estimate.inFlightBytes).toBe(0);
    estimate.acknowledged(2, 5000);
    expect([estimate.rateBytesPerSecond, estimate.roundTripMs]).toEqual([100_000, 10]);
    // A clock that stands still gives no infinite rate.
    estimate.sent(3, 1000, 20);
    estimate.acknowledged(3, 20);
    expect(estimate.rateBytesPerSecond).toBe(100_000);
  });
});

describe('chosenLevel', () => {
  test.each([
    [150_000, 19],
    [150_001, 16],
    [250_000, 16],
    [1_700_000, 12],
    [3_200_000, 9],
    [3_200_001, 3],
    [1e9, 3],
  ])('%d bytes a second: %i', (rate, level) => {
    expect(chosenLevel(rate, undefined)).toBe(level);
  });

  test('holds on to a level until the rate is well past the step', () => {
    const levels = (rates: readonly number[]): number[] => {
      let current: number | undefined;
      return rates.map((rate) => (current = chosenLevel(rate, current)));
    };
    expect(levels([1_600_000, 1_800_000, 1_600_000, 2_100_000])).toEqual([12, 12, 12, 12]);
    expect(levels([1_600_000, 2_200_000, 1_600_000, 1_400_000, 1_300_000])).toEqual([12, 9, 9, 9, 12]);
    expect(levels([1e9, 100_000, 1e9])).toEqual([3, 19, 3]);
  });
});
