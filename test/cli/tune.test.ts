/** `tune` as a user runs it: what it prints and leaves, and what it refuses. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { parseProfile } from '../../src/engine/profile/read.js';
import { tuneResultsSchema } from '../../src/harness/report/tune-results.js';
import { Sandbox } from './program.js';

const sandbox = new Sandbox();
const small = [
  ...['--workload', 'random-overwrite', '--scale', '0.02', '--strategy', 'fixed'],
  ...['--vary', 'blockBytes=4KiB,64KiB', '--vary', 'level=1,9', '--vary', 'codec=zstd,lz4'],
] as const;

test('leaves a profile that diff takes, a record, results, a journal and a page', () => {
  const { code, stdout, stderr } = sandbox.run('tune', '--profile', 'edge-agent', ...small, '-o', 'tuned');
  expect(code, stderr).toBe(0);
  const results = tuneResultsSchema.parse(
    JSON.parse(readFileSync(sandbox.path('tuned/results.json'), 'utf8')),
  );
  expect(results.search.isExhausted).toBe(true);
  // Two sizes by two levels of zstd and lz4, and the own strategy of 16 KiB.
  expect(results.trials).toHaveLength(2 * 3 + 1);
  const text = readFileSync(sandbox.path('tuned/profile.yaml'), 'utf8');
  const profile = parseProfile(text, 'profile.yaml');
  expect(profile).toMatchObject({ name: 'edge-agent', features: { baseContentAtHand: false } });
  expect(text).toContain(results.digest);
  expect(readFileSync(sandbox.path('tuned/decision.md'), 'utf8')).toContain('# Configuration of edge-agent');
  expect(readFileSync(sandbox.path('tuned/index.html'), 'utf8')).toContain('What serves edge-agent');
  expect(stdout).toMatch(/^edge-agent: /m);
  expect(stdout).toContain('tuned/profile.yaml\ntuned/decision.md\ntuned/index.html');
});

describe('refuses', () => {
  test.each([
    [['--profile', 'edge-agnt'], "unknown profile 'edge-agnt'"],
    [['--profile', 'edge-agent', '--strategy', 'adaptive'], 'allows none of the strategies adaptive'],
    [['--profile', 'edge-agent', '--vary', 'level'], "--vary: expected key=value, not 'level'"],
    [
      ['--profile', 'edge-agent', '--vary', 'level=1,,2'],
      '--vary level: expected values with commas between',
    ],
    [['--profile', 'edge-agent', '--vary', 'level=99'], 'level: 99 is not from 1 to 22'],
    [['--profile', 'edge-agent', '--budget', '0s'], "--budget: expected a time above 0, not '0s'"],
    [['--profile', 'edge-agent', '--scale', '0'], '--scale: expected a number above 0'],
    [['--profile', 'edge-agent', '--workload', 'no-such'], "unknown workload 'no-such'"],
  ])('%j', (options, message) => {
    const { code, stdout, stderr } = sandbox.run('tune', ...options, '-o', 'refused');
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([exitCodes.usage, '']);
  });
});
