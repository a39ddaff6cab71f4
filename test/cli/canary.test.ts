/** `canary` as a user runs it: a verdict with its exit code, a rollout that waits, and what is refused. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/base/errors.js';
import { canaryResultsSchema, type CanaryResults } from '../../src/harness/report/canary/results.js';
import { Sandbox } from './program.js';

const sandbox = new Sandbox();
const small = ['--volumes', '20', '--workers', '1'] as const;

function kept(folder: string): CanaryResults {
  return canaryResultsSchema.parse(JSON.parse(readFileSync(sandbox.path(`${folder}/rollout.json`), 'utf8')));
}

describe('a rollout that waits', () => {
  const sides = ['--stable', 'adaptive', '--candidate', 'adaptive,recognisers=none'] as const;

  test('is approved stage by stage, can be rolled back, and every step stands in the audit log', () => {
    const run = sandbox.run(
      'canary',
      'run',
      ...sides,
      ...small,
      '--pause-each-stage',
      '--by',
      'ann',
      '-o',
      'w',
    );
    expect(run.code, run.stderr).toBe(exitCodes.ok);
    expect(run.stdout).toContain('stage shadow has passed, the next one waits for an approval');
    expect(kept('w')).toMatchObject({ state: 'waiting', exposed: 0, spared: 20 });
    expect(readFileSync(sandbox.path('w/index.html'), 'utf8')).toContain('<h1>Canary</h1>');

    const again = sandbox.run('canary', 'run', ...sides, ...small, '--pause-each-stage', '-o', 'w');
    expect(again.code, again.stderr).toBe(exitCodes.ok);
    expect(kept('w').stages.filter(({ finding }) => finding !== null)).toHaveLength(1);

    const yes = sandbox.run('canary', 'approve', 'w', '--workers', '1', '--by', 'ben', '--why', 'looks well');
    expect(yes.code, yes.stderr).toBe(exitCodes.ok);
    expect(kept('w')).toMatchObject({
      state: 'waiting',
      exposed: 1,
      actions: [{ step: 'approved', stage: 'shadow', by: 'ben', purpose: 'looks well' }],
    });

    const back = sandbox.run('canary', 'rollback', 'w', '--by', 'cleo', '--why', 'freeze');
    expect(back.code, back.stderr).toBe(exitCodes.ok);
    expect(back.stdout).toContain('rolled back after stage 1 %');
    const over = sandbox.run('canary', 'approve', 'w');
    expect([over.code, over.stderr]).toEqual([
      exitCodes.usage,
      expect.stringContaining('does not wait for an approval: rolled-back'),
    ]);

    const status = sandbox.run('canary', 'status', 'w', '--json');
    expect(status.code, status.stderr).toBe(exitCodes.ok);
    const { log } = JSON.parse(status.stdout) as {
      log: { state: string; steps: { step: string; by: string; reason: string }[] };
    };
    expect(log.state).toBe('intact');
    expect(log.steps.map(({ step, by, reason }) => [step, by, reason])).toEqual([
      ['began', 'ann', ''],
      ['passed', 'ann', ''],
      ['approved', 'ben', 'looks well'],
      ['passed', 'ben', ''],
      ['rolled-back', 'cleo', 'freeze'],
    ]);
  });

  test('tells that its log was changed', () => {
    const objects = sandbox.path('w/audit/objects/audit+/log+');
    const path = `${objects}/${'0'.repeat(16)}`;
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { code, stdout } = sandbox.run('canary', 'status', 'w');
    expect(code).toBe(exitCodes.data);
    expect(stdout).toMatch(/audit log: DAMAGED at record [01]/);
  });

  test('another one does not go on from it', () => {
    const other = sandbox.run(
      'canary',
      'run',
      '--stable',
      'fixed',
      '--candidate',
      'fixed',
      ...small,
      '-o',
      'w',
    );
    expect([other.code, other.stderr]).toEqual([
      exitCodes.usage,
      expect.stringContaining('holds another rollout'),
    ]);
  });
});

test('a harmful candidate is rejected, with reasons, and the judge tells how often it errs', () => {
  const { code, stdout, stderr } = sandbox.run(
    ...['canary', 'run', '--stable', 'adaptive', '--candidate', 'adaptive,codec=stored', ...small],
    ...['--calibrate=1', '--markdown', 'verdict.md', '--json'],
  );
  expect(code, stderr).toBe(exitCodes.rejected);
  const results = canaryResultsSchema.parse(JSON.parse(stdout));
  expect(results).toMatchObject({ state: 'rejected', trials: { count: 1, badPromoted: 0 } });
  expect(results.exposed + results.spared).toBe(20);
  expect(readFileSync(sandbox.path('verdict.md'), 'utf8')).toMatch(/^## Canary: rejected at stage/);
});

describe('refuses', () => {
  test.each([
    [['run', '--stable', 'adaptive', '--candidate', 'adaptive', '--pause-each-stage'], 'needs --out DIR'],
    [['run', '--stable', 'adaptiv', '--candidate', 'adaptive'], "unknown profile 'adaptiv'"],
    [['run', '--stable', 'adaptive', '--candidate', 'adaptive,level'], '--candidate: expected key=value'],
    [['run', '--stable', 'adaptive', '--candidate', 'adaptive', '--volumes', '3'], '--volumes: expected'],
    [
      ['run', '--stable', 'adaptive', '--candidate', 'adaptive', '--tolerate', '20%'],
      'less than what --harm',
    ],
    [['status', 'nowhere'], 'nowhere holds no rollout'],
    [['rollback', 'nowhere'], 'nowhere holds no rollout'],
  ])('%j', (words, message) => {
    const { code, stdout, stderr } = sandbox.run('canary', ...words);
    expect(stderr).toContain(message);
    expect([code, stdout]).toEqual([exitCodes.usage, '']);
  });
});
