/**
 * Turns chunks that every run of the program loads into scripts, which Node compiles from a cache of V8's code (src/cli/scripts.ts): that,
 * and no loader of ES modules, is half of what a small run takes. The text stays as it is but for its edges:
 *
 * - `chunks/NAME.script.js` is the chunk as one function; it asks for other scripts by name, and returns what the chunk exports.
 * - `chunks/NAME.js` is an ES module again, which hands that on to the chunks that are none.
 * - `cli/main.js` and `cli/scripts.js`, the door and the loader, become CommonJS.
 * - An `import()` of a script asks for the script.
 *
 * Law: a script imports scripts alone, and exports nothing that is assigned later. The build fails where that does not hold.
 */
import { writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const names = ['rolldown-runtime', 'engine', 'program'];
const doors = ['cli/main.js', 'cli/scripts.js'];
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');

/** Writes scripts and doors over the chunks that they were. Returns the paths below dist/ of what is new. */
export function makeScripts(chunks) {
  const write = (path, text) => writeFileSync(join(dist, path), text);
  const textOf = (path) => chunks.find(({ fileName }) => fileName === path).code;
  for (const name of names) {
    const { script, shell } = split(name, textOf(`chunks/${name}.js`));
    write(`chunks/${name}.script.js`, script);
    write(`chunks/${name}.js`, shell);
  }
  for (const path of doors) write(path, door(path, textOf(path)));
  write('cli/package.json', '{ "type": "commonjs" }\n');
  return ['cli/package.json', ...names.map((name) => `chunks/${name}.script.js`)];
}

const exportList = /^export \{([^}]*)\};\n?/m;
const pairsOf = (list) =>
  list
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => /^\s*([\w$]+)(?: as ([\w$]+))?\s*$/.exec(part))
    .map(([, inner, outer]) => ({ inner, outer: outer ?? inner }));

/** The text with what only modules have in words of `$url`, `$load` and `$script`. */
function withoutModule(path, code) {
  const { word } = /(?<word>\$(url|load|script)\b)/.exec(code)?.groups ?? {};
  if (word !== undefined) throw new Error(`${path} has a name ${word} of its own`);
  const text = code
    .replaceAll('import.meta.url', '$url')
    .replaceAll(/\bimport\("([^"]+)"\)/g, (_, target) => {
      const name = names.find((each) => `chunks/${each}.js` === posix.join(posix.dirname(path), target));
      return name === undefined ? `$load("${target}")` : `(async () => $script("${name}"))()`;
    })
    .replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return text;
}

function split(name, code) {
  const path = `chunks/${name}.js`;
  const exported = pairsOf(exportList.exec(code)[1]);
  for (const { inner } of exported) {
    if (new RegExp(`^let ${inner.replaceAll('$', '\\$')}\\b`, 'm').test(code)) {
      throw new Error(`${path} exports ${inner}, which may be assigned later`);
    }
  }
  const body = withoutModule(path, code)
    .replace(
      exportList,
      () => `return { ${exported.map(({ inner, outer }) => `${outer}: ${inner}`).join(', ')} };\n`,
    )
    .replaceAll(/^import \{([^}]*)\} from "\.\/([\w-]+)\.js";$/gm, (statement, list, other) => {
      if (!names.includes(other))
        throw new Error(`${path} is a script and imports what is none: ${statement}`);
      return `const { ${pairsOf(list)
        .map(({ inner, outer }) => `${inner}: ${outer}`)
        .join(', ')} } = $script("${other}");`;
    });
  if (/^(import|export) /m.test(body)) throw new Error(`${path} is a script and imports what is none`);
  const locals = exported.map(({ outer }, index) => ({ outer, local: `v${index}` }));
  return {
    script: `"use strict";\n(function ($url, $load, $script) {\n${body}})\n`,
    shell:
      'import scripts from "../cli/scripts.js";\n' +
      `const { ${locals.map(({ outer, local }) => `${outer}: ${local}`).join(', ')} } = scripts.loadScript("${name}");\n` +
      `export { ${locals.map(({ outer, local }) => `${local} as ${outer}`).join(', ')} };\n`,
  };
}

function door(path, code) {
  const body = withoutModule(path, code)
    .replaceAll('$url', 'require("node:url").pathToFileURL(__filename).href')
    .replaceAll('$script(', 'require("./scripts.js").loadScript(')
    .replace(exportList, (_, list) => {
      const members = pairsOf(list).map(({ inner, outer }) => `${outer}: ${inner}`);
      return members.length === 0 ? '' : `module.exports = { ${members.join(', ')} };\n`;
    });
  const [shebang] = /^(#!.*\n)?/.exec(body);
  return `${shebang}"use strict";\n${body.slice(shebang.length)}`;
}
