/** docs/formats/traces.md lists the formats that are read, and its figures are those of the code. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requestBytesMax } from '../../../src/workload/trace/event.js';
import { traceFormatNames, traceFormatWords } from '../../../src/workload/trace/names.js';
import { volumesMax } from '../../../src/workload/trace/volumes.js';

const text = readFileSync(new URL('../../../docs/formats/traces.md', import.meta.url), 'utf8');

test('names, titles and volumes', () => {
  const section = text.slice(text.indexOf('## Formats'), text.indexOf('## Text'));
  const rows = [...section.matchAll(/^\| `([a-z][\w-]*)` \| ([^|]+) \| ([^|]*)\| [^|]+ \|$/gm)].map((row) =>
    row.slice(1).map((cell) => cell.trim()),
  );
  expect(rows).toEqual(
    traceFormatNames.map((name) => [name, traceFormatWords[name].title, traceFormatWords[name].volume ?? '']),
  );
});

test('limits', () => {
  expect(text).toContain(`more than ${volumesMax.toLocaleString('en')} volumes`);
  expect(text).toContain(`a read or write of more than ${requestBytesMax / 2 ** 30} GiB`);
});
