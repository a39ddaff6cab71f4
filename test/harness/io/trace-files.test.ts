import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
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

test.skipIf(!existsSync(recordings))('the same recording in the other format has the same requests', () => {
  const folder = fresh();
  const unpack = (name: string) => {
    const bytes = execFileSync('xz', ['-dc', join(recordings, `${name}.xz`)], { maxBuffer: 2 ** 24 });
    writeFileSync(join(folder, name), bytes);
    return [...openTrace(join(folder, name)).events].filter(({ op }) => op !== 'sync');
  };
  for (const [name, format] of [
    ['own-pgbench-ext4', 'iolog'],
    ['own-sqlite-tpcc-ext4', 'csv'],
  ] as const) {
    const other = unpack(`${name}.${format}`);
    const kept = name === 'own-pgbench-ext4' ? 'pgbench-ext4.csv.gz' : 'sqlite-tpcc-ext4.iolog.gz';
    expect(other).toEqual([...openTrace(join(traces, kept)).events].filter(({ op }) => op !== 'sync'));
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
  expect(() => importTrace(file('empty', ''))).toThrow(/empty:1: "" is not the first line of a known trace/);
  expect(() => importTrace(file('endless', 'x'.repeat(3_000_000)))).toThrow(
    /endless:1: a line of more than 65536 bytes/,
  );
  expect(() => importTrace(join(folder, 'nowhere'))).toThrow(WorldError);
  expect(gunzipSync(packed).subarray(0, 4).toString()).toBe('t_us');
});
