/** A gate that measures, against builds that are made up: their workers say how long a pass took, so it is known which verdict is right. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError, WorldError } from '../../src/base/errors.js';
import { gateLive } from '../../src/harness/gate-live.js';
import { kernelTasks, pipelineTasks } from '../../src/harness/gate-tasks.js';
import { ownRoot, type Contestant } from '../../src/harness/io/gate-lane.js';
import { gateProtocol } from '../../src/harness/measurement/gate-task.js';
import { gateResultsSchema } from '../../src/harness/report/gate/results.js';

const folder = mkdtempSync(join(tmpdir(), 'snapdelta-gate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tasks = kernelTasks(['blake3', 'crc32c']);
let builds = 0;

/** A build whose worker takes 10 us a pass, times a factor by task, times noise of 0.5 %. */
function build({
  factors = [1, 1],
  counts = [100, 200],
  absent = [] as number[],
  protocol = gateProtocol,
  more = '',
} = {}): Contestant {
  const root = join(folder, `build-${builds++}`);
  mkdirSync(join(root, 'dist', 'harness', 'io'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(root, 'dist', 'harness', 'io', 'gate-worker.js'),
    `const factors = ${JSON.stringify(factors)}, counts = ${JSON.stringify(counts)};
     const noise = () => 1 + 0.005 * (Math.random() + Math.random() - 1);
     process.on('message', (m) => {
       ${more}
       if (m.type === 'open') process.send({ type: 'opened', protocol: ${protocol}, absent: ${JSON.stringify(absent)} });
       if (m.type === 'lap') { const cpuMs = 0.01 * m.passes * factors[m.task] * noise(); process.send({ type: 'lap', cpuMs, wallMs: 2 * cpuMs }); }
       if (m.type === 'count') process.send({ type: 'counted', counts: [{ name: 'instructions', unit: '1', value: counts[m.task] }] });
     });
     process.once('disconnect', () => process.exit());`,
  );
  return { label: `build ${builds}`, root, tasks };
}

const statuses = ({ metrics }: Awaited<ReturnType<typeof gateLive>>) =>
  Object.fromEntries(metrics.map(({ metric, status }) => [metric, status]));

describe('two builds', () => {
  it('that are the same pass, exactly and in few rounds', async () => {
    const results = await gateLive({ baseline: build(), candidate: build() });
    expect(gateResultsSchema.parse(results)).toEqual(results);
    expect(statuses(results)).toEqual({
      'blake3/random/16 KiB/instructions': 'pass',
      'crc32c/random/16 KiB/instructions': 'pass',
      'blake3/random/16 KiB/cpuMs': 'pass',
      'crc32c/random/16 KiB/cpuMs': 'pass',
    });
    expect(results.rounds).toMatchObject({ count: 12, isCutShort: false });
  }, 60_000);

  it('are measured further only in what is undecided', async () => {
    // Slower by a tenth in two processes of three, faster in the third: no number of rounds decides.
    const wavering = `
      if (m.type === 'open') {
        const { appendFileSync, statSync } = process.getBuiltinModule('node:fs');
        appendFileSync('starts', '.');
        factors[1] = statSync('starts').size % 3 === 0 ? 0.9 : 1.1;
      }`;
    const contest = { baseline: build(), candidate: build({ more: wavering }) };
    const results = await gateLive(contest, { roundsMax: 16 });
    expect(results.rounds?.count).toBe(16);
    expect(results.metrics.slice(2)).toMatchObject([
      { metric: 'blake3/random/16 KiB/cpuMs', status: 'pass', samples: { baseline: 12, candidate: 12 } },
      {
        metric: 'crc32c/random/16 KiB/cpuMs',
        status: 'inconclusive',
        samples: { baseline: 16, candidate: 16 },
      },
    ]);
  }, 60_000);

  it('of which one is slower by 5 % in one kernel are told apart, and which it is', async () => {
    const results = await gateLive({ baseline: build(), candidate: build({ factors: [1, 1.05] }) });
    expect(results.status).toBe('regressed');
    const slower = results.metrics.find(({ metric }) => metric === 'crc32c/random/16 KiB/cpuMs');
    expect(slower).toMatchObject({ status: 'regressed', reason: 'worse' });
    expect(slower?.change).toBeCloseTo(0.05, 2);
    expect(slower?.interval?.low).toBeGreaterThan(0.02);
    expect(results.counts.regressed).toBe(1);
  }, 60_000);

  it('are compared by wall time, where asked for, and by one instruction', async () => {
    const results = await gateLive(
      { baseline: build(), candidate: build({ counts: [101, 199] }) },
      { isWallJudged: true },
    );
    expect(statuses(results)).toMatchObject({
      'blake3/random/16 KiB/instructions': 'regressed',
      'crc32c/random/16 KiB/instructions': 'improved',
      'blake3/random/16 KiB/wallMs': 'pass',
    });
  }, 60_000);

  it('of which one lacks a kernel cannot be compared in it', async () => {
    const results = await gateLive(
      { baseline: build(), candidate: build({ absent: [0] }) },
      { roundsMax: 12 },
    );
    expect(statuses(results)).toEqual({
      'blake3/random/16 KiB/instructions': 'inconclusive',
      'crc32c/random/16 KiB/instructions': 'pass',
      'crc32c/random/16 KiB/cpuMs': 'pass',
    });
  }, 60_000);

  it('are not decided by too few rounds, or too little time', async () => {
    const few = await gateLive({ baseline: build(), candidate: build() }, { roundsMax: 3 });
    expect(few).toMatchObject({ status: 'inconclusive', rounds: { count: 3, isCutShort: false } });
    const short = await gateLive({ baseline: build(), candidate: build() }, { elapsedMsMax: 1 });
    expect(short).toMatchObject({ status: 'inconclusive', rounds: { count: 1, isCutShort: true } });
    expect(short.metrics.at(-1)).toMatchObject({ reason: 'too-few', samplesMissing: 11 });
  }, 60_000);

  it('are judged by rules', async () => {
    const rules = [
      { metric: '**/cpuMs', relative: 0.2 },
      { metric: 'blake3/**', ignore: true },
    ];
    const results = await gateLive({ baseline: build(), candidate: build({ factors: [2, 1.1] }) }, { rules });
    expect(statuses(results)).toMatchObject({ 'crc32c/random/16 KiB/cpuMs': 'pass' });
    expect(results.status).toBe('regressed');
    const all = gateLive(
      { baseline: build(), candidate: build() },
      { rules: [{ metric: '**', ignore: true }], roundsMax: 1 },
    );
    await expect(all).rejects.toThrow('every metric is ignored');
  }, 60_000);
});

describe('a build', () => {
  const against = (baseline: Contestant) => gateLive({ baseline, candidate: build() }, { roundsMax: 2 });

  it('that has no worker, or another one, is refused', async () => {
    await expect(against({ label: 'old', root: folder, tasks })).rejects.toThrow(
      'old cannot be measured: it has no dist',
    );
    await expect(against(build({ protocol: 99 }))).rejects.toThrow(UsageError);
    await expect(against(build({ protocol: 99 }))).rejects.toThrow(
      'speaks version 99 of the gate, this build 1',
    );
  });

  it('whose process ends is the world failing', async () => {
    const ended = against(build({ more: 'if (m.type === "lap") process.exit(3);' }));
    await expect(ended).rejects.toThrow(WorldError);
    await expect(ended).rejects.toThrow('ended with code 3');
  });

  it('that fails says so', async () => {
    const failure = JSON.stringify({ kind: 'data', message: 'not exact' });
    const failed = against(
      build({
        more: `if (m.type === 'count') { process.send({ type: 'failure', failure: ${failure} }); return; }`,
      }),
    );
    await expect(failed).rejects.toThrow('not exact');
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const running = gateLive(
      { baseline: build(), candidate: build() },
      { signal: stop.signal },
      ({ phase }) => {
        if (phase === 'rounds') stop.abort();
      },
    );
    await expect(running).rejects.toThrow('cancelled');
  });
});

describe('tasks', () => {
  it('are those of the kernels asked for', () => {
    expect(kernelTasks(['zero-test', 'rolling sums']).map(({ kernel }) => kernel)).toEqual([
      'zero test',
      'rolling sums',
    ]);
    expect(kernelTasks([]).length).toBeGreaterThan(10);
    expect(() => kernelTasks(['blak3'])).toThrow("unknown kernel 'blak3'");
  });

  it('of deltas name the strategy where both sides have it', () => {
    const pair = { workload: 'w', basePath: 'a', targetPath: 'b' };
    const task = { label: 'fixed', strategy: 'fixed', settings: {} };
    expect(pipelineTasks([pair], task, true).map((one) => 'name' in one && one.name)).toEqual([
      'w/fixed',
      'w/fixed',
    ]);
    expect(pipelineTasks([pair], task, false).map((one) => one.kind)).toEqual(['diff', 'apply']);
  });

  it('are measured and counted by this build', async () => {
    const side = { label: 'this', root: ownRoot, tasks: kernelTasks(['crc32c']) };
    const results = await gateLive({ baseline: side, candidate: side }, { roundsMax: 1 });
    const [counted, timed] = results.metrics;
    expect(counted).toMatchObject({
      metric: 'crc32c/random/16 KiB/instructions',
      kind: 'exact',
      status: 'pass',
    });
    expect(timed).toMatchObject({
      metric: 'crc32c/random/16 KiB/cpuMs',
      kind: 'sampled',
      status: 'inconclusive',
    });
    expect(timed?.baseline).toBeGreaterThan(0);
  }, 60_000);
});
