/** Whatever a file holds, reading it gives events or one typed error; and what was written as text is read back as it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SnapdeltaError } from '../../../src/base/errors.js';
import type { TraceEvent } from '../../../src/workload/trace/event.js';
import { traceFormatNames, type TraceFormatName } from '../../../src/workload/trace/names.js';
import { TraceTally } from '../../../src/workload/trace/statistics.js';
import { formatOf, parseAs, parseBytes } from './reading.js';

const options = { seed: 7, numRuns: 150 };
const md5 = '0123456789abcdef0123456789abcdef';

/** How each text format writes a request of whole sectors; times in microseconds, volumes numbers. */
const writers: Partial<Record<TraceFormatName, (event: Request) => string>> = {
  msr: ({ time, isRead, sector, count, volume }) =>
    `${128166372003061620n + BigInt(time) * 10n},host,${volume},${isRead ? 'Read' : 'Write'},${sector * 512},${count * 512},9`,
  fiu: ({ time, isRead, sector, count, volume }) =>
    `${time}000 1 p ${sector} ${count} ${isRead ? 'R' : 'W'} 8 ${volume} ${md5}`,
  alibaba: ({ time, isRead, sector, count, volume }) =>
    `${volume},${isRead ? 'R' : 'W'},${sector * 512},${count * 512},${time}`,
  tencent: ({ time, isRead, sector, count, volume }) =>
    `${Math.floor(time / 1e6)},${sector},${count},${isRead ? 0 : 1},${volume}`,
  spc: ({ time, isRead, sector, count, volume }) =>
    `${volume},${sector},${count * 512},${isRead ? 'r' : 'W'},${(time / 1e6).toFixed(6)}`,
  systor17: ({ time, isRead, sector, count, volume }) =>
    `${(time / 1e6).toFixed(6)}000,0.1,${isRead ? 'R' : 'W'},${volume},${sector * 512},${count * 512}`,
  mqsim: ({ time, isRead, sector, count, volume }) =>
    `${time}123 ${volume} ${sector} ${count} ${isRead ? 1 : 0}`,
  blkparse: ({ time, isRead, sector, count, volume }) =>
    `  8,${volume} 1 2 ${(time / 1e6).toFixed(6)}999 77 D ${isRead ? 'R' : 'WS'} ${sector} + ${count} [p]`,
  ftrace: ({ time, isRead, sector, count, volume }) =>
    ` p-1 [000] d..1. ${(time / 1e6).toFixed(6)}: block_rq_issue: 8,${volume} ${isRead ? 'RA' : 'WS'} 512 () ${sector} + ${count} [p]`,
};

interface Request {
  readonly time: number;
  readonly isRead: boolean;
  readonly sector: number;
  readonly count: number;
  readonly volume: number;
}

const request = fc.record({
  time: fc.nat(4_000_000_000),
  isRead: fc.boolean(),
  sector: fc.nat(2 ** 31 - 1),
  count: fc.integer({ min: 1, max: 2048 }),
  volume: fc.nat(300),
});

describe.each(Object.entries(writers) as [TraceFormatName, (event: Request) => string][])(
  '%s',
  (name, write) => {
    test('what was written is read back', () => {
      const agrees = (requests: Request[]) => {
        const text = Buffer.from(requests.map(write).join('\n'));
        expect(formatOf(text)).toBe(name);
        const start = name === 'msr' ? (requests[0]?.time ?? 0) : 0;
        const unit = name === 'tencent' ? 1e6 : 1;
        expect(parseAs(name, text).map(plain)).toEqual(
          requests.map(({ time, isRead, sector, count, volume }) => [
            Math.floor(time / unit) * unit - start,
            isRead ? 'read' : 'write',
            sector * 512,
            count * 512,
            volume,
          ]),
        );
      };
      fc.assert(fc.property(fc.array(request, { minLength: 1, maxLength: 20 }), agrees), options);
    });
  },
);

function plain({ timeMicros, op, offset, length, volume = '' }: TraceEvent): unknown[] {
  return [timeMicros, op, offset, length, Number(/\d+$/.exec(volume)?.[0])];
}

describe('any bytes', () => {
  const noise = fc.uint8Array({ maxLength: 400 });
  const lines = fc
    .array(
      fc.array(
        fc.constantFrom(
          '0',
          '-1',
          'W',
          'Read',
          '9007199254740993',
          ',',
          ' ',
          md5,
          'D',
          '+',
          '8,0',
          '.5',
          '\0',
        ),
        { maxLength: 12 },
      ),
    )
    .map((rows) => Buffer.from(rows.map((row) => row.join('')).join('\n')));
  const mutated = fc
    .tuple(
      fc.constantFrom(...Object.values(writers)),
      fc.array(request, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.nat(255),
    )
    .map(([write, requests, at, byte]) => {
      const bytes = Buffer.from(requests.map(write).join('\n'));
      bytes[at % bytes.length] = byte;
      return bytes;
    });

  /** Events that keep the law of event.ts, or an error of the family with a line that says where. */
  const check = (read: () => TraceEvent[]): void => {
    let events: TraceEvent[];
    try {
      events = read();
    } catch (error) {
      expect(error).toBeInstanceOf(SnapdeltaError);
      expect((error as SnapdeltaError).message).toMatch(/^trace[: ].*$/);
      return;
    }
    const tally = new TraceTally();
    for (const event of events) {
      expect(Number.isSafeInteger(event.timeMicros)).toBe(true);
      expect(
        Number.isSafeInteger(event.offset + event.length) && event.offset >= 0 && event.length >= 0,
      ).toBe(true);
      tally.add(event);
    }
    expect(tally.finished().addressSpaceBytes).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  };

  test('are told apart or refused', () => {
    fc.assert(
      fc.property(fc.oneof(noise, lines, mutated), (bytes) => check(() => parseBytes(bytes))),
      {
        ...options,
        numRuns: 600,
      },
    );
  });

  test.each(traceFormatNames)('are read as %s or refused', (name) => {
    fc.assert(
      fc.property(fc.oneof(noise, lines, mutated), (bytes) => check(() => parseAs(name, bytes))),
      options,
    );
  });
});
