import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HybridClock } from '../../../src/replication/versions/hybrid-clock.js';
import { hybridCounterMax } from '../../../src/replication/versions/limits.js';
import { compareTimes } from '../../../src/replication/versions/version.js';

class Wall {
  ms = 1000;
  wallMs(): number {
    return this.ms;
  }
}

function clockAt(ms: number): { wall: Wall; clock: HybridClock } {
  const wall = new Wall();
  wall.ms = ms;
  return { wall, clock: new HybridClock(wall, { skewMsMax: 100 }) };
}

describe('HybridClock', () => {
  test('follows the machine, and counts where that stands still or goes back', () => {
    const { wall, clock } = clockAt(1000.7);
    expect(clock.now()).toEqual({ wallMs: 1000, counter: 0 });
    expect(clock.now()).toEqual({ wallMs: 1000, counter: 1 });
    wall.ms = 990;
    expect(clock.now()).toEqual({ wallMs: 1000, counter: 2 });
    wall.ms = 1001;
    expect(clock.now()).toEqual({ wallMs: 1001, counter: 0 });
  });

  test('is later than what it received', () => {
    const { clock } = clockAt(1000);
    expect(clock.receive({ wallMs: 1050, counter: 7 })).toEqual({ state: 'accepted' });
    expect(clock.now()).toEqual({ wallMs: 1050, counter: 8 });
    expect(clock.receive({ wallMs: 900, counter: 99 })).toEqual({ state: 'accepted' });
    expect(clock.now()).toEqual({ wallMs: 1050, counter: 9 });
  });

  test('refuses a time too far ahead and keeps no trace of it, until it is no longer too far', () => {
    const { wall, clock } = clockAt(1000);
    const time = { wallMs: 1130, counter: 0 };
    expect(clock.receive(time)).toEqual({ state: 'refused', aheadMs: 130, retryMs: 30 });
    expect(clock.now()).toEqual({ wallMs: 1000, counter: 0 });
    wall.ms += 30;
    expect(clock.receive(time)).toEqual({ state: 'accepted' });
    expect(clock.now()).toEqual({ wallMs: 1130, counter: 1 });
  });

  test('begins again when the machine was far ahead and is put right', () => {
    const { wall, clock } = clockAt(9000);
    clock.now();
    wall.ms = 1000;
    expect(clock.now()).toEqual({ wallMs: 1000, counter: 0 });
    expect(clock.now()).toEqual({ wallMs: 1000, counter: 1 });
  });

  test('goes on after a restart, and past the last counter', () => {
    const wall = new Wall();
    const clock = new HybridClock(wall, { last: { wallMs: 1000, counter: hybridCounterMax } });
    expect(clock.now()).toEqual({ wallMs: 1001, counter: 0 });
  });

  test('two clocks whose skew is within bounds: effects are later than causes, readings stay near the machine', () => {
    const event = fc.record({
      who: fc.nat({ max: 1 }),
      what: fc.constantFrom('write', 'send'),
      passMs: fc.nat({ max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.nat({ max: 100 }), (events, skewMs) => {
        const walls = [new Wall(), new Wall()] as const;
        walls[1].ms += skewMs;
        const clocks = walls.map((wall) => new HybridClock(wall, { skewMsMax: 100 }));
        let latest = [0, 0].map(() => ({ wallMs: 0, counter: 0 }));
        for (const { who, what, passMs } of events) {
          for (const wall of walls) wall.ms += passMs;
          const mine = clocks[who];
          const time = mine?.now() ?? { wallMs: 0, counter: 0 };
          expect(compareTimes(time, latest[who] ?? time)).toBeGreaterThan(0);
          expect(time.wallMs - (walls[who]?.ms ?? 0)).toBeLessThanOrEqual(100);
          latest = latest.map((was, i) => (i === who ? time : was));
          if (what === 'send') {
            expect(clocks[1 - who]?.receive(time)).toEqual({ state: 'accepted' });
            latest = latest.map((was) => (compareTimes(was, time) < 0 ? time : was));
          }
        }
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});
