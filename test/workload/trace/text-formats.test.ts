/** Hand-written lines of every text format, with the events that they are, and the damage that each reports. */
import { describe, expect, test } from 'vitest';
import { DataError } from '../../../src/base/errors.js';
import { parseAs, formatOf, parseLines } from './reading.js';
import type { TraceFormatName } from '../../../src/workload/trace/names.js';

const event = (
  timeMicros: number,
  op: 'read' | 'write' | 'trim' | 'sync',
  offset: number,
  length: number,
  volume: string,
) => ({ timeMicros, op, offset, length, volume });

const digest = (digit: string): string => digit.repeat(32);

const samples: readonly (readonly [TraceFormatName, readonly string[], readonly object[]])[] = [
  [
    'msr',
    [
      '128166372003061629,usr,0,Read,7014609920,24576,41286',
      '128166372016382155,usr,1,Write,1317441536,8192,1963',
      '128166372003061600,usr,0,write,512,0,1',
    ],
    [
      event(0, 'read', 7_014_609_920, 24_576, 'usr_0'),
      event(1_332_052, 'write', 1_317_441_536, 8192, 'usr_1'),
    ],
  ],
  [
    'fiu',
    [
      `89967404741 4253 kjournald 904 8 W 6 0 ${digest('a')}`,
      `89967404999 1 a name with blanks 16 1 R 6 0 ${digest('B')}`,
    ],
    [
      { ...event(89_967_404, 'write', 462_848, 4096, '6,0'), contentId: 0xaaaaaaaaaaaaa },
      { ...event(89_967_404, 'read', 8192, 512, '6,0'), contentId: 0xbbbbbbbbbbbbb },
    ],
  ],
  [
    'alibaba',
    ['419,W,8792731648,16384,1577808000000626', '725,R,59110326272,360448,1577808000001248'],
    [
      event(1_577_808_000_000_626, 'write', 8_792_731_648, 16_384, '419'),
      event(1_577_808_000_001_248, 'read', 59_110_326_272, 360_448, '725'),
    ],
  ],
  [
    'tencent',
    ['1538323199,4895480,16,1,1283', '1538323200,8,8,0,1360'],
    [
      event(1_538_323_199_000_000, 'write', 2_506_485_760, 8192, '1283'),
      event(1_538_323_200_000_000, 'read', 4096, 4096, '1360'),
    ],
  ],
  [
    'spc',
    ['0,303567,3584,w,0.000000', '1, 55590, 3072, R, 0.0262149, more, fields', '2,1,0,R,5'],
    [event(0, 'write', 155_426_304, 3584, '0'), event(26_214, 'read', 28_462_080, 3072, '1')],
  ],
  [
    'systor17',
    [
      'Timestamp,Response,IOType,LUN,Offset,Size',
      '1455592501.087938000,0.000268937,R,0,11884503040,16384',
      '1455592501.1,,W,3,512,512',
    ],
    [
      event(1_455_592_501_087_938, 'read', 11_884_503_040, 16_384, '0'),
      event(1_455_592_501_100_000, 'write', 512, 512, '3'),
    ],
  ],
  [
    'mqsim',
    ['938513000 4 264719034 16 0', '  938828999 3 197570570 16 1'],
    [event(938_513, 'write', 135_536_145_408, 8192, '4'), event(938_828, 'read', 101_156_131_840, 8192, '3')],
  ],
  [
    'blkparse',
    [
      '  8,0    3        1     0.000000000   697  Q   W 223490 + 8 [kjournald]',
      '  8,0    3        2     0.000001829   697  G   W 223490 + 8 [kjournald]',
      '  8,0    3        3     0.000002197   697  P   N [kjournald]',
      '  8,0    1        4     0.004575000     0  m   N cfq workload slice:300',
      '  8,0    3        5     0.009507758   697  D   W 223490 + 8 [a b]',
      '  8,16   3        6     1.000000000     0  D FWFS [kworker/1:1H]',
      '  8,0    3        7     1.5           0  D  RM 16 + 8 [ls]',
      '  8,0    3        8     2.000000001     0  D  DS 4096 + 8388608 [fstrim]',
      '  8,0    3        9     2.5           0  D   R 36 (12 00 00) [smartd]',
      '  8,0    3       10     2.6           0  C   W 223490 + 8 [0]',
      'CPU0 (sda):',
      ' Reads Queued:           0,        0KiB',
    ],
    [
      event(9507, 'write', 114_426_880, 4096, '8,0'),
      event(1_000_000, 'sync', 0, 0, '8,16'),
      event(1_500_000, 'read', 8192, 4096, '8,0'),
      event(2_000_000, 'trim', 2_097_152, 4_294_967_296, '8,0'),
    ],
  ],
  [
    'ftrace',
    [
      '# tracer: nop',
      '#              | | |         |||||     |         |',
      '  bash-1 [000] d..1.  1807.400000: sched_switch: prev_comm=bash',
      '  postgres-28598   [001] .....  1807.477851: block_rq_issue: 7,0 WS 73728 () 96920 + 144 be,0,4 [postgres]',
      '  kworker/1:1H-54  [001] .....  1807.480115: block_rq_issue: 7,0 FF 0 () 0 + 0 none,0,0 [kworker/1:1H]',
      '  kworker/1:1H-54  [001] .....  1807.480200: block_rq_complete: 7,0 WS () 96920 + 144 [0]',
      'CPU:1 [LOST 12 EVENTS]',
      '  fstrim-5  [001] .....  1807.5: block_rq_issue: 7,0 DS 4096 () 8 + 8 [fstrim]',
    ],
    [
      event(1_807_477_851, 'write', 49_623_040, 73_728, '7,0'),
      event(1_807_480_115, 'sync', 0, 0, '7,0'),
      event(1_807_500_000, 'trim', 4096, 4096, '7,0'),
    ],
  ],
];

describe.each(samples)('%s', (name, lines, events) => {
  test('is told by its content, and read', () => {
    expect(formatOf(Buffer.from(lines.join('\n')))).toBe(name);
    expect(parseLines(...lines)).toEqual(events);
  });

  test('is told although its first line is damaged, and names that line', () => {
    const shown = lines.filter((line) => !/^(#|Timestamp)/.test(line));
    const read = () => parseLines('broken', ...shown);
    expect(read).toThrow(DataError);
    expect(read).toThrow(/^trace:1: /);
  });

  test('is damaged where a line ends early', () => {
    const [first = ''] = lines.filter((line) => !/^(#|Timestamp|.*sched_switch)/.test(line));
    expect(() => parseAs(name, Buffer.from(`${first}\n${first.slice(0, first.length / 2)}`))).toThrow(
      /^trace:2: /,
    );
  });
});

test('where nothing was issued, what was queued counts, else what was completed', () => {
  const line = (action: string, sector: number): string =>
    `8,0 0 1 0.${sector} 0 ${action} W ${sector} + 8 [x]`;
  const sectorsOf = (...lines: string[]) => parseLines(...lines).map(({ offset }) => offset / 512);
  expect(sectorsOf(line('C', 1), line('Q', 2), line('C', 3), line('Q', 4))).toEqual([2, 4]);
  expect(sectorsOf(line('C', 1), line('G', 2), line('C', 3))).toEqual([1, 3]);
  const many = Array.from({ length: 5000 }, (_, index) => line(index % 2 === 0 ? 'Q' : 'D', index));
  expect(sectorsOf(...many)).toEqual(Array.from({ length: 2500 }, (_, index) => 2 * index + 1));
});

describe('damage of single fields', () => {
  test.each<[TraceFormatName, string, string]>([
    ['msr', '1,usr,0,Erase,0,512,1', 'unknown type "Erase"'],
    ['msr', '-5,usr,0,Read,0,512,1', 'the timestamp is "-5", not a file time'],
    ['msr', '1,usr,0,Read,-512,512,1', 'the offset is "-512", not a whole number'],
    ['msr', '1,usr,0,Read,9007199254740992,512,1', 'the offset is "9007199254740992", not a whole number'],
    ['msr', '1,usr,0,Read,9007199254740991,512,1', 'a read that ends beyond 2^53'],
    ['msr', '1,usr,0,Write,0,1073741825,1', 'a write of 1073741825 bytes, more than 1073741824'],
    ['fiu', `1 2 p 8 8 X 6 0 ${digest('a')}`, 'unknown operation "X"'],
    ['fiu', '1 2 p 8 8 W 6 0 abc', '"abc" is not an MD5 digest'],
    ['fiu', `1 2 p 8 0 W 6 0 ${digest('a')}`, 'a write of no bytes'],
    ['fiu', `1 2 p 17592186044416 8 W 6 0 ${digest('a')}`, 'which lies beyond 2^53 bytes'],
    ['alibaba', '1,T,0,512,1', 'unknown opcode "T"'],
    ['alibaba', '1,W,0,,1', 'the length is missing'],
    ['tencent', '1,0,8,2,7', 'unknown type "2"'],
    ['tencent', '9999999999999,0,8,1,7', 'the timestamp "9999999999999" is too far'],
    ['spc', '0,1,512,w,x', 'the timestamp is "x", not a time in seconds'],
    ['spc', '0,1,512,q,1', 'unknown opcode "q"'],
    ['systor17', '1.5,,X,0,0,512', 'unknown type "X"'],
    ['mqsim', '1 2 3 4', '4 fields instead of 5'],
    ['mqsim', '1 2 3 4 7', 'unknown operation "7"'],
    ['blkparse', '8,0 0 1 0.5 0 D W 12 - 8 [x]', `"12 - 8 [x]" is not 'sector + count'`],
    ['blkparse', '8,0 0 1 0.5 D W 12 + 8', 'is not what blkparse prints by default'],
    [
      'ftrace',
      ' x-1 [0] ..... 1.5: block_rq_issue: 7,0 W 12',
      '"7,0 W 12" is not what block_rq_issue prints',
    ],
  ])('%s: %s', (name, line, message) => {
    const read = () => parseAs(name, Buffer.from(line));
    expect(read).toThrow(DataError);
    expect(read).toThrow('trace:1: ');
    expect(read).toThrow(message);
  });
});
