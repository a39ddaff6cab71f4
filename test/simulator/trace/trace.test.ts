import { expect, test } from 'vitest';
import { firstDivergence, isTrace, readTrace, withRun } from '../../../src/simulator/trace/format.js';
import { Trace } from '../../../src/simulator/trace/trace.js';
import { expectGolden } from '../../golden/golden.js';

function record(change?: number): Trace {
  const trace = new Trace({ isRecorded: true });
  trace.name(0, 'client');
  trace.name(1, 'sleep');
  trace.event(0, 0, 1, 7);
  trace.event(1_500_000, 0, 1, change ?? 4_294_967_295);
  return trace;
}

test('a trace is read as it was written', () => {
  const trace = record();
  expect(readTrace(trace.file() ?? new Uint8Array())).toEqual({
    run: undefined,
    records: [
      { atNs: 0, entity: 'client', kind: 'sleep', detail: 7 },
      { atNs: 1_500_000, entity: 'client', kind: 'sleep', detail: 4_294_967_295 },
    ],
    digest: trace.digest(),
  });
  expect(trace.file()).toBe(trace.file());
});

test('with its run it is version 2, and all else is the same', () => {
  const plain = record().file() ?? new Uint8Array();
  const file = withRun(plain, '{"name":"über"}');
  expect([isTrace(plain), isTrace(file), isTrace(file.subarray(1)), isTrace(file.subarray(0, 7))]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(readTrace(file)).toEqual({ ...readTrace(plain), run: '{"name":"über"}' });
});

test('its bytes are frozen', () => {
  const file = record().file() ?? new Uint8Array();
  expectGolden('trace-v1.sdtrace', file);
  expectGolden('trace-v2.sdtrace', withRun(file, '{}'));
});

test('two runs differ at the first record that differs, and in their digests', () => {
  const [a, b] = [record(), record(1)];
  expect(a.digest()).not.toBe(b.digest());
  const [x, y] = [a, b].map((trace) => readTrace(trace.file() ?? new Uint8Array()));
  if (x === undefined || y === undefined) throw new Error('no traces');
  expect(firstDivergence(x, x)).toBe(undefined);
  expect(firstDivergence(x, y)).toMatchObject({
    index: 1,
    first: { detail: 4_294_967_295 },
    second: { detail: 1 },
  });
  expect(firstDivergence(x, { ...x, records: x.records.slice(0, 1) })).toMatchObject({
    index: 1,
    second: undefined,
  });
});

test.each([
  [1, (file: Uint8Array) => file],
  [2, (file: Uint8Array) => withRun(file, '{}')],
])('every prefix and every trailing byte is refused, version %i', (_version, as) => {
  const file = as(record().file() ?? new Uint8Array());
  for (let length = 0; length < file.length; length++)
    expect(() => readTrace(file.subarray(0, length)), `${length} bytes`).toThrow(
      expect.objectContaining({ kind: 'data' }),
    );
  expect(() => readTrace(Uint8Array.of(...file, 0))).toThrow('1 bytes follow its end');
  const later = file.slice();
  later[8] = 3;
  expect(() => readTrace(later)).toThrow('trace of version 3: this program reads versions 1 and 2');
});

test('a run longer than a run can be is refused before it is read', () => {
  const file = Uint8Array.of(0x89, 0x53, 0x44, 0x54, 0x0d, 0x0a, 0x1a, 0x0a, 2, 0, 0x81, 0x80, 0x80, 0x08);
  expect(() => readTrace(file)).toThrow('trace: a run of 16777217 bytes');
});
