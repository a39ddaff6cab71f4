import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { DataError, WorldError } from '../../../src/base/errors.js';
import { importTrace, openTrace } from '../../../src/harness/io/trace-files.js';
import { temporaryDirectories } from '../../engine/snapshot/temp.js';

const fresh = temporaryDirectories();
const traces = fileURLToPath(new URL('../../../workloads/traces/', import.meta.url));
const recordings = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));

test('the pgbench trace holds what its recording says', () => {
  const trace = importTrace(join(traces, 'pgbench-ext4.csv.gz'));
  expect(trace).toMatchObject({ format: 'csv', reads: 18, writes: 21_562, trims: 0, syncs: 0 });
  expect(trace).toMatchObject({ addressSpaceBytes: 268_435_456, writtenBytes: 342_372_352 });
  expect(trace.durationMicros).toBe(35_028_728);
  expect(trace.rewriteRatio).toBeCloseTo(3.173, 3);
});

test('the SQLite trace holds what its recording says', () => {
  const trace = importTrace(join(traces, 'sqlite-tpcc-ext4.iolog.gz'));
  expect(trace).toMatchObject({ format: 'fio-iolog', reads: 0, writes: 56_213, trims: 0, syncs: 746 });
  expect(trace).toMatchObject({ addressSpaceBytes: 155_197_440, durationMicros: 16_261_615 });
  expect(trace.rewriteRatio).toBeCloseTo(35.752, 3);
});

/** Without syncs and volumes, which not every format has. */
function requests(file: string): object[] {
  return [...openTrace(file).events]
    .filter(({ op }) => op !== 'sync')
    .map(({ timeMicros, op, offset, length }) => ({ timeMicros, op, offset, length }));
}

/** What SOURCES.md beside the recordings says of them. */
const recorded = [
  [
    'cloudphysics-first-half.vscsi',
    { format: 'vscsi-1', reads: 22_427, writes: 34_509, addressSpaceBytes: 33_584_938_496, volumes: [] },
  ],
  [
    'own-pgbench-ext4.ftrace',
    {
      format: 'ftrace',
      reads: 18,
      writes: 21_562,
      syncs: 8625,
      addressSpaceBytes: 268_435_456,
      volume: '7,0',
    },
  ],
  ['own-sqlite-tpcc-ext4.iolog', { format: 'fio-iolog', reads: 0, writes: 56_213, syncs: 746 }],
  ['hp-ajw-1week-1992.srt', { format: 'hp-srt', volume: '0', reads: 10_887, writes: 31_365 }],
  ['mqsim-tpcc-small.trace', { format: 'mqsim', volume: '8' }],
] as const;

describe.skipIf(!existsSync(recordings))('recordings', () => {
  const read = (name: string) => {
    const file = join(fresh(), name);
    writeFileSync(file, execFileSync('xz', ['-dc', join(recordings, `${name}.xz`)], { maxBuffer: 2 ** 26 }));
    return importTrace(file);
  };

  test.each(recorded)('%s', (name, expected) => {
    expect(read(name)).toMatchObject(expected);
  });

  test('of several volumes hold them all', () => {
    const hp = read('hp-ajw-1week-1992.srt').volumes;
    expect(hp.map(({ name, reads, writes }) => [name, reads, writes])).toEqual([
      ['0', 10_887, 31_365],
      ['1', 13_040 - 10_887, 31_479 - 31_365],
    ]);
    const { volumes } = read('mqsim-tpcc-small.trace');
    const sum = (key: 'reads' | 'writes') => volumes.reduce((total, volume) => total + volume[key], 0);
    expect([volumes.length, sum('reads'), sum('writes')]).toEqual([16, 4381, 2618]);
    expect(Math.max(...volumes.map(({ addressSpaceBytes }) => addressSpaceBytes))).toBe(232_713_410_560);
  });

  test('packed with xz are refused with the way out', () => {
    const file = join(recordings, 'mqsim-tpcc-small.trace.xz');
    expect(() => importTrace(file)).toThrow(/it is packed with xz \(unpack it first: xz -dc FILE > TRACE\)/);
  });
});

test.skipIf(!existsSync(recordings))('the same recording in the other format has the same requests', () => {
  const folder = fresh();
  const unpack = (name: string) => {
    const bytes = execFileSync('xz', ['-dc', join(recordings, `${name}.xz`)], { maxBuffer: 2 ** 24 });
    writeFileSync(join(folder, name), bytes);
    return requests(join(folder, name));
  };
  for (const [name, format] of [
    ['own-pgbench-ext4', 'iolog'],
    ['own-sqlite-tpcc-ext4', 'csv'],
  ] as const) {
    const other = unpack(`${name}.${format}`);
    const kept = name === 'own-pgbench-ext4' ? 'pgbench-ext4.csv.gz' : 'sqlite-tpcc-ext4.iolog.gz';
    expect(other).toEqual(requests(join(traces, kept)));
  }
});

test('plain, compressed, with CRLF and without a last line end, a trace is the same', () => {
  const folder = fresh();
  const lines = ['t_us,op,offset,size', '0,write,0,4096', '5,write,8192,512'];
  const files = {
    'a.csv': lines.join('\n'),
    'b.txt': `${lines.join('\n')}\n`,
    c: `${lines.join('\r\n')}\r\n`,
  };
  const expected = [
    { timeMicros: 0, op: 'write', offset: 0, length: 4096 },
    { timeMicros: 5, op: 'write', offset: 8192, length: 512 },
  ];
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, `${name}.packed`), gzipSync(text));
    for (const file of [name, `${name}.packed`]) {
      const { events } = openTrace(join(folder, file));
      expect([...events]).toEqual(expected);
      expect([...events]).toEqual(expected);
    }
  }
});

test('lines are put together again where reading splits them', () => {
  const file = join(fresh(), 'long.csv');
  const count = 100_000;
  const lines = Array.from({ length: count }, (_, i) => `${i},write,${i * 512},512,${'x'.repeat(i % 40)}`);
  writeFileSync(file, `t_us,op,offset,size,comm\n${lines.join('\n')}\n`);
  const trace = importTrace(file);
  expect(trace).toMatchObject({ writes: count, writtenBytes: count * 512, rewriteRatio: 1 });
  writeFileSync(file, `t_us,op,offset,size,comm\n${lines.join('\n')}\nbroken\n`);
  expect(() => importTrace(file)).toThrow(`${file}:${count + 2}: unknown operation ""`);
});

test('what is no trace is refused in one line', () => {
  const folder = fresh();
  const file = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const packed = readFileSync(join(traces, 'pgbench-ext4.csv.gz'));
  expect(() => importTrace(file('cut.gz', packed.subarray(0, 100_000)))).toThrow(
    /cut\.gz: the gzip data is damaged or cut off/,
  );
  const flipped = Buffer.from(packed);
  flipped[50_000] = (flipped[50_000] ?? 0) ^ 4;
  expect(() => importTrace(file('flipped.gz', flipped))).toThrow(DataError);
  expect(() => importTrace(file('empty', ''))).toThrow(/empty is empty, not a trace$/);
  const endless = file('endless', 'x'.repeat(3_000_000));
  expect(() => importTrace(endless)).toThrow(/endless begins as no known trace does: "x+\.\.\."$/);
  expect(() => importTrace(endless, { format: 'msr' })).toThrow(/endless:1: a line of more than 65536 bytes/);
  expect(() => importTrace(join(folder, 'nowhere'))).toThrow(WorldError);
  expect(gunzipSync(packed).subarray(0, 4).toString()).toBe('t_us');
});

describe('gzip', () => {
  const line = (index: number): string => `${index},write,${index * 512},512\n`;
  const text = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) => line(from + index)).join('');
  const members = [`t_us,op,offset,size\n${text(0, 5000)}`, text(5000, 5001), text(5001, 9000)].map((part) =>
    gzipSync(part),
  );
  const packed = Buffer.concat(members);
  const write = (bytes: Uint8Array): string => {
    const file = join(fresh(), 'trace.gz');
    writeFileSync(file, bytes);
    return file;
  };

  test('of several members is read to its end', () => {
    expect(importTrace(write(packed))).toMatchObject({ writes: 9000, rewriteRatio: 1 });
  });

  test('is damaged wherever it is cut, and in every checksum', () => {
    const cuts = [5, 12, packed.length - 1, packed.length - 9, (members[0]?.length ?? 0) - 3];
    for (const cut of cuts)
      expect(() => importTrace(write(packed.subarray(0, cut))), String(cut)).toThrow(DataError);
    let end = 0;
    for (const { length } of members) {
      end += length;
      const flipped = Buffer.from(packed);
      flipped[end - 6] = (flipped[end - 6] ?? 0) ^ 1;
      expect(() => importTrace(write(flipped))).toThrow('the gzip data is damaged or cut off');
    }
  });

  test('that unpacks to a gibibyte of one line is refused early', () => {
    const zeros = gzipSync(Buffer.alloc(2 ** 26));
    const bomb = Buffer.concat(Array.from({ length: 16 }, () => zeros));
    expect(() => importTrace(write(bomb))).toThrow(/begins as no known trace does/);
    expect(() => importTrace(write(bomb), { format: 'csv' })).toThrow(/:1: a line of more than 65536 bytes/);
  });
});
