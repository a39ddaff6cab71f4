import { expect, test } from 'vitest';
import { firstDivergence, readTrace } from '../../../src/simulator/trace/format.js';
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
    records: [
      { atNs: 0, entity: 'client', kind: 'sleep', detail: 7 },
      { atNs: 1_500_000, entity: 'client', kind: 'sleep', detail: 4_294_967_295 },
    ],
    digest: trace.digest(),
  });
});

test('its bytes are frozen', () => {
  expectGolden('trace-v1.sdtrace', record().file() ?? new Uint8Array());
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

test('every prefix and every trailing byte is refused', () => {
  const file = record().file() ?? new Uint8Array();
  for (let length = 0; length < file.length; length++)
    expect(() => readTrace(file.subarray(0, length)), `${length} bytes`).toThrow(
      expect.objectContaining({ kind: 'data' }),
    );
  expect(() => readTrace(Uint8Array.of(...file, 0))).toThrow('1 bytes follow its end');
  const later = file.slice();
  later[8] = 2;
  expect(() => readTrace(later)).toThrow('trace of version 2: this program reads version 1');
});
