import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/base/prng.js';
import { Backoff } from '../../../src/replication/session/backoff.js';

describe('Backoff', () => {
  test('each wait is drawn from a range that doubles up to the bound', () => {
    const bounds = [100, 200, 400, 800, 990, 990];
    const largest = bounds.map(() => 0);
    for (let seed = 0; seed < 500; seed++) {
      const backoff = new Backoff(new Random(seed), { leastMs: 10, baseMs: 100, mostMs: 1000 });
      bounds.forEach((bound, i) => {
        const wait = backoff.nextMs();
        expect(wait).toBeGreaterThanOrEqual(10);
        expect(wait).toBeLessThan(10 + bound);
        largest[i] = Math.max(largest[i] ?? 0, wait);
      });
    }
    // Full jitter: the whole range is used.
    largest.forEach((wait, i) => {
      expect(wait).toBeGreaterThan(10 + 0.97 * (bounds[i] ?? 0));
    });
  });

  test('progress begins anew; a thousand failures overflow nothing', () => {
    const backoff = new Backoff(new Random(1), { leastMs: 0, baseMs: 1, mostMs: 50 });
    for (let i = 0; i < 1000; i++) expect(backoff.nextMs()).toBeLessThan(50);
    expect(backoff.attempts).toBe(1000);
    backoff.progress();
    expect(backoff.attempts).toBe(0);
    expect(backoff.nextMs()).toBeLessThan(1);
  });

  test('the same stream waits the same', () => {
    const waits = (): number[] => {
      const backoff = new Backoff(new Random(7).fork('retry'));
      return Array.from({ length: 5 }, () => backoff.nextMs());
    };
    expect(waits()).toEqual(waits());
  });
});
