/** The figures in docs/workloads.md are those of the code. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtInWorkloads, readWorkloadDefinitions } from '../../src/harness/io/workload-definitions.js';
import { generatorNamed } from '../../src/workload/registry.js';
import { contentOf } from './content.js';

const document = readFileSync(new URL('../../docs/workloads.md', import.meta.url), 'utf8');

/** Cells of every table row that begins with a workload's name in backticks. */
function rowsOf(text: string): Map<string, string[]> {
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const [name = '', ...cells] = line.split('|').slice(1, -1);
      return [name.trim().replaceAll('`', ''), cells.map((cell) => cell.trim())];
    }),
  );
}

/** Size, measure, changed and removed bytes, and blocks that differ at the same offset, as the document writes them. */
function figuresOf(generator: string, bytes: number, seed: number): string[] {
  const workload = generatorNamed(generator);
  const [first, second] = [...workload.make({ bytes, seed, snapshots: 2 })];
  if (first === undefined || second === undefined) throw new Error('two snapshots');
  const [before, after] = [contentOf(first), contentOf(second)];
  let differing = 0;
  for (let at = 0; at < after.length; at += 4096) {
    if (!after.subarray(at, at + 4096).equals(before.subarray(at, at + 4096))) differing++;
  }
  const { changedBytes = NaN, removedBytes = NaN } = second.changes() ?? {};
  const blocks = `${shown(differing)} of ${shown(Math.ceil(after.length / 4096))}`;
  const measure = workload.measure === 'in-place' ? 'in place' : 'new bytes';
  return [shown(before.length), measure, shown(changedBytes), shown(removedBytes), blocks];
}

function shown(value: number): string {
  return value.toLocaleString('en-US');
}

test('the table of synthetic workloads', () => {
  const rows = rowsOf(document);
  const definitions = readWorkloadDefinitions(builtInWorkloads);
  const generated = definitions.filter((definition) => definition.from === 'generator');
  expect(generated.length).toBeGreaterThan(10);
  for (const { name, generator, bytes, seed } of generated) {
    expect([name, ...(rows.get(name)?.slice(1) ?? [])]).toEqual([name, ...figuresOf(generator, bytes, seed)]);
  }
});

test('the tables name every built-in trace with its cut, and every form of a definition', () => {
  const rows = rowsOf(document);
  for (const definition of readWorkloadDefinitions(builtInWorkloads)) {
    expect(document).toContain(`\`${definition.from}\``);
    expect(document).toContain(`\`${definition.name}\``);
    if (definition.from !== 'trace') continue;
    const { name, bytes, cutWrites, cutSeconds = 0 } = definition;
    const cut = cutWrites === undefined ? `${cutSeconds} seconds` : `${cutWrites} writes`;
    expect(rows.get(name)?.slice(1)).toEqual([`${bytes / 2 ** 20} MiB`, cut]);
  }
});
