/** Records of every binary format, made by hand, with the events that they are, and the damage that each reports. */
import { describe, expect, test } from 'vitest';
import { DataError, UsageError } from '../../../src/base/errors.js';
import { formatOf, parseAs, parseBytes } from './reading.js';

interface Scsi {
  readonly cmd?: number;
  readonly ver?: number;
  readonly len?: number;
  readonly lbn?: bigint;
  readonly ts?: bigint;
}

function vscsi1({ cmd = 0x2a, ver = 0x0100, len = 512, lbn = 1n, ts = 5n }: Scsi): Buffer {
  const record = Buffer.alloc(32);
  record.writeUInt32LE(len, 4);
  record.writeUInt16LE(cmd, 12);
  record.writeUInt16LE(ver, 14);
  record.writeBigUInt64LE(lbn, 16);
  record.writeBigUInt64LE(ts, 24);
  return record;
}

function vscsi2({ cmd = 0x2a, ver = 0x0200, len = 512, lbn = 1n, ts = 5n }: Scsi): Buffer {
  const record = Buffer.alloc(40);
  record.writeUInt16LE(cmd, 0);
  record.writeUInt16LE(ver, 2);
  record.writeUInt32LE(len, 8);
  record.writeBigUInt64LE(lbn, 16);
  record.writeBigUInt64LE(ts, 24);
  return record;
}

describe.each([
  ['vscsi-1', vscsi1, 32],
  ['vscsi-2', vscsi2, 40],
] as const)('%s', (name, record, bytes) => {
  const commands = [0x28, 0x2a, 0x35, 0x12, 0x8a];

  test('is told by its content, and read; other commands are passed over', () => {
    const trace = Buffer.concat(commands.map((cmd, index) => record({ cmd, lbn: BigInt(index), len: 4096 })));
    expect(formatOf(trace)).toBe(name);
    const expected = [
      { timeMicros: 5, op: 'read', offset: 0, length: 4096 },
      { timeMicros: 5, op: 'write', offset: 512, length: 4096 },
      { timeMicros: 5, op: 'sync', offset: 0, length: 0 },
      { timeMicros: 5, op: 'write', offset: 2048, length: 4096 },
    ];
    for (const pieceBytes of [1, 7, bytes, 1000]) expect(parseAs(name, trace, pieceBytes)).toEqual(expected);
  });

  test.each<[string, Buffer, string]>([
    [
      'a last record cut off',
      record({}).subarray(0, bytes - 3),
      `the last record is cut off: ${bytes - 3} of ${bytes}`,
    ],
    ['another version', record({ ver: 0x0700 }), 'a record of version 7'],
    ['an address beyond 2^53', record({ lbn: 2n ** 60n }), 'a write that begins beyond 2^53'],
    ['a time beyond 2^53', record({ ts: 2n ** 63n }), 'a time beyond 2^53 microseconds'],
    ['a hostile length', record({ len: 0xffffffff }), 'a write of 4294967295 bytes, more than 1073741824'],
    ['no SCSI command', record({ cmd: 0x1234 }), '4660 is not a SCSI command'],
  ])('%s is reported by byte', (_what, damagedRecord, message) => {
    const read = () => parseAs(name, Buffer.concat([record({}), record({}), damagedRecord]));
    expect(read).toThrow(DataError);
    expect(read).toThrow(`trace: at byte ${2 * bytes}: ${message}`);
  });
});

test('a file that two formats fit is not guessed at', () => {
  const both = vscsi2({ lbn: 0x0100_0000n });
  both.writeUInt16LE(0x0100, 14);
  both.writeUInt16LE(0, 12);
  expect(() => formatOf(both)).toThrow(UsageError);
  expect(() => formatOf(both)).toThrow('trace may be vscsi-1 or vscsi-2');
});

function srt(sectorBytes: string, ...records: readonly (readonly number[])[]): Buffer {
  const header = `$$TR_IOREC-1.3 (test)\0\ndisks = { 0 -> { sectorsize = ${sectorBytes}, } }\f`;
  const words = records.flatMap((record) => {
    const bytes = Buffer.alloc(record.length * 4);
    record.forEach((word, index) => bytes.writeUInt32BE(word >>> 0, index * 4));
    return [bytes];
  });
  return Buffer.concat([Buffer.from(header), ...words]);
}

describe('hp-srt', () => {
  // As the first record of a recording, but later.
  const first = [0x38, 0x40001, 7, 250_000, 0xae, 0x4ce7, 0x1000, 0x420, 0x08000107, 4, 1, 0x1b, 0x70000, 1];
  const header = srt('256').length;

  test('is told by its mark, and read; disks are volumes', () => {
    const write = first.map((word, index) => ({ 8: 0x08000007, 11: 0x1a })[index] ?? word);
    const trace = srt('256', first, write);
    expect(formatOf(trace)).toBe('hp-srt');
    expect(parseBytes(trace)).toEqual([
      { timeMicros: 7_250_000, op: 'read', offset: 1056 * 256, length: 4096, volume: '1' },
      { timeMicros: 7_250_000, op: 'write', offset: 1056 * 256, length: 4096, volume: '0' },
    ]);
  });

  test.each<[string, Buffer, string]>([
    [
      'a record cut off',
      srt('256', first).subarray(0, -1),
      `at byte ${header + 4}: the last record is cut off: 51 of 52`,
    ],
    ['a hostile length', srt('256', [0xfffffff0]), `at byte ${header}: a record of 4294967280 bytes`],
    ['a short record', srt('256', [4]), `at byte ${header}: a record of 4 bytes`],
    ['no sector size', srt('none', first), 'at byte 0: the header names no sectorsize'],
    [
      'two sector sizes',
      srt('256, sectorsize = 512', first),
      'at byte 0: disks of different sectorsize: 256, 512',
    ],
    [
      'no end of the header',
      Buffer.from('$$TR_IOREC-1.3 and nothing else'),
      'at byte 31: the header has no end',
    ],
  ])('%s is reported by byte', (_what, trace, message) => {
    expect(() => parseAs('hp-srt', trace)).toThrow(DataError);
    expect(() => parseAs('hp-srt', trace)).toThrow(`trace: ${message}`);
  });
});

interface Blk {
  readonly action: number;
  readonly sector?: bigint;
  readonly bytes?: number;
  readonly extra?: number;
}

function blktrace(isLittle: boolean, ...records: readonly Blk[]): Buffer {
  return Buffer.concat(
    records.map(({ action, sector = 8n, bytes = 4096, extra = 0 }) => {
      const record = Buffer.alloc(48 + extra);
      const view = new DataView(record.buffer, record.byteOffset, record.length);
      view.setUint32(0, 0x65617407, isLittle);
      view.setBigUint64(8, 1_500_999n, isLittle);
      view.setBigUint64(16, sector, isLittle);
      view.setUint32(24, bytes, isLittle);
      view.setUint32(28, action, isLittle);
      view.setUint32(36, (8 << 20) | 16, isLittle);
      view.setUint16(46, extra, isLittle);
      return record;
    }),
  );
}

describe.each([
  ['little', true],
  ['big', false],
] as const)('blktrace, %s-endian', (_name, isLittle) => {
  const issue = 7;
  const trace = blktrace(
    isLittle,
    { action: (0x400 << 16) | 0, extra: 12 },
    { action: (0x12 << 16) | 1 },
    { action: (0x42 << 16) | issue },
    { action: (0x41 << 16) | issue, sector: 16n, extra: 5 },
    { action: (0x2042 << 16) | issue, bytes: 0xfffffe00 },
    { action: (0x44 << 16) | issue, bytes: 0 },
    { action: (0x241 << 16) | issue },
    { action: (0x82 << 16) | 8 },
  );

  test('is told by its magic, and read', () => {
    expect(formatOf(trace)).toBe('blktrace');
    const common = { timeMicros: 1500, volume: '8,16' };
    for (const pieceBytes of [1, 50, 1000])
      expect(parseAs('blktrace', trace, pieceBytes)).toEqual([
        { ...common, op: 'write', offset: 4096, length: 4096 },
        { ...common, op: 'read', offset: 8192, length: 4096 },
        { ...common, op: 'trim', offset: 4096, length: 0xfffffe00 },
        { ...common, op: 'sync', offset: 0, length: 0 },
      ]);
  });

  test('damage is reported by byte', () => {
    const read = (bytes: Buffer) => () => parseAs('blktrace', bytes);
    expect(read(trace.subarray(0, 70))).toThrow(
      'trace: at byte 60: the last record is cut off: 10 of 48 bytes',
    );
    expect(read(trace.subarray(0, 48))).toThrow(
      'trace: at byte 48: the last record is cut off: 0 of 12 bytes',
    );
    const foreign = Buffer.from(trace);
    foreign.fill(0, 60, 64);
    expect(read(foreign)).toThrow('trace: at byte 60: no record of blktrace begins here');
    expect(read(blktrace(isLittle, { action: (0x42 << 16) | issue, sector: 2n ** 60n }))).toThrow(
      'trace: at byte 0: a write that begins beyond 2^53',
    );
  });
});
