/** One arrow between folders, and none that leads back: docs/architecture.md, "Layers". */
import { describe, expect, test } from 'vitest';
import { filesBelow, importsOf, textOf } from './sources.js';
import type { Import } from './sources.js';

const layers = ['base', 'kernels', 'engine', 'workload', 'replication', 'simulator', 'harness', 'cli'];
const engineLayers = [
  'snapshot',
  'chunk',
  'fingerprint',
  'detect',
  'delta',
  'package',
  'apply',
  'verify',
  'parallel',
  'strategy',
  'profile',
];
const replicationLayers = [
  'versions',
  'audit',
  'cache',
  'store',
  'repository',
  'coding',
  'protocol',
  'session',
  'io',
];
const simulatorLayers = [
  'time',
  'trace',
  'network',
  'disk',
  'process',
  'fault',
  'world',
  'scenario',
  'invariants',
  'run',
  'swarm',
  'minimise',
];
const harnessLayers = [
  'links',
  'experiment',
  'measurement',
  'statistics',
  'verdict',
  'simulate',
  'tuning',
  'canary',
  'report',
  'io',
];

/** Modules that reach the world, and the files that may. */
const worldly: readonly (readonly [module: RegExp, allowed: RegExp])[] = [
  [
    /^(node:)?fs(\/promises)?$/,
    /^src\/(kernels\/load\.ts|engine\/snapshot\/|engine\/profile\/files\.ts|replication\/io\/|harness\/io\/|cli\/)|^src\/index\.ts$/,
  ],
  [/^(node:)?(child_process|net|tls|http|https|dgram|cluster)$/, /^src\/(replication\/io|harness\/io|cli)\//],
  [/^(node:)?worker_threads$|^piscina$/, /^src\/(engine\/(parallel|strategy\/worker\.ts)|harness\/io|cli\/)/],
  // Lanes ask how many cores there are.
  [/^(node:)?(os|process)$/, /^src\/(replication\/io\/|harness\/io\/|cli\/|engine\/strategy\/lanes\.ts)/],
];
/**
 * Writers name staging files after their process; a worker thread and the library are doors, and bring the clock. Built-in modules that
 * compute are asked from the process.
 */
const ambientAllowed =
  /^src\/(replication\/io\/|harness\/io\/|cli\/|engine\/snapshot\/|engine\/strategy\/worker\.ts|index\.ts|base\/builtins\.ts)/;

const files = filesBelow('src', '.ts').filter((path) => !path.endsWith('.d.ts'));
const imports = files.flatMap(importsOf);
const ours = imports.filter(({ isOurs }) => isOurs);

/** The folder below `parent` that a file lies in; a file directly in it composes its folders and lies right of them all. */
function layerOf(path: string, parent: string, order: readonly string[]): number {
  const [folder = '', ...rest] = path.slice(parent.length + 1).split('/');
  if (rest.length === 0) return order.length;
  const index = order.indexOf(folder);
  expect(index, `${path} lies in a known layer of ${parent}`).toBeGreaterThanOrEqual(0);
  return index;
}

function told(found: readonly Import[]): string[] {
  return found.map(({ from, line, to }) => `${from}:${line} imports ${to}`);
}

describe('layers', () => {
  test.each([
    ['src', layers],
    ['src/engine', engineLayers],
    ['src/replication', replicationLayers],
    ['src/simulator', simulatorLayers],
    ['src/harness', harnessLayers],
  ])('%s: no import to the right', (parent, order) => {
    const inside = ours.filter(({ from, to }) => [from, to].every((path) => path.startsWith(`${parent}/`)));
    expect(inside.length).toBeGreaterThan(0);
    const wrong = inside.filter(({ from, to }) => layerOf(to, parent, order) > layerOf(from, parent, order));
    expect(told(wrong)).toEqual([]);
  });

  test('are those of docs/architecture.md', () => {
    const text = textOf('docs/architecture.md');
    for (const order of [layers, engineLayers, replicationLayers, simulatorLayers, harnessLayers])
      expect(text).toContain(order.join(' <- '));
  });

  test('the simulator reaches no real disk, network or clock', () => {
    const wrong = ours.filter(
      ({ from, to }) => from.startsWith('src/simulator/') && to.startsWith('src/replication/io/'),
    );
    expect(told(wrong)).toEqual([]);
  });

  test('no cycles between files, types included', () => {
    const targets = new Map(
      files.map((path) => [path, ours.filter(({ from }) => from === path).map(({ to }) => to)]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      const at = trail.indexOf(path);
      if (at >= 0) cycles.push([...trail.slice(at), path].join(' -> '));
      if (at >= 0 || done.has(path)) return;
      for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
      done.add(path);
    };
    for (const path of files) visit(path, []);
    expect(cycles).toEqual([]);
  });

  test('imports of ours end in .js and exist', () => {
    const wrong = ours.filter(({ to }) => !files.includes(to) && !filesBelow('src', '.d.ts').includes(to));
    expect(told(wrong)).toEqual([]);
  });
});

describe('the world is reached only at the edges', () => {
  test.each(worldly)('%o', (module, allowed) => {
    const wrong = imports.filter(({ from, to, isOurs }) => !isOurs && module.test(to) && !allowed.test(from));
    expect(told(wrong)).toEqual([]);
  });

  test('process, wall clocks and ambient chance', () => {
    const wrong = files
      .filter((path) => !ambientAllowed.test(path))
      .flatMap((path) => {
        const code = withoutComments(textOf(path));
        const found = /\b(process\.\w+|Date\.now|new Date\(\)|performance\.now|Math\.random)/.exec(code);
        return found === null ? [] : [`${path}: ${found[0]}`];
      });
    expect(wrong).toEqual([]);
  });
});

/** Comments may speak of what the code must not do. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}
