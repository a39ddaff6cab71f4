import { describe, expect, test } from 'vitest';
import { chosenLevel, LinkEstimate } from '../../../src/replication/session/link-estimate.js';
import { LinkEstimates } from '../../../src/replication/session/link-estimates.js';

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
    estimate.answered(1);
    estimate.sent(1, 100_000, 0);
    estimate.acknowledged(1, 1000);
    estimate.sent(2, 1000, 1000);
    estimate.cut();
    expect(estimate.inFlightBytes).toBe(0);
    estimate.acknowledged(2, 5000);
    expect([estimate.rateBytesPerSecond, estimate.roundTripMs]).toEqual([100_000, 1000]);
    // A clock that stands still gives no infinite rate.
    estimate.sent(3, 1000, 2000);
    estimate.acknowledged(3, 2000);
    expect(estimate.rateBytesPerSecond).toBe(100_000);
  });
});

describe('pieces', () => {
  const KiBs = (bytes: number): number => bytes / KiB;

  test('double until the link is known, then they are what it carries in a second', () => {
    const estimate = new LinkEstimate();
    const sizes: number[] = [];
    for (let key = 0; key < 5; key++) {
      sizes.push(KiBs(estimate.pieceBytes));
      estimate.sent(key, estimate.pieceBytes, 0);
    }
    expect(sizes).toEqual([256, 512, 1024, 2048, 4096]);
    const measured = new LinkEstimate();
    run(measured, { bytesPerMs: 1250, roundTripMs: 20, pieceBytes: 256 * KiB, pieces: 20 });
    expect(measured.pieceBytes / 1_250_000).toBeCloseTo(1, 1);
    run(measured, { bytesPerMs: 20, roundTripMs: 20, pieceBytes: 256 * KiB, pieces: 40 }, 1e6);
    expect(KiBs(measured.pieceBytes)).toBe(64);
  });

  test('halve when a connection broke before anything was acknowledged, down to 64 KiB', () => {
    let estimate = new LinkEstimate();
    const sizes: number[] = [];
    for (let connection = 0; connection < 4; connection++) {
      sizes.push(KiBs(estimate.pieceBytes));
      estimate.sent(0, estimate.pieceBytes, connection);
      estimate = estimate.successor();
    }
    expect(sizes).toEqual([256, 128, 64, 64]);
    // One that brought something keeps its size.
    const fruitful = new LinkEstimate();
    fruitful.sent(0, fruitful.pieceBytes, 0);
    fruitful.sent(1, fruitful.pieceBytes, 0);
    fruitful.acknowledged(0, 1000);
    expect(KiBs(fruitful.successor().pieceBytes)).toBe(1024);
  });
});

describe('bad measurements', () => {
  test('a small push over a long link does not make it look slow', () => {
    const fresh = new LinkEstimate();
    fresh.answered(100);
    fresh.sent(0, 800, 0);
    fresh.acknowledged(0, 101);
    expect([fresh.rateBytesPerSecond, fresh.level]).toEqual([undefined, undefined]);
    const known = new LinkEstimate();
    known.answered(100);
    const endMs = run(known, { bytesPerMs: 12_500, roundTripMs: 100, pieceBytes: 64 * KiB, pieces: 400 });
    const { rateBytesPerSecond } = known;
    for (let push = 0; push < 20; push++) {
      known.sent(1e6 + push, 800, endMs + 1000 * push);
      known.acknowledged(1e6 + push, endMs + 1000 * push + 101);
    }
    expect([known.rateBytesPerSecond, known.level]).toEqual([rateBytesPerSecond, 3]);
  });

  test('a thin link is known from its first piece, and one that became thin from few lone pieces', () => {
    const fresh = new LinkEstimate();
    fresh.answered(100);
    fresh.sent(0, 256 * KiB, 0);
    fresh.acknowledged(0, 8292);
    expect((fresh.rateBytesPerSecond ?? 0) / 32_000).toBeCloseTo(1, 1);
    expect(fresh.level).toBe(19);
    const fallen = new LinkEstimate();
    fallen.answered(100);
    const endMs = run(fallen, { bytesPerMs: 12_500, roundTripMs: 100, pieceBytes: 64 * KiB, pieces: 400 });
    for (let push = 0; push < 25; push++) {
      fallen.sent(1e6 + push, 64 * KiB, endMs + 10_000 * push);
      fallen.acknowledged(1e6 + push, endMs + 10_000 * push + 2148);
    }
    expect(fallen.level).toBe(19);
  });

  test('a sender that has too little to send does not make the link look slow, and notices that it is fast', () => {
    const estimate = new LinkEstimate();
    let nowMs = run(estimate, { bytesPerMs: 12_500, roundTripMs: 100, pieceBytes: 64 * KiB, pieces: 400 });
    const { rateBytesPerSecond, windowBytes } = estimate;
    // 64 KiB each 50 ms, two under way.
    for (let key = 1e6; key < 1e6 + 50; key++, nowMs += 50) {
      estimate.sent(key, 64 * KiB, nowMs, true);
      estimate.acknowledged(key - 2, nowMs + 5);
    }
    expect(estimate.rateBytesPerSecond).toBe(rateBytesPerSecond);
    expect(estimate.windowBytes / windowBytes).toBeCloseTo(1, 2);
    const slow = new LinkEstimate();
    slow.answered(20);
    let atMs = run(slow, { bytesPerMs: 100, roundTripMs: 20, pieceBytes: 64 * KiB, pieces: 20 });
    for (let key = 1e6; key < 1e6 + 30; key++, atMs += 50) {
      slow.sent(key, 512 * KiB, atMs, true);
      slow.acknowledged(key, atMs + 45);
    }
    expect(slow.level).toBe(3);
  });

  test('clocks that stand still, acknowledgements of nothing and answers in no time change nothing', () => {
    const estimate = new LinkEstimate();
    run(estimate, { bytesPerMs: 1250, roundTripMs: 20, pieceBytes: 64 * KiB, pieces: 100 });
    const before = [estimate.rateBytesPerSecond, estimate.roundTripMs, estimate.windowBytes, estimate.level];
    estimate.answered(0);
    estimate.answered(-5);
    estimate.acknowledged(12_345, 1e9);
    estimate.sent(1e6, 64 * KiB, 1e6);
    estimate.acknowledged(1e6, 1e6);
    expect([estimate.rateBytesPerSecond, estimate.roundTripMs, estimate.windowBytes, estimate.level]).toEqual(
      before,
    );
  });
});

describe('LinkEstimates', () => {
  test('a transfer begins with what the one before has learnt, and shares nothing with one under way', () => {
    const estimates = new LinkEstimates();
    const first = estimates.open('a');
    run(first, { bytesPerMs: 1250, roundTripMs: 20, pieceBytes: 64 * KiB, pieces: 100 });
    first.sent(1, 1000, 1e6);
    const second = estimates.open('a');
    expect([second.rateBytesPerSecond, second.level, second.windowBytes]).toEqual([
      first.rateBytesPerSecond,
      first.level,
      first.windowBytes,
    ]);
    expect([first.inFlightBytes, second.inFlightBytes]).toEqual([1000, 0]);
    expect(estimates.open('b').rateBytesPerSecond).toBeUndefined();
  });

  test('256 peers are remembered', () => {
    const estimates = new LinkEstimates();
    const learn = (peer: string): void => {
      run(estimates.open(peer), { bytesPerMs: 1250, roundTripMs: 20, pieceBytes: 64 * KiB, pieces: 10 });
    };
    for (let peer = 0; peer < 256; peer++) learn(`${peer}`);
    learn('0');
    learn('another');
    expect(estimates.open('0').rateBytesPerSecond).toBeDefined();
    expect(estimates.open('1').rateBytesPerSecond).toBeUndefined();
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
