import { describe, expect, it } from 'vitest';
import { stoppedClock } from '../../src/base/clock.js';
import { Meter } from '../../src/base/meter.js';

/** A counter that work moves on by hand. */
function counting() {
  let executed = 1000;
  return { instructions: () => executed, execute: (count: number) => void (executed += count) };
}

describe('instructions', () => {
  it('belong to the stage that runs, or to none', () => {
    const { instructions, execute } = counting();
    const meter = new Meter(stoppedClock, instructions);
    execute(1);
    meter.time('hash', () => execute(10));
    execute(2);
    meter.time('chunk', () => execute(100));
    meter.time('hash', () => execute(20));
    meter.time('read', () => undefined);
    execute(4);
    const expected = { stages: { hash: 30, chunk: 100 }, other: 7, eachLane: 0 };
    expect(meter.reading().instructions).toEqual(expected);
    expect(meter.reading().instructions).toEqual(expected);
  });

  it('and times of a stage inside another are its own', () => {
    const { instructions, execute } = counting();
    let nowMs = 0;
    const work = (amount: number): void => {
      execute(amount);
      nowMs += amount;
    };
    const meter = new Meter({ nowMs: () => nowMs }, instructions);
    meter.time('delta', () => {
      work(1);
      meter.time('read', () => work(10));
      work(100);
      expect(() =>
        meter.time('read', () => {
          work(1000);
          throw new Error('failed');
        }),
      ).toThrow('failed');
      work(10_000);
    });
    work(100_000);
    const { stageMs, instructions: counted } = meter.reading();
    expect(stageMs).toEqual({ delta: 10_101, read: 1010 });
    expect(counted).toEqual({ stages: { delta: 10_101, read: 1010 }, other: 100_000, eachLane: 0 });
  });

  it('of a stage that fails are counted', () => {
    const { instructions, execute } = counting();
    const meter = new Meter(stoppedClock, instructions);
    const fail = () => {
      execute(5);
      throw new Error('failed');
    };
    expect(() => meter.time('hash', fail)).toThrow('failed');
    expect(meter.reading().instructions?.stages).toEqual({ hash: 5 });
  });

  it('that each lane spends for itself are taken once, all others are added', () => {
    const home = new Meter(stoppedClock, () => 0);
    for (const setUp of [true, true, false]) {
      const { instructions, execute } = counting();
      const lane = new Meter(stoppedClock, instructions);
      if (setUp) lane.forEachLane(() => lane.time('detect', () => execute(50)));
      lane.time('detect', () => execute(3));
      execute(1);
      home.add(lane.reading());
    }
    expect(home.reading().instructions).toEqual({ stages: { detect: 9 }, other: 3, eachLane: 50 });
  });

  it('are absent where nothing counts them', () => {
    const meter = new Meter(stoppedClock);
    meter.time('hash', () => undefined);
    expect(meter.reading()).not.toHaveProperty('instructions');
  });
});
