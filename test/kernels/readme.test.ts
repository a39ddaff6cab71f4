import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { kernelNames } from '../../src/kernels/abi.js';
import { rivalNames } from '../../src/kernels/rivals.js';

const folder = new URL('../../assembly/', import.meta.url);
const readme = readFileSync(new URL('README.md', folder), 'utf8');

it('lists the kernels and the files that hold them', () => {
  expect(listedIn(folder)).toEqual([...kernelNames]);
});

it('lists the rivals and the files that hold them', () => {
  expect(listedIn(new URL('rivals/', folder))).toEqual([...rivalNames]);
});

/** Functions in the table of a folder's README, each of them exported by the file in its row. */
function listedIn(place: URL): string[] {
  const text = readFileSync(new URL('README.md', place), 'utf8');
  return [...text.matchAll(/^\| `(\w+)` \|.*\| (\S+\.ts) \|$/gm)].map(([, name = '', file = '']) => {
    expect(readFileSync(new URL(file, place), 'utf8')).toContain(`export function ${name}(`);
    return name;
  });
}

it('lists the static scratch of every file', () => {
  const listed = [...readme.matchAll(/^\| (\S+\.ts) \| (\d+) \|/gm)].map(([, file, bytes]) => [
    file,
    Number(bytes),
  ]);
  const reserved = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, scratchBytes(readFileSync(new URL(file, folder), 'utf8'))] as const)
    .filter(([, bytes]) => bytes > 0);
  expect(new Map(listed as [string, number][])).toEqual(new Map(reserved));
});

/** Sum of the sizes in `memory.data(bytes, alignment)`; constants are written with a type argument. */
function scratchBytes(source: string): number {
  const sizes = [...source.matchAll(/memory\.data\(([\d_ *]+),/g)].map(([, size = '']) =>
    size
      .replaceAll('_', '')
      .split('*')
      .reduce((product, factor) => product * Number(factor), 1),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
