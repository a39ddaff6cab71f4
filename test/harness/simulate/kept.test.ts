/**
 * Failures that were found once, as `simulate --minimise` wrote them: none of them happens any more. Each is named after what was wrong; those that lie here from the
 * beginning were planted (src/base/planted.ts).
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readReplayable } from '../../../src/harness/io/simulation-files.js';
import { replayFixture } from '../../../src/harness/replay.js';

const folder = fileURLToPath(new URL('./kept/', import.meta.url));
const names = readdirSync(folder);

test.each(names)('%s', async (name) => {
  const found = readReplayable(`${folder}${name}`);
  if (found.kind !== 'fixture') throw new Error('it is no fixture');
  const { verdict, outcome } = await replayFixture(found.fixture);
  expect([verdict, outcome.violation]).toEqual(['passes', undefined]);
  // It does what it did when it failed, and more: it comes to the end.
  expect(outcome.acknowledgedCount).toBeGreaterThan(0);
  expect(outcome.restoredCount).toBeGreaterThan(0);
});
