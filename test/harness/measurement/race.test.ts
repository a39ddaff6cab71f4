import { describe, expect, it } from 'vitest';
import { lapsOf, race, racesOf } from '../../../src/harness/measurement/kernels/race.js';

const entrant = (implementation: string, lap: () => number) => ({
  kernel: 'compare',
  implementation,
  data: 'equal',
  lap,
});

describe('race', () => {
  it('gives every entrant one lap a round, beginning with another each time and going back and forth', () => {
    const order: string[] = [];
    const lap = (name: string, speed: number) => () => {
      order.push(name);
      return speed;
    };
    const speeds = race([entrant('a', lap('a', 1)), entrant('b', lap('b', 2)), entrant('c', lap('c', 3))], 3);
    expect(order.join('')).toBe('abcacbcab');
    expect(speeds).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);
  });

  it('times passes by the clock that it is given', () => {
    let nowMs = 0;
    let passes = 0;
    const pass = (): void => {
      passes++;
      nowMs += 2;
    };
    const lap = lapsOf({ kernel: 'x', data: 'y', bytes: 4_000_000, pass }, 10, { nowMs: () => nowMs });
    // 4 MB in 2 ms.
    expect(lap()).toBeCloseTo(2, 6);
    expect(passes).toBeGreaterThanOrEqual(5);
  });

  it('passes on what a pass throws', () => {
    const pass = (): void => {
      throw new Error('broken');
    };
    const lap = lapsOf({ kernel: 'x', data: 'y', bytes: 1, pass }, 1, { nowMs: () => performance.now() });
    expect(lap).toThrow('broken');
  });

  it('puts together what a target sets against each other, and nothing else', () => {
    const named = (kernel: string, data: string) => ({ kernel, data, implementation: 'wasm' });
    const races = racesOf([
      named('histogram', 'text'),
      named('sha256', 'random'),
      named('fastcdc', 'code'),
      named('memcpy', 'random'),
      named('strided', 'code'),
      named('strided', 'text'),
    ]);
    expect(races.map((group) => group.map(({ kernel, data }) => `${kernel} ${data}`))).toEqual([
      ['histogram text', 'memcpy random'],
      ['sha256 random'],
      ['fastcdc code', 'strided code'],
      ['strided text'],
    ]);
  });
});
