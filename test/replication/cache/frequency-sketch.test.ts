import { describe, expect, test } from 'vitest';
import { FrequencySketch, hashOf } from '../../../src/replication/cache/frequency-sketch.js';

describe('FrequencySketch', () => {
  test('counts to 16, apart for different keys', () => {
    const sketch = new FrequencySketch(1024);
    const keys = Array.from({ length: 40 }, (_, i) => hashOf(`key${i}`));
    keys.forEach((hash, i) => {
      for (let n = 0; n < i; n++) sketch.increment(hash);
    });
    expect(keys.map((hash) => sketch.estimate(hash))).toEqual(keys.map((_, i) => Math.min(i, 16)));
    expect(sketch.estimate(hashOf('nobody'))).toBe(0);
  });

  test('never estimates too little, and rarely too much, with as many keys as entries', () => {
    const sketch = new FrequencySketch(1024);
    const hashes = Array.from({ length: 1024 }, (_, i) => hashOf(`key${i}`));
    const counts = hashes.map((_, i) => 1 + (i % 7));
    hashes.forEach((hash, i) => {
      for (let n = 0; n < (counts[i] ?? 0); n++) sketch.increment(hash);
    });
    const surplus = hashes.map((hash, i) => sketch.estimate(hash) - (counts[i] ?? 0));
    expect(Math.min(...surplus)).toBe(0);
    expect(surplus.filter((more) => more > 0).length).toBeLessThan(1024 / 10);
  });

  test('halves after ten requests an entry', () => {
    const sketch = new FrequencySketch(64);
    const often = hashOf('often');
    for (let i = 0; i < 13; i++) sketch.increment(often);
    const rest = (count: number): void => {
      for (let i = 0; i < count; i++) sketch.increment(hashOf(`once${i}`));
    };
    rest(640 - 14);
    const before = sketch.estimate(often);
    expect(before).toBeGreaterThanOrEqual(13);
    rest(1);
    // The doorkeeper's one is forgotten, the counter halved.
    expect(sketch.estimate(often)).toBe((before - 1) >> 1);
  });
});
