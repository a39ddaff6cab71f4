/** What a transfer shows while it goes on: rates over the last seconds, and a line that fits any of them. */
import { describe, expect, test } from 'vitest';
import { LateTarget } from '../../src/cli/replication/late-target.js';
import { Rate, transferLine } from '../../src/cli/replication/transfer-display.js';
import { memorySnapshot } from '../../src/engine/snapshot/memory.js';
import { readFileSync } from 'node:fs';
import { Sandbox, noise } from './program.js';

describe('rates', () => {
  test('are unknown at first, then those of the last five seconds', () => {
    const rate = new Rate();
    expect(rate.at(0, 0)).toBeUndefined();
    expect(rate.at(400, 1000)).toBeUndefined();
    expect(rate.at(1000, 5000)).toBe(5000);
    for (let second = 2; second <= 20; second++) rate.at(second * 1000, 5000);
    expect(rate.at(21_000, 5000)).toBe(0);
    expect(rate.at(22_000, 11_000)).toBe(1200);
  });

  test('begin anew with another connection', () => {
    const rate = new Rate();
    rate.at(0, 0);
    rate.at(2000, 8000);
    expect(rate.at(100, 0)).toBeUndefined();
    expect(rate.at(1100, 500)).toBe(500);
  });
});

test.each<[doneBytes: number, totalBytes: number, bytesPerSecond: number | undefined, line: string]>([
  [0, 0, undefined, 'pushing 100 % of 0 B'],
  [0, 1024, undefined, 'pushing 0 % of 1 KiB'],
  [512 * 1024, 2 ** 20, 0, 'pushing 50 % of 1 MiB'],
  [3 * 2 ** 28, 2 ** 30, 2 ** 26, 'pushing 75 % of 1 GiB, 67.1 MB/s, 4 s left'],
])('%d of %d at %s', (doneBytes, totalBytes, bytesPerSecond, line) => {
  expect(transferLine('pushing', doneBytes, totalBytes, bytesPerSecond)).toBe(line);
});

describe('a target whose form is known late', () => {
  const sandbox = new Sandbox();
  const bytes = noise(10_000, 1);

  test('tells when each range of an image is there, once, and where', () => {
    const told: [string, number, boolean][] = [];
    const output = sandbox.path('late.img');
    const target = new LateTarget(output, {
      overwrite: false,
      isFlushed: false,
      first: ['0-100', '5000-6000', '20000-30000'],
      onFirst: ({ wanted, bytes: count, place }) =>
        told.push([wanted, count, readFileSync(place).subarray(0, 100).equals(bytes.subarray(0, 100))]),
    });
    target.begin(memorySnapshot('image', [{ path: '', bytes }]));
    target.write(4000, bytes.subarray(4000, 5500));
    expect(told).toEqual([]);
    target.write(0, bytes.subarray(0, 4000));
    expect(told).toEqual([['0-100', 100, true]]);
    target.write(5500, bytes.subarray(5500));
    expect(told).toEqual([
      ['0-100', 100, true],
      ['5000-6000', 1000, true],
    ]);
    expect(sandbox.names()).not.toContain('late.img');
    target.commit();
    expect(readFileSync(output).equals(bytes)).toBe(true);
  });

  test('leaves nothing when it is aborted, begun or not', () => {
    const before = sandbox.names();
    const options = { overwrite: false, isFlushed: false, first: [] };
    new LateTarget(sandbox.path('never'), options).abort();
    const target = new LateTarget(sandbox.path('never'), options);
    target.begin(
      memorySnapshot('tree', [
        { path: '.', kind: 'directory' },
        { path: 'x', bytes },
      ]),
    );
    target.write(0, bytes.subarray(0, 100));
    target.abort();
    expect(sandbox.names()).toEqual(before);
  });
});
