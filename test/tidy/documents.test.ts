/** Documentation that cannot lie: its examples run, its links lead somewhere, its tables say what the code says. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { parseProfile, shippedProfileNames } from '../../src/engine/profile/read.js';
import { settingKeys } from '../../src/engine/strategy/settings.js';
import { strategyNames } from '../../src/engine/strategy/strategy.js';
import { filesBelow, root, textOf } from './sources.js';

const documents = ['README.md', ...filesBelow('docs', '.md')];

interface Block {
  readonly at: string;
  readonly language: string;
  readonly code: string;
}

const blocks = documents.flatMap((path): Block[] => {
  const found: Block[] = [];
  for (const match of textOf(path).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const line = textOf(path).slice(0, match.index).split('\n').length;
    found.push({ at: `${path}:${line}`, language: match[1] ?? '', code: match[2] ?? '' });
  }
  return found;
});
const inLanguage = (language: string) => blocks.filter((block) => block.language === language);

/** A folder where `snapdelta` is a command and a package, with the snapshots that examples speak of. */
const folder = mkdtempSync(join(tmpdir(), 'snapdelta-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'node_modules'));
mkdirSync(join(folder, 'bin'));
symlinkSync(root, join(folder, 'node_modules', 'snapdelta'));
writeFileSync(
  join(folder, 'bin', 'snapdelta'),
  `#!/bin/sh\nexec "${process.execPath}" "${root}/dist/cli/main.js" "$@"\n`,
);
chmodSync(join(folder, 'bin', 'snapdelta'), 0o755);

let sandboxes = 0;
function sandbox(): string {
  const path = join(folder, `example-${sandboxes++}`);
  for (const [version, text] of [
    ['1', 'one '],
    ['2', 'one two '],
  ] as const) {
    mkdirSync(join(path, `release-${version}`), { recursive: true });
    writeFileSync(join(path, `release-${version}`, 'readme'), text.repeat(20_000));
    writeFileSync(join(path, version === '1' ? 'old.img' : 'new.img'), text.repeat(40_000));
  }
  return path;
}

/** Runs a script and ends whatever it has left running: in its midst, too, where it waits for what never comes. */
async function shell(code: string): Promise<{ readonly status: number | null; readonly errors: string }> {
  const running = spawn('sh', ['-euc', code], {
    cwd: sandbox(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
  });
  let errors = '';
  running.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const { pid } = running;
  const stop = (): void => {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // Nothing of it runs any more.
    }
  };
  const patience = setTimeout(stop, exampleMsMax);
  running.on('exit', stop);
  const status = await new Promise<number | null>((resolve) => running.on('close', resolve));
  clearTimeout(patience);
  return { status, errors };
}

/** Examples take seconds; on a busy machine a minute. */
const exampleMsMax = 240_000;

describe('examples run', () => {
  test.each(inLanguage('sh').map(({ at, code }) => [at, code]))(
    '%s',
    async (_at, code) => {
      const { status, errors } = await shell(code);
      expect(status, errors).toBe(0);
    },
    exampleMsMax + 10_000,
  );

  test.each(inLanguage('ts').map(({ at, code }) => [at, code]))('%s', (_at, code) => {
    const path = sandbox();
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(join(path, 'example.mjs'), outputText);
    const ran = spawnSync(process.execPath, ['example.mjs'], { cwd: path, encoding: 'utf8' });
    expect(ran.status, ran.stderr).toBe(0);
    const expected = [...code.matchAll(/\/\/ => (.*)$/gm)].map((match) => match[1]);
    expect(expected.length).toBeGreaterThan(0);
    expect(ran.stdout.trimEnd().split('\n')).toEqual(expected);
  });

  test('and are rightly typed', () => {
    const files = inLanguage('ts').map(({ code }, index) => {
      const file = join(folder, `typed-${index}.mts`);
      writeFileSync(file, code);
      return file;
    });
    expect(files.length).toBeGreaterThan(3);
    const compiled = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules', '@types')],
    });
    const problems = ts.getPreEmitDiagnostics(compiled).map(({ messageText, file, start }) => {
      const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${file?.fileName ?? ''}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
    expect(problems).toEqual([]);
  });

  test.each(inLanguage('yaml').map(({ at, code }) => [at, code]))('%s is a valid profile', (at, code) => {
    expect(parseProfile(code, at).name).not.toBe('');
  });
});

describe('links', () => {
  test.each(documents)('%s', (path) => {
    const text = textOf(path).replace(/^```[\s\S]*?^```$/gm, '');
    const broken: string[] = [];
    for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      const [target = '', anchor] = (match[1] ?? '').split('#');
      if (/^[a-z]+:/.test(target)) continue;
      const file = target === '' ? path : join(dirname(path), target);
      const isThere = existsSync(join(root, file));
      if (!isThere || (anchor !== undefined && !anchorsOf(file).includes(anchor)))
        broken.push(match[1] ?? '');
    }
    expect(broken).toEqual([]);
  });

  test('lead from README to every document', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const file of linkedFrom(path)) if (file.endsWith('.md')) reached.add(file);
    }
    expect(documents.filter((path) => !reached.has(path))).toEqual([]);
  });

  test('README fits on a screen', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(60);
  });

  test('every decision record is listed', () => {
    const architecture = textOf('docs/architecture.md');
    const records = filesBelow('docs/decisions', '.md');
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      expect(architecture).toContain(`](${record.replace('docs/', '')})`);
      for (const part of ['Context', 'Decision', 'Rejected', 'Consequences', 'Evidence']) {
        expect(textOf(record), record).toContain(`**${part}.**`);
      }
    }
  });
});

/** Files of the repository that a document's links name. */
function linkedFrom(path: string): string[] {
  return [...textOf(path).matchAll(/\]\(([^)\s#]+)/g)]
    .map((match) => join(dirname(path), match[1] ?? ''))
    .filter((file) => existsSync(join(root, file)));
}

/** As GitHub makes them from headings. */
function anchorsOf(path: string): string[] {
  return [...textOf(path).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('docs/profiles.md', () => {
  const text = textOf('docs/profiles.md');
  const firstColumn = (heading: string): string[] => {
    const section = text.slice(text.indexOf(heading));
    const table = /(?:^\|.*\n)+/m.exec(section)?.[0] ?? '';
    return [...table.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1] ?? '');
  };

  test('lists the shipped profiles', () => {
    expect(firstColumn('# Profiles').sort()).toEqual(shippedProfileNames());
  });

  test('lists every setting', () => {
    const keys = new Set(strategyNames.flatMap((name) => settingKeys(name)));
    expect(new Set(firstColumn('## Settings of a strategy'))).toEqual(keys);
  });
});
