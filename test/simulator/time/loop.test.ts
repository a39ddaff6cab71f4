import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventLoop } from '../../../src/simulator/time/loop.js';
import { Life } from '../../../src/simulator/time/life.js';
import { EventQueue } from '../../../src/simulator/time/queue.js';
import { Trace } from '../../../src/simulator/trace/trace.js';

const newLoop = (): EventLoop => new EventLoop(new Trace());

test('the queue gives events by time, ties in the order of coming', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (times) => {
      const queue = new EventQueue();
      times.forEach((atNs, sequence) => {
        queue.push({ atNs, sequence, entity: 0, kind: 0, detail: 0, action: undefined });
      });
      const expected = times
        .map((atNs, sequence) => [atNs, sequence])
        .sort(([a = 0, i = 0], [b = 0, j = 0]) => a - b || i - j);
      const got: number[][] = [];
      for (let event = queue.pop(); event !== undefined; event = queue.pop())
        got.push([event.atNs, event.sequence]);
      expect(got).toEqual(expected);
    }),
    { seed: 1 },
  );
});

describe('the loop', () => {
  test('lets everything that follows from an event run before the next one', async () => {
    const loop = newLoop();
    const life = new Life(loop, 'a');
    const seen: string[] = [];
    const at = (ms: number) =>
      life.wait<undefined>('time', ({ resolve }) => {
        loop.after(ms * 1e6, 0, 0, 0, () => resolve(undefined));
      });
    void (async () => {
      await at(1);
      seen.push('a');
      for (let i = 0; i < 1000; i++) await Promise.resolve();
      seen.push(`a later, at ${loop.nowMs}`);
    })();
    void at(1).then(() => seen.push('b'));
    expect(await loop.run()).toBe('idle');
    expect(seen).toEqual(['a', 'a later, at 1', 'b']);
    expect(loop.eventCount).toBe(2);
  });

  test('stops at a time, at a count, and when told; and goes on', async () => {
    const loop = newLoop();
    const fired: number[] = [];
    for (const ms of [1, 2, 3, 4, 5]) loop.after(ms * 1e6, 0, 0, 0, () => fired.push(ms));
    expect(await loop.run({ untilMs: 2.5 })).toBe('time');
    expect(loop.nowMs).toBe(2.5);
    expect(await loop.run({ eventCountMax: 1 })).toBe('events');
    expect(fired).toEqual([1, 2, 3]);
    loop.after(0, 0, 0, 0, () => loop.stop());
    expect(await loop.run()).toBe('stopped');
    expect(await loop.run()).toBe('idle');
    expect(fired).toEqual([1, 2, 3, 4, 5]);
  });

  test('passes over what was cancelled', async () => {
    const loop = newLoop();
    const fired: number[] = [];
    const event = loop.after(1, 0, 0, 0, () => fired.push(1));
    loop.after(2, 0, 0, 0, () => fired.push(2));
    loop.cancel(event);
    await loop.run();
    expect(fired).toEqual([2]);
    expect(loop.eventCount).toBe(1);
  });

  test('rejects with what an invariant throws, after the event that broke it', async () => {
    const loop = newLoop();
    let value = 0;
    for (let i = 1; i <= 5; i++) loop.after(i, 0, 0, 0, () => (value = i));
    loop.afterEvent = () => {
      if (value === 3) throw new Error('three');
    };
    await expect(loop.run()).rejects.toThrow('three');
    expect(loop.eventCount).toBe(3);
  });
});

describe('a life', () => {
  test('that is over settles nothing, and starts nothing', async () => {
    const loop = newLoop();
    const life = new Life(loop, 'a');
    let seen = 0;
    const wait = () =>
      life.wait<undefined>('time', ({ resolve }) => {
        seen += 100;
        loop.after(1e6, 0, 0, 0, () => resolve(undefined));
      });
    void wait().then(() => seen++);
    expect(life.waits()).toEqual([{ who: 'a', what: 'time', sinceMs: 0 }]);
    life.end();
    void wait().then(() => seen++);
    await loop.run();
    expect(seen).toBe(100);
    expect(life.waits()).toEqual([]);
  });

  test('that is paused settles late, in order', async () => {
    const loop = newLoop();
    const life = new Life(loop, 'a');
    const seen: string[] = [];
    for (const name of ['x', 'y'])
      void life
        .wait<undefined>(name, ({ resolve }) => {
          loop.after(1e6, 0, 0, 0, () => resolve(undefined));
        })
        .then(() => seen.push(`${name} at ${loop.nowMs}`));
    life.pause();
    loop.after(7e6, 0, 0, 0, () => life.resume());
    await loop.run();
    expect(seen).toEqual(['x at 7', 'y at 7']);
  });
});
