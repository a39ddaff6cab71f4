/** Which versions a log says to be visible. */
import { expect, test } from 'vitest';
import { AuditLog, batchKey } from '../../../src/replication/audit/log.js';
import { readRecordedVersions } from '../../../src/replication/audit/recorded.js';
import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { dotText } from '../../../src/replication/versions/version.js';

const volume = 'disk';
const dot = (counter: number) => ({ writer: 'ann', counter });
const merge = { writer: 'merge.00', counter: 1 };

test('those committed, recovered and merged, but for those removed since; a damaged batch is passed over', async () => {
  let ms = 0;
  const store = new MemoryStore();
  const log = await AuditLog.open(store, { now: () => ({ wallMs: ++ms, counter: 0 }) });
  const committed = (counter: number) =>
    log.append({ kind: 'committed', transfer: '', volume, dot: dot(counter), content: '', from: 'ann' });
  const merged = (result: typeof merge | null) =>
    log.append({
      kind: 'merged',
      volume,
      policy: 'block-merge:4096',
      inputs: [dot(1), dot(2)],
      ancestors: [],
      result,
      reason: '',
      conflicts: 0,
      joinedFiles: 0,
    });
  for (const counter of [1, 2, 3, 4]) await committed(counter);
  await log.append({ kind: 'removed', volume, dots: [dot(1), dot(2)], reason: 'retention' });
  await log.append({ kind: 'recovered', volume, dot: dot(2), content: '', reason: '' });
  await merged(null);
  await merged(merge);
  await store.put(batchKey(3), new Uint8Array(40), 'replace');

  const recorded = await readRecordedVersions(store);
  expect(recorded.all.map((one) => [dotText(one.dot), one.time.wallMs])).toEqual([
    ['ann:3', 3],
    ['ann:2', 6],
    ['merge.00:1', 8],
  ]);
  expect(recorded.has(volume, dot(3))).toBe(true);
  expect(recorded.has('other', dot(3))).toBe(false);
});
