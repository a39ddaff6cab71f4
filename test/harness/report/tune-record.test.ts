/** The decision record and the sentences of `tune`. */
import { expect, test } from 'vitest';
import { tuneRecord } from '../../../src/harness/report/tune-record.js';
import {
  frontTable,
  linkSentences,
  tuneHeadline,
  tuneReasons,
} from '../../../src/harness/report/tune-tables.js';
import { cellText } from '../../../src/harness/report/tables.js';
import { syntheticTuneResults } from './judged.js';

const results = syntheticTuneResults('A small device.');

test('the verdict in one line, for each of its kinds', () => {
  expect(tuneHeadline(results)).toBe(
    "edge-agent: fixed 4K is better than the profile's own strategy: score 0.700 of its (measured 0.800)",
  );
  const other = (kind: 'none is better' | 'not confirmed') =>
    tuneHeadline({ ...results, verdict: { ...results.verdict, kind } });
  expect(other('none is better')).toContain('nothing that was tried is better');
  expect(other('not confirmed')).toContain('keep the profile');
});

test('why, what was passed over, how it was searched, where the choice would change', () => {
  const reasons = tuneReasons(results);
  expect(reasons[0]).toBe('bytes sent (100 % of the score): 25 % less; measured 0.75 of it.');
  expect(reasons[1]).toContain('seemed better (score 0.500), but measured');
  expect(reasons.join(' ')).toContain('3 of 2 points were tried, 3 of them on all 1 workloads');
  expect(reasons.join(' ')).toContain(
    'evolution added 31.3 for each second of work to the hypervolume, chance nothing',
  );
  expect(linkSentences(results)).toEqual(['Below 100 kbit/s fixed 16K zstd-1 would be the better choice.']);
  const none = { below: null, above: null };
  expect(linkSentences({ ...results, breakEven: { bitsPerSecond: none, roundTripMs: none } })).toEqual([
    'No other link than 10 Mbit/s and 60 ms would change the choice.',
  ]);
});

test('the front says what differs from the own strategy', () => {
  const rows = frontTable(results).rows.map((cells) => cells.map(cellText));
  expect(rows.map(([name, , score]) => [name, score])).toEqual([
    ['fixed 4K', '0.700x'],
    ['fixed 16K zstd-1', '1.000x'],
  ]);
  expect(rows[0]?.[1]).toBe('blockBytes=4096 codec=auto level=3');
  expect(rows[1]?.[1]).toContain('strategy=fixed subBlock=false blockBytes=16384');
});

test('the record has all that makes it again', () => {
  const text = tuneRecord(results, 'front.svg');
  for (const part of [
    '![Bytes against work](front.svg)',
    results.digest,
    'Seed 1',
    '| a | 1.000x | fixed 4K |',
  ]) {
    expect(text).toContain(part);
  }
});
