/** Planted faults: each of the list stands once in the sources, only tests plant, and nothing of them is left in what ships. */
import { describe, expect, test } from 'vitest';
import { plantedFaults } from '../../src/base/planted.js';
import { filesBelow, importsOf, textOf } from './sources.js';

const list = 'src/base/planted.ts';
const names = Object.keys(plantedFaults);
const sources = filesBelow('src', '.ts').filter((path) => path !== list);

describe('in the sources', () => {
  test('every fault stands once, where it is made, and every question is about one of the list', () => {
    const asked = sources.flatMap((path) =>
      [...textOf(path).matchAll(/\bisPlanted\(([^)]*)\)/g)].map(([, argument = '']) => argument),
    );
    expect(asked.sort()).toEqual(names.map((name) => `'${name}'`).sort());
  });

  test('nothing but the question is imported, and on a line that the build takes out', () => {
    const users = sources.filter((path) => importsOf(path).some(({ to }) => to === list));
    expect(users.length).toBeGreaterThan(20);
    const imports = users.map((path) =>
      /^.*\/planted\.js.*$/m.exec(textOf(path))?.[0].replace(/(\.\.\/)+/, ''),
    );
    expect(new Set(imports)).toEqual(new Set(["import { isPlanted } from 'base/planted.js';"]));
  });

  test('a fault lies in code that replication runs', () => {
    const users = sources.filter((path) => importsOf(path).some(({ to }) => to === list));
    expect(users.filter((path) => !/^src\/(engine|replication)\//.test(path))).toEqual([]);
  });
});

test('what ships holds none: no name, no question, no declaration', () => {
  const built = filesBelow('dist', '.js', '.d.ts', '.json');
  expect(built.length).toBeGreaterThan(50);
  expect(built).toContain('dist/base/prng.d.ts');
  const words = [...names, 'isPlanted', 'plantedFaults', 'PlantedFault'];
  const found = built.flatMap((path) => {
    const text = textOf(path);
    return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`);
  });
  expect(found).toEqual([]);
  expect(built.filter((path) => path.includes('planted'))).toEqual([]);
});
