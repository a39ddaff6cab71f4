/** The main job, small: measured, judged, reported, and drawn again from its result file. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadProfile } from '../../src/engine/profile/read.js';
import { labResultsSchema } from '../../src/harness/report/lab-results.js';
import type { LabResults } from '../../src/harness/report/lab-results.js';
import { Sandbox } from '../cli/program.js';
import type { Ran } from '../cli/program.js';

const sandbox = new Sandbox();
const out = join(sandbox.folder, 'out');
let ran: Ran;
let results: LabResults;

beforeAll(() => {
  ran = sandbox.run(
    'lab',
    '--quick',
    '--workload',
    'unchanged',
    '--workload',
    'insert-shift',
    '--profile',
    'thin-link',
    '--out',
    'out',
  );
  expect(ran.code, ran.stderr).toBe(0);
  results = labResultsSchema.parse(JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')));
}, 120_000);

test('every configuration ran on every workload', () => {
  expect(results.complete).toBe(true);
  expect(results.workloads.map(({ name }) => name).sort()).toEqual(['insert-shift', 'unchanged']);
  const rows = new Set(results.rows.map(({ configuration, workload }) => `${configuration} ${workload}`));
  expect(rows.size).toBe(results.configurations.length * 2);
  const families = new Set(results.configurations.map(({ family }) => family));
  expect([...families].sort()).toEqual(['adaptive', 'compare', 'fastcdc', 'fixed', 'rolling', 'strided']);
});

test('the profile has a verdict, and the terminal tells it', () => {
  expect(results.verdicts.map(({ profile }) => profile)).toEqual(['thin-link']);
  const winner = results.verdicts[0]?.winner ?? '';
  expect(winner).not.toBe('');
  expect(ran.stdout).toContain(`thin-link: ${winner} wins`);
  expect(results.profiles[0]?.summary).toBe(loadProfile('thin-link').summary);
});

test('progress goes to stderr, a line for each step, without escapes', () => {
  expect(ran.stderr).toMatch(/^making workload /m);
  expect(ran.stderr).toMatch(/^round 1, /m);
  expect(ran.stdout + ran.stderr).not.toContain('\u001b');
});

describe('the report', () => {
  test('is one page that needs nothing beside it', () => {
    const page = readFileSync(join(out, 'index.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
    expect(page).toContain(results.verdicts[0]?.winner ?? 'a winner');
  });

  test('has every chart as SVG and PNG, light and dark', () => {
    const names = readdirSync(out);
    const charts = names
      .filter((name) => name.endsWith('-light.svg'))
      .map((name) => name.replace('-light.svg', ''));
    expect(charts).toEqual(expect.arrayContaining(['bytes-sent', 'link', 'pareto', 'stages']));
    for (const chart of charts) {
      for (const theme of ['light', 'dark']) {
        expect(readFileSync(join(out, `${chart}-${theme}.svg`), 'utf8')).toMatch(/^<svg /);
        const png = readFileSync(join(out, `${chart}-${theme}.png`));
        expect(png.subarray(1, 4).toString()).toBe('PNG');
      }
    }
  });

  test('is drawn again from the result file, byte for byte', () => {
    const { code, stdout } = sandbox.run('report', 'out/results.json', '-o', 'again');
    expect(code).toBe(0);
    expect(stdout).toBe(`${join('again', 'index.html')}\n`);
    for (const name of readdirSync(sandbox.path('again'))) {
      expect(readFileSync(sandbox.path(`again/${name}`)).equals(readFileSync(join(out, name))), name).toBe(
        true,
      );
    }
  });

  test.each([
    ['old.img', 3, /old\.img is not JSON/],
    ['other.json', 2, /other\.json has no schema/],
    ['none.json', 5, /cannot read none\.json/],
    [
      'exact.json',
      2,
      /exact\.json holds 'snapdelta\/exact-kernels\/1'; a report is drawn of 'snapdelta\/lab-results\/\d' or .*\n *hint: read it as JSON: snapdelta schema snapdelta\/exact-kernels\/1 /,
    ],
    [
      'older.json',
      2,
      /older\.json has 'snapdelta\/lab-results\/0', not .*\n *hint: .*this version of snapdelta/,
    ],
  ])('of %s: exit code %d, nothing written', (name, code, message) => {
    sandbox.write('old.img', 'bytes');
    sandbox.write('other.json', '{}');
    sandbox.write('exact.json', '{"schema":"snapdelta/exact-kernels/1"}');
    sandbox.write('older.json', '{"schema":"snapdelta/lab-results/0"}');
    const refused = sandbox.run('report', name, '-o', 'refused');
    expect(refused.code).toBe(code);
    expect(refused.stderr).toMatch(message);
    expect(existsSync(sandbox.path('refused'))).toBe(false);
  });
});

test('an unknown workload or profile is refused before anything is measured', () => {
  expect(sandbox.run('lab', '--workload', 'mailbx', '--out', 'x')).toMatchObject({ code: 2 });
  expect(sandbox.run('lab', '--profile', 'thinlink', '--out', 'x')).toMatchObject({ code: 2 });
});
