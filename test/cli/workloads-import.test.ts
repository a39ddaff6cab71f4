/** `workloads import` from outside: what it says of a trace, how it refuses, and what it leaves. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { traceReplaySchema, traceResultsSchema } from '../../src/harness/report/trace-results.js';
import { Sandbox } from './program.js';

const sandbox = new Sandbox();
const msr = [
  '128166372003061629,usr,0,Read,0,4096,41286',
  '128166372013061629,usr,1,Write,1048576,8192,1963',
  '128166372023061629,usr,1,Write,1048576,8192,1963',
  '128166372033061629,usr,0,Write,512,512,7',
  '128166372103061629,usr,1,Write,4194304,16384,7',
  '',
].join('\n');
/** Six blocks of three contents: a b c a b c. */
const fiu = Array.from(
  { length: 6 },
  (_, i) => `${i}000000000 7 kjournald ${i * 8} 8 W 6 0 ${('abc'[i % 3] ?? '').repeat(32)}\n`,
).join('');
// Names say nothing, or what is wrong.
sandbox.write('trace.bin', msr);
sandbox.write('trace.iolog', gzipSync(fiu));

describe('a trace is told by its content', () => {
  test('with the busiest of its volumes, and all of them', () => {
    const { code, stdout } = sandbox.run('workloads', 'import', 'trace.bin');
    expect(code).toBe(0);
    expect(stdout).toBe(`\
trace          trace.bin (msr: MSR Cambridge CSV)
volume         usr_1 (host and disk), the busiest of 2; --volume takes another
requests       3 writes, 0 reads, 0 trims, 0 syncs
rate           0.33 requests a second
read           0 B
written        32 KiB, 24 KiB of it distinct places
rewrites       each place 1.33 times
address space  4.02 MiB
duration       9 s

written over time, 256 ms a column
▄   ▄                               █
written by address from 1 MiB on, 64 KiB a column
█                                               █

volume  writes  reads  written  address space
------  ------  -----  -------  -------------
usr_1        3      0   32 KiB       4.02 MiB
usr_0        1      1    512 B          4 KiB
`);
  });

  test('with another volume where that is asked for, and contents where they are known', () => {
    const other = sandbox.run('workloads', 'import', 'trace.bin', '--volume', 'usr_0').stdout;
    expect(other).toContain('volume         usr_0 (host and disk), one of 2; --volume takes another\n');
    expect(other).toContain('requests       1 writes, 1 reads, 0 trims, 0 syncs\n');
    const known = sandbox.run('workloads', 'import', 'trace.iolog').stdout;
    expect(known).toContain(
      'trace          trace.iolog (fiu: FIU with MD5 of content)\nvolume         6,0 (device)\n',
    );
    expect(known).toContain('contents       3 in 6 writes: each 2 times\n');
  });

  test('and its document fits the published schema', () => {
    const { stdout } = sandbox.run('workloads', 'import', 'trace.iolog', '--json');
    const document = traceResultsSchema.parse(JSON.parse(stdout));
    expect(document).toMatchObject({
      format: 'fiu',
      volume: '6,0',
      writtenBytes: 24_576,
      rewriteRatio: 1,
      dedup: { contents: 6, distinctContents: 3, ratio: 2 },
    });
  });
});

describe('replayed', () => {
  test('equal contents are equal blocks, and others are not', () => {
    const words = ['--size', '64KiB', '--cut-writes', '6', '--snapshots', '2', '-o', 'known'];
    expect(sandbox.run('workloads', 'import', 'trace.iolog', ...words).code).toBe(0);
    const image = readFileSync(sandbox.path('known/v1'));
    const blocks = Array.from({ length: 16 }, (_, i) =>
      createHash('sha256')
        .update(image.subarray(i * 4096, i * 4096 + 4096))
        .digest('hex'),
    );
    expect(blocks.slice(3, 6)).toEqual(blocks.slice(0, 3));
    expect(new Set(blocks).size).toBe(13);
  });

  test('a choice that nobody made is told; the document fits its schema', () => {
    const words = ['workloads', 'import', 'trace.bin', '--size', '64KiB', '-o'];
    expect(sandbox.run(...words, 'busiest').stdout).toMatch(/^volume usr_1 of 2\n\nsnapshot /);
    const document = traceReplaySchema.parse(JSON.parse(sandbox.run(...words, 'again', '--json').stdout));
    expect(document.trace.volume).toBe('usr_1');
    expect(document.snapshots.map(({ sizeBytes }) => sizeBytes)).toEqual([65_536, 65_536, 65_536]);
  });
});

test('a report is a page and its charts, and can be drawn again from the document', () => {
  expect(sandbox.run('workloads', 'import', 'trace.bin', '--report', 'page').code).toBe(0);
  sandbox.write('trace.json', sandbox.run('workloads', 'import', 'trace.bin', '--json').stdout);
  expect(sandbox.run('report', 'trace.json', '-o', 'drawn').code).toBe(0);
  const names = readdirSync(sandbox.path('page')).sort();
  expect(names).toContain('trace-heat-light.svg');
  expect(readdirSync(sandbox.path('drawn')).sort()).toEqual(names);
  expect(readFileSync(sandbox.path('drawn/index.html'))).toEqual(
    readFileSync(sandbox.path('page/index.html')),
  );
});

describe('refused in one line, with the way out', () => {
  const formats =
    'fio-iolog, csv, blkparse, blktrace, ftrace, msr, fiu, vscsi-1, vscsi-2, alibaba, tencent, spc, systor17, mqsim, hp-srt';
  test.each<[string, string | Uint8Array, string[], number, string]>([
    [
      'an unknown format',
      'hello\n',
      [],
      exitCodes.data,
      `snapdelta: t begins as no known trace does: "hello"\n  hint: --format NAME reads it as one of ${formats}\n`,
    ],
    [
      'an empty file',
      '',
      [],
      exitCodes.data,
      `snapdelta: t is empty, not a trace\n  hint: --format NAME reads it as one of ${formats}\n`,
    ],
    [
      'damage',
      msr.replace('4194304', '-1'),
      [],
      exitCodes.data,
      'snapdelta: t:5: the offset is "-1", not a whole number\n',
    ],
    [
      'a line cut off',
      msr.slice(0, -20),
      [],
      exitCodes.data,
      'snapdelta: t:5: 4 columns instead of 7: "128166372103061629,usr,1,Wr"\n',
    ],
    [
      'another volume',
      msr,
      ['--volume', 'usr_2'],
      exitCodes.usage,
      `snapdelta: the trace has no volume "usr_2"\n  hint: did you mean 'usr_1'?\n`,
    ],
    [
      'another format',
      msr,
      ['--format', 'ms'],
      exitCodes.usage,
      `snapdelta: --format: unknown value 'ms'\n  hint: did you mean 'msr'?\n`,
    ],
    [
      'a volume where there is none',
      't_us,op,offset,size\n0,write,0,512\n',
      ['--volume', 'a'],
      exitCodes.usage,
      'snapdelta: the trace has no volume "a"\n  hint: this format knows one volume only\n',
    ],
  ])('%s', (_what, content, words, exitCode, message) => {
    sandbox.write('t', content);
    expect(sandbox.run('workloads', 'import', 't', ...words)).toEqual({
      code: exitCode,
      stdout: '',
      stderr: message,
    });
  });
});
