/**
 * The program and the library as few files: src/ and the small packages that most commands need, bundled into dist/ by rolldown. What is
 * native, large or seldom asked for stays a package and is imported when needed. The code is not minified: that saves nothing that can be
 * measured, and stack traces stay readable. What every run loads becomes scripts (scripts.js).
 *
 * Law: a module finds its files as if it lay where its source lies. Wherever its code ends up, `import.meta.url` is the URL of the
 * module's own place in dist/.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { makeScripts } from './scripts.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Files that are found by their names: the program, the library, what runs in threads and processes of its own, what the build uses. */
const entries = [
  'cli/main',
  'cli/scripts',
  'index',
  'engine/profile/read',
  'harness/exact-kernels',
  'harness/io/canary-worker',
  'harness/io/count-worker',
  'harness/io/gate-worker',
  'harness/io/runner-process',
  'harness/io/simulation-process',
  'harness/io/simulation-worker',
];

/** What a diff's threads load: a file of its own with a third of the engine, since to compile the rest takes each of them 6 ms in which it might work. */
const thread = 'engine/strategy/worker';

/** Packages whose code becomes part of dist/, with their licences. */
const bundled = ['picocolors', 'pure-rand', 'yaml', 'yargs-parser', 'zod'];

/** What `diff`, `apply` and the library load: one file for the engine, one for the command line. All else is split by use. */
const groups = [
  {
    name: 'engine',
    test: /\/src\/(base|kernels|engine)\/(?!twin|rivals|profile\/(document|read|schema|write)|parallel\/(pool|team)|strategy\/worker)/,
  },
  {
    name: 'program',
    test: /\/src\/cli\/((?!main|scripts|own-choices|configuration-choice|table-style|completion)[\w-]+\.ts|text\/(?!canary|gate|replay|scenario|simulation)|(actions|commands)\/(diff|apply|manifests|naming|options)\.ts)/,
  },
];

/** Returns the paths below dist/ that were written. */
export async function bundle() {
  const output = [
    ...(await written(entries, { chunkFileNames: 'chunks/[name].js', codeSplitting: { groups } })),
    ...(await written([thread], { codeSplitting: false })),
  ];
  writeFileSync(
    join(root, 'dist', licenceFile),
    licences(output.flatMap(({ moduleIds }) => moduleIds ?? [])),
  );
  return [licenceFile, ...output.map(({ fileName }) => fileName), ...makeScripts(output)];
}

async function written(names, options) {
  const build = await rolldown({
    cwd: root,
    platform: 'node',
    input: Object.fromEntries(names.map((name) => [name, join(root, 'src', `${name}.ts`)])),
    external: (id) =>
      !/^[./\0]/.test(id) && !bundled.some((name) => id === name || id.startsWith(`${name}/`)),
    plugins: [nothingPlanted, ownUrls, directBuiltins],
  });
  const { output } = await build.write({ dir: join(root, 'dist'), format: 'esm', ...options });
  await build.close();
  return output;
}

/** Faults are planted by tests, in the sources. Here each question whether one is becomes `false`, and what hangs on it goes as dead code. */
const nothingPlanted = {
  name: 'nothing-planted',
  transform(code, id) {
    if (id.endsWith('/src/base/planted.ts')) throw new Error('planted faults would be part of the program');
    if (!code.includes('isPlanted')) return undefined;
    return code
      .replace(/^import \{ isPlanted \} from '[./]*\/base\/planted\.js';$/m, '')
      .replaceAll(/\bisPlanted\('[\w-]+'\)/g, 'false');
  },
};

const ownUrls = {
  name: 'own-urls',
  transform(code, id) {
    const path = relative(join(root, 'src'), id);
    if (path.startsWith('..') || !code.includes('import.meta.url')) return undefined;
    return code.replaceAll('import.meta.url', `ownUrl(${JSON.stringify(path)})`);
  },
  renderChunk(code, { fileName }) {
    return code.replaceAll(/\bownUrl\("([^"]+)"\)/g, (_, path) => {
      const place = relative(dirname(fileName), path);
      return `new URL(${JSON.stringify(place.startsWith('.') ? place : `./${place}`)}, import.meta.url).href`;
    });
  },
};

/** Importing `node:fs` as an ES module reads all its properties, and so loads streams and promises that nobody asked for: 7 ms of CPU. */
const directBuiltins = {
  name: 'direct-builtins',
  renderChunk(code) {
    return code.replaceAll(/^import (\{[^}]*\}) from "(?:node:)?([\w/]+)";$/gm, (statement, names, name) => {
      if (!builtinModules.includes(name)) return statement;
      return `const ${names.replaceAll(' as ', ': ')} = process.getBuiltinModule("node:${name}");`;
    });
  },
};

const licenceFile = 'THIRD-PARTY-LICENCES.txt';

/** Name, version and licence text of each package that the modules come from. */
function licences(modules) {
  const folders = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} is bundled, but comes without the text of its licence`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return `Packages that are part of the files in this folder, and their licences.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
