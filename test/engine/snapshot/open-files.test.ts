import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OpenFiles, openFilesMax } from '../../../src/engine/snapshot/open-files.js';

test('the least recently used file makes room, and all are closed in the end', () => {
  const opened: number[] = [];
  const files = new OpenFiles((entry) => {
    opened.push(entry);
    return openSync('/dev/null', 'r');
  });
  for (let entry = 0; entry < openFilesMax; entry++) files.get(entry);
  const first = files.get(0);
  files.get(openFilesMax);
  expect(files.get(0)).toBe(first);
  files.get(1);
  expect(opened).toEqual([...Array(openFilesMax + 1).keys(), 1]);
  files.closeAll();
  expect(() => closeSync(first)).toThrow(/EBADF/);
});
