/** Tool descriptions on disk (workloads/peers, and files of the user), and which of the tools are installed, in which version. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { orWorldError } from '../../engine/snapshot/failures.js';
import { filledIn, parsePeerTool, type PeerTool, type ToolVariant } from '../experiment/peer-tool.js';

/** From src/harness/io and dist/harness/io alike. */
const builtInFolder = fileURLToPath(new URL('../../../workloads/peers/', import.meta.url));

/** The tools that come with the program, by name. */
export function builtInTools(): PeerTool[] {
  return readdirSync(builtInFolder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => readTool(join(builtInFolder, file)));
}

/** Throws UsageError with line and column, WorldError when the file cannot be read. */
export function readTool(path: string): PeerTool {
  const text = orWorldError('read', path, () => readFileSync(path, 'utf8'));
  return parsePeerTool(text, path, dirname(resolve(path)));
}

/** Programs that the variants run and that are not installed. */
export function missingPrograms({ here, version }: PeerTool, variants: readonly ToolVariant[]): string[] {
  const runs = variants.flatMap(({ prepare, diff, apply }) => [...prepare, ...diff, ...apply]);
  const programs = [...runs.map(({ run }) => run[0] ?? ''), version?.run[0] ?? ''].filter(
    (program) => program !== '',
  );
  return [...new Set(programs)].filter((program) => !isExecutable(program.replaceAll('{here}', here)));
}

/** A path, or a name that stands in PATH. */
function isExecutable(program: string): boolean {
  const folders = program.includes('/') ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => {
    const path = folder === '' ? program : join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

const versionTimeoutMs = 10_000;

/** What the tool says of itself; null where it says nothing that the pattern finds. */
export function versionOf({ version, here }: PeerTool): string | null {
  if (version === undefined) return null;
  const values = { base: '', target: '', delta: '', output: '', scratch: '', here };
  const [program = '', ...words] = version.run.map((word) => filledIn(word, values));
  const { stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: versionTimeoutMs });
  // Null, whatever their type says, where the program cannot be started.
  return versionIn([stdout, stderr].join('\n'), version.pattern);
}

/** The first group of the first match, or null. */
export function versionIn(printed: string, pattern: RegExp): string | null {
  return pattern.exec(printed)?.[1] ?? null;
}
