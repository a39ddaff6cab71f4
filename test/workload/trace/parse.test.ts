import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { traceStatistics } from '../../../src/workload/trace/statistics.js';
import { parseLines as parse } from './reading.js';
import { traceFormats } from '../../../src/workload/trace/formats.js';

const v2 = 'fio version 2 iolog';
const v3 = 'fio version 3 iolog';
const csv = 't_us,op,offset,size,rwbs,comm';

describe('fio iolog version 2', () => {
  test('waits add up to the clock; add, open and close are no requests', () => {
    const events = parse(
      v2,
      '/dev/sdb add',
      '/dev/sdb open',
      '/dev/sdb write 4096 8192',
      '/dev/sdb wait 150 0',
      '/dev/sdb read 0 512',
      '/dev/sdb wait 1000',
      '/dev/sdb trim 65536 4096',
      '/dev/sdb sync 0 0',
      '/dev/sdb datasync 0 0',
      '/dev/sdb close',
      '',
    );
    expect(events).toEqual([
      { timeMicros: 0, op: 'write', offset: 4096, length: 8192, volume: '/dev/sdb' },
      { timeMicros: 150, op: 'read', offset: 0, length: 512, volume: '/dev/sdb' },
      { timeMicros: 1150, op: 'trim', offset: 65_536, length: 4096, volume: '/dev/sdb' },
      { timeMicros: 1150, op: 'sync', offset: 0, length: 0, volume: '/dev/sdb' },
      { timeMicros: 1150, op: 'sync', offset: 0, length: 0, volume: '/dev/sdb' },
    ]);
  });
});

describe('fio iolog version 3', () => {
  test('every line has its time; files are volumes', () => {
    expect(
      parse(v3, '0 pg.img add', '0 pg.img open', '17 pg.img write 49623040 73728', '2263 wal sync 0 0'),
    ).toEqual([
      { timeMicros: 17, op: 'write', offset: 49_623_040, length: 73_728, volume: 'pg.img' },
      { timeMicros: 2263, op: 'sync', offset: 0, length: 0, volume: 'wal' },
    ]);
  });
});

describe('csv', () => {
  test('only the first four columns are read', () => {
    expect(
      parse(csv, '0,write,49623040,73728,WS,a,b "c"', '9,flush,0,0,FF,x', '10,discard,512,512,D,y\r'),
    ).toEqual([
      { timeMicros: 0, op: 'write', offset: 49_623_040, length: 73_728 },
      { timeMicros: 9, op: 'sync', offset: 0, length: 0 },
      { timeMicros: 10, op: 'trim', offset: 512, length: 512 },
    ]);
    expect(parse('t_us,op,offset,size', '1,read,0,1')).toHaveLength(1);
  });
});

describe('damage is reported by line', () => {
  test.each([
    ['a foreign first line', ['hello'], 'trace begins as no known trace does: "hello"'],
    [
      'a later version',
      ['fio version 4 iolog'],
      'trace:1: "fio version 4 iolog" is not the first line of a fio iolog',
    ],
    ['a wait in version 3', [v3, '0 a wait 5 0'], 'trace:2: version 3 has no wait'],
    [
      'a time that is no number',
      [v3, '0 a add', 'x a write 0 512'],
      'trace:3: the time is "x", not a whole number',
    ],
    ['an unknown action', [v2, 'a add', 'a wrote 0 512'], 'trace:3: unknown action "wrote"'],
    ['a line cut short', [v2, 'a write 0'], 'trace:2: a write has 3 fields instead of 4'],
    ['a negative offset', [v2, 'a write -5 512'], 'trace:2: the offset is "-5", not a whole number'],
    ['an offset beyond 2^53', [v2, 'a write 9007199254740993 1'], 'not a whole number'],
    ['an end beyond 2^53', [v2, 'a write 9007199254740991 512'], 'trace:2: a write that ends beyond 2^53'],
    ['no bytes', [v2, 'a write 4096 0'], 'trace:2: a write of no bytes'],
    [
      'a huge request',
      [v2, 'a write 0 1073741825'],
      'trace:2: a write of 1073741825 bytes, more than 1073741824',
    ],
    ['an unknown operation', [csv, '0,wipe,0,512'], 'trace:2: unknown operation "wipe"'],
    ['a missing column', [csv, '0,write,0,512', '0,write,0'], 'trace:3: size is missing'],
    ['an empty column', [csv, ',write,0,512'], 'trace:2: t_us is missing'],
    ['an exponent', [csv, '0,write,1e3,512'], 'trace:2: offset is "1e3", not a whole number'],
  ])('%s', (_what, lines, message) => {
    expect(() => parse(...lines)).toThrow(DataError);
    expect(() => parse(...lines)).toThrow(message);
  });

  test('the message stays one line, whatever the file holds', () => {
    const long = `\u001b[31m\t${'x'.repeat(500)}`;
    expect(() => parse(long)).toThrow(
      /^trace begins as no known trace does: "\\u001b\[31m\\tx{40,60}\.\.\."$/,
    );
  });
});

test('parsing streams: an event is there before the next line is read', () => {
  function* lines() {
    yield csv;
    yield '0,write,0,512';
    throw new Error('the second line was asked for');
  }
  const format = traceFormats.csv;
  if (format.reads !== 'lines') throw new Error('CSV is text');
  const events = format.parse(lines(), 'trace')[Symbol.iterator]();
  expect(events.next().value).toMatchObject({ op: 'write', length: 512 });
  expect(() => events.next()).toThrow('the second line was asked for');
});

test('statistics count sectors once and requests as they are', () => {
  const at = (
    timeMicros: number,
    op: 'read' | 'write' | 'trim' | 'sync',
    offset: number,
    length: number,
  ) => ({ timeMicros, op, offset, length });
  const events = [
    at(100, 'write', 0, 1024),
    at(50, 'write', 512, 1024),
    at(400, 'read', 2 ** 40, 4096),
    at(300, 'trim', 0, 512),
    at(310, 'sync', 0, 0),
    at(320, 'write', 2 ** 35 + 100, 500),
  ];
  expect(traceStatistics(events)).toMatchObject({
    reads: 1,
    writes: 3,
    trims: 1,
    syncs: 1,
    writtenBytes: 2548,
    distinctBytes: 5 * 512,
    rewriteRatio: 2548 / 2560,
    addressSpaceBytes: 2 ** 40 + 4096,
    durationMicros: 350,
    readBytes: 4096,
    requestsPerSecond: (6 / 350) * 1e6,
    isEstimated: false,
    dedup: null,
  });
  expect(traceStatistics([])).toMatchObject({ writes: 0, rewriteRatio: 0, durationMicros: 0 });
});
