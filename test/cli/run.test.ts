/** What a run makes of whatever a command throws. In this process, with a command that fails as it is told. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BugError, DataError } from '../../src/base/errors.js';
import type { Command } from '../../src/cli/command.js';

let failure = new Error();
const failing: Command = {
  name: 'fail',
  summary: 'fails',
  positionals: [],
  options: {},
  examples: [],
  run: () => Promise.reject(failure),
};
vi.mock('../../src/cli/catalogue.js', () => ({
  catalogue: [{ name: 'fail', summary: 'fails', load: () => Promise.resolve(failing) }],
}));

let stdout = '';
let stderr = '';
beforeEach(() => {
  stdout = '';
  stderr = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function runFailing(thrown: Error, ...words: string[]): Promise<number> {
  const { run } = await import('../../src/cli/run.js');
  failure = thrown;
  return run(['fail', ...words]);
}

test('an error of the family: its line, its hint, its code', async () => {
  expect(await runFailing(new DataError('it is damaged', { hint: 'fetch it again' }))).toBe(3);
  expect(stderr).toBe('snapdelta: it is damaged\n  hint: fetch it again\n');
  expect(stdout).toBe('');
});

test('anything else is our bug: 70, a request to report, no stack', async () => {
  expect(await runFailing(new TypeError('x is not a function'))).toBe(70);
  expect(stderr).toMatch(
    /^snapdelta: unexpected TypeError: x is not a function\n {2}hint: .*report.*SNAPDELTA_DEBUG=1/,
  );
  expect(stderr.trimEnd().split('\n')).toHaveLength(2);
});

test('a broken invariant too', async () => {
  expect(await runFailing(new BugError('invariant broken: x'))).toBe(70);
  expect(stderr).toContain('report');
});

test('SNAPDELTA_DEBUG=1 shows the stack, and that of the cause', async () => {
  vi.stubEnv('SNAPDELTA_DEBUG', '1');
  await runFailing(new DataError('outer', { cause: new RangeError('inner') }));
  expect(stderr).toMatch(/DataError: outer\n +at /);
  expect(stderr).toMatch(/caused by RangeError: inner\n +at /);
});

test("a system error that nobody translated is still the world's", async () => {
  const thrown = Object.assign(new Error('EIO: i/o error, read'), {
    code: 'EIO',
    syscall: 'read',
    errno: -5,
  });
  expect(await runFailing(thrown)).toBe(5);
  expect(stderr).toMatch(/^snapdelta: EIO: i\/o error, read\n/);
});

test('--json: one document, whatever happens', async () => {
  expect(await runFailing(new TypeError('oh'), '--json')).toBe(70);
  expect(JSON.parse(stdout)).toMatchObject({ error: { kind: 'bug', exitCode: 70 } });
});
