/**
 * What every run of the built program loads, as scripts with V8's code beside them (.ci/scripts.js): Node compiles a script from a cache,
 * which it cannot do for an ES module, and a run without an `import()` never starts the loader of ES modules. The build makes this file
 * and main.ts CommonJS; the scripts' ES modules, which all others import, hand on what was loaded here, so that each exists once.
 *
 * Law: the code changes nothing but the time. It is named after the Node that made it, and read only where its sum is right: V8 looks
 * at its own version, its flags and both lengths, but takes a flipped bit for code. Where anything differs, the script is compiled.
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

type Exports = Readonly<Record<string, unknown>>;
type Body = (url: string, load: (path: string) => Promise<unknown>, script: typeof loadScript) => Exports;

const folder = new URL('../chunks/', import.meta.url);
const loaded = new Map<string, Exports>();

/** By name; for the build, which asks them for their code when they have run. */
export const compiledScripts = new Map<string, Script>();

/** What the script exports. It runs when it is first asked for. */
export function loadScript(name: string): Exports {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  // In ASCII alone, and so read as one byte a character.
  const source = readFileSync(new URL(`${name}.script.js`, folder), 'latin1');
  const cachedData = readCode(name);
  const script = new Script(source, {
    // V8 keeps the name in the code, wherever that is used later.
    filename: `snapdelta/chunks/${name}.script.js`,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  compiledScripts.set(name, script);
  const { href } = new URL(`${name}.js`, folder);
  const body = script.runInThisContext() as Body;
  const exported = body(href, (path) => import(new URL(path, href).href), loadScript);
  loaded.set(name, exported);
  return exported;
}

/** Where this Node's code for the script lies, if the build made any. */
export function codePath(name: string): URL {
  return new URL(`${name}.${process.version}-${process.arch}.code`, folder);
}

/** What the sum takes, before the code. */
export const sumBytes = 8;

function readCode(name: string): Uint8Array | undefined {
  let file: Buffer;
  try {
    file = readFileSync(codePath(name));
  } catch {
    return undefined;
  }
  if (file.length < sumBytes) return undefined;
  const code = file.subarray(sumBytes);
  return file.readBigUInt64LE() === sumOf(code) ? code : undefined;
}

/** Fletcher's two sums, of all whole words. 2 ms of CPU for 400 KiB, where a digest takes 4. */
export function sumOf(code: Uint8Array): bigint {
  const words = new Int32Array(code.buffer, code.byteOffset, code.length >>> 2);
  let sum = 1;
  let sums = 0;
  for (let at = 0; at < words.length; at++) {
    sum = (sum + (words[at] ?? 0)) | 0;
    sums = (sums + sum) | 0;
  }
  return (BigInt(sums >>> 0) << 32n) | BigInt(sum >>> 0);
}
