/** The audit log's bytes are frozen, and its document says what the code does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { auditKinds } from '../../../src/replication/audit/kinds.js';
import * as limits from '../../../src/replication/audit/limits.js';
import {
  decodeBatch,
  encodeBatch,
  encodeEvent,
  encodeRecord,
  linkOf,
  noLink,
} from '../../../src/replication/audit/record.js';
import { expectGolden, readGolden } from '../../golden/golden.js';

const document = readFileSync(new URL('../../../docs/formats/audit-v1.md', import.meta.url), 'utf8');
const golden = 'audit-v1.sdaudit';

test('the golden batch', () => {
  const selected = {
    kind: 'selected',
    transfer: 't1',
    blocks: { base: 90, needed: 10 },
    bytes: { base: 92_160, needed: 10_240 },
  } as const;
  const dot = { writer: 'ann', counter: 2 };
  const committed = {
    kind: 'committed',
    transfer: 't1',
    volume: 'disk',
    dot,
    content: '00ff',
    from: 'agent',
  } as const;
  const first = encodeRecord(0, noLink, encodeEvent({ wallMs: 1_700_000_000_000, counter: 0 }, selected));
  const second = encodeRecord(
    1,
    linkOf(first),
    encodeEvent({ wallMs: 1_700_000_000_000, counter: 1 }, committed),
  );
  expectGolden(golden, encodeBatch([first, second]));
  expect(decodeBatch(readGolden(golden), 'it').map(({ sequence, event }) => [sequence, event])).toEqual([
    [0, selected],
    [1, committed],
  ]);
});

test('the example of the document is the golden batch', () => {
  const example = document.split('## Example\n')[1]?.split('```')[1] ?? '';
  const hex = example
    .split('\n')
    .slice(1)
    .map((line) => line.split(';')[0] ?? '')
    .join('')
    .replaceAll(/\s/g, '');
  expect(hex).toBe(readGolden(golden).toString('hex'));
});

test('the kinds of the document are those of the code', () => {
  const section = document.split('## Kinds\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `([\w-]+)` \| (`.*?) \|/gm)].map(
    ([, kind = '', fields = '']): [string, Record<string, string>] => [
      kind,
      Object.fromEntries(
        [...fields.matchAll(/`(\w+)` ([a-z?]+)/g)].map(([, field = '', type = '']): [string, string] => [
          field,
          type,
        ]),
      ),
    ],
  );
  expect(Object.fromEntries(rows)).toEqual(auditKinds);
});

test('the limits of the document are those of the code', () => {
  const section = document.split('## Limits\n')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, name = '', value]) => [
    name,
    Number(value),
  ]);
  expect({ ...Object.fromEntries(rows), linkBytes: 32 }).toEqual({ ...limits });
});
