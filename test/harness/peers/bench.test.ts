/** The run as a whole, with tools that do what tools do: work, lie, fail, hang, be missing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, UsageError, WorldError } from '../../../src/base/errors.js';
import { benchPeers, type PeerBenchOptions } from '../../../src/harness/bench-peers.js';
import { isInstalled } from '../../../src/harness/io/peer-programs.js';
import type { PeerRow } from '../../../src/harness/measurement/peer-row.js';
import { peerResultsSchema, type PeerResults } from '../../../src/harness/report/peer-results.js';
import { fakeTools, hangSeconds, ToolFolder, type FakeTool } from './fake-tools.js';

const folder = new ToolFolder();
const scratchPath = mkdtempSync(join(folder.path, 'scratch-'));
const base = folder.write('base', 'base '.repeat(100));
const target = folder.write('target', 'target '.repeat(100));

const bench = (names: readonly FakeTool[], more: Partial<PeerBenchOptions> = {}): Promise<PeerResults> =>
  benchPeers({
    given: { basePath: base, targetPath: target },
    hasWorkloads: false,
    tools: names,
    toolFiles: names.map((name) => folder.tool(name)),
    own: [],
    rounds: 1,
    timeoutMs: 60_000,
    scratchPath,
    ...more,
  });

describe('bench peers', () => {
  let results: PeerResults;
  beforeAll(async () => {
    results = await bench(['good', 'inexact', 'failing', 'unprepared', 'hanging', 'absent'], {
      rounds: 2,
      timeoutMs: 3000,
    });
  });

  const row = (tool: string): PeerRow => {
    const found = results.rows.find((one) => one.tool === tool);
    if (found === undefined) throw new Error(`no row of ${tool}`);
    return found;
  };

  it('fits its schema', () => {
    expect(peerResultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
    expect(results.workloads).toMatchObject([
      { name: 'base to target', kind: 'files', baseBytes: 500, targetBytes: 700, isEqual: false },
    ]);
    expect(results.workloads[0]?.emptyCpuSeconds).toHaveLength(2);
  });

  it('has the figures of a tool that works, medians over all rounds', () => {
    const good = row('good');
    expect(good).toMatchObject({
      version: '1.2.3',
      profile: null,
      deltaBytes: 700,
      exact: true,
      error: null,
    });
    expect(good.rounds).toHaveLength(2);
    const cpu = good.rounds.map(({ diff }) => diff.cpuSeconds);
    expect(good.diffCpuSeconds).toBeCloseTo((Math.min(...cpu) + Math.max(...cpu)) / 2, 12);
    expect(good.netDiffCpuSeconds).toBe(good.diffCpuSeconds);
    expect(good.peakRssBytes).toBeGreaterThan(1 << 20);
    expect(good.prepareCpuSeconds).toBeGreaterThan(0);
    expect(good.onFront).toBe(true);
  });

  it('tells a target that was not rebuilt, with its figures, and keeps it off the front', () => {
    expect(row('inexact')).toMatchObject({ exact: false, deltaBytes: 700, onFront: false });
    expect(row('inexact').error).toContain('expected 700 bytes, found 10');
  });

  it('tells why a tool failed, and goes on', () => {
    expect(row('failing')).toMatchObject({ exact: null, deltaBytes: null, rounds: [], onFront: false });
    expect(row('failing').error).toMatch(/^ls: ended with code 2: .*no such file/);
    expect(row('unprepared').error).toBe('preparing: false: ended with code 1');
  });

  it('stops a tool that hangs, with its children', () => {
    expect(row('hanging').error).toBe('sh: stopped after 3 s');
    const sleepers = readdirSync('/proc').filter(
      (id) => /^\d+$/.test(id) && commandOf(id).includes(hangSeconds),
    );
    expect(sleepers).toEqual([]);
  });

  it('lists what is not installed', () => {
    expect(results.absent).toEqual([{ tool: 'absent', programs: ['a-program-that-nobody-has'] }]);
    expect(results.rows.some(({ tool }) => tool === 'absent')).toBe(false);
  });

  it('leaves nothing behind', () => {
    expect(readdirSync(scratchPath)).toEqual([]);
  });
});

function commandOf(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const recorder = (name: string, more = '') => `
tool: ${name}
summary: writes down when it runs and what it sees
environment: { MINE: '{scratch}/mine' }
variants:
  - name: ${name}
    prepare: [[sh, -c, 'echo ${name} prepared >> "$1"; echo 1 > "$2/state"', sh, '{here}/order', '{scratch}']]
    diff: [[sh, -c, 'echo ${name} >> "$1"; echo more >> "$2/state"; env > "$1-env"; cp "$3" "$4"', sh, '{here}/order', '{scratch}', '{target}', '{delta}']]
    bytes: { growth: '{scratch}/state' }
    apply: [[cp, '{delta}', '{output}']]
${more}`;

describe('rounds', () => {
  it('are interleaved, every second one backwards, each from what was prepared', async () => {
    process.env['SNAPDELTA_TEST_SECRET'] = 'secret';
    const results = await bench([], {
      tools: ['one', 'two'],
      toolFiles: ['one', 'two'].map((name) => folder.write(`${name}.yaml`, recorder(name))),
      rounds: 3,
    });
    const order = readFileSync(join(folder.path, 'order'), 'utf8').trim().split('\n');
    expect(order.map((line) => line.replace(' prepared', '+'))).toEqual([
      'one+',
      'two+',
      'one',
      'two',
      'two',
      'one',
      'one',
      'two',
    ]);
    expect(results.rows.map(({ deltaBytes }) => deltaBytes)).toEqual([5, 5]);
    const seen = readFileSync(join(folder.path, 'order-env'), 'utf8').trim().split('\n');
    const names = seen
      .map((line) => line.split('=')[0])
      .filter((name) => !['PWD', 'SHLVL', '_'].includes(name ?? ''));
    expect(names.sort()).toEqual([
      'HOME',
      'LC_ALL',
      'MINE',
      'PATH',
      'TMPDIR',
      'TZ',
      'XDG_CACHE_HOME',
      'XDG_CONFIG_HOME',
    ]);
    expect(seen.filter((line) => /^(HOME|TMPDIR|MINE)=/.test(line) && !line.includes(scratchPath))).toEqual(
      [],
    );
  });
});

describe('what is run', () => {
  it('is left out with its reason where a tool does not take such snapshots, or is slow', async () => {
    const slow = fakeTools.good.replaceAll('good', 'slow').replace('prepare:', 'slowAbove: 0B\n    prepare:');
    const toolFiles = [folder.tool('good'), folder.write('slow.yaml', slow)];
    const { leftOut, rows } = await bench([], { tools: ['good', 'qemu-img'], toolFiles });
    expect(rows.map(({ tool }) => tool)).toEqual(['good']);
    expect(leftOut.filter(({ tool }) => tool === 'qemu-img 4 KiB').map(({ reason }) => reason)).toEqual(
      isInstalled('qemu-img') ? ['takes two files of one size, in whole sectors of 512 bytes'] : [],
    );
    const asked = [{ tools: ['slow'] }, { tools: ['good', 'slow'], isSlow: true }];
    for (const more of asked) {
      const ran = await bench([], { ...more, toolFiles });
      expect(ran.rows.map(({ tool }) => tool)).toContain('slow');
    }
  });

  it('are directories, too, compared by names and content', async () => {
    const names = ['v0', 'v1'].map((name) => join(folder.path, 'series', name));
    for (const [index, path] of names.entries()) {
      mkdirSync(join(path, 'sub'), { recursive: true });
      folder.write(`series/v${index}/sub/file`, `content ${index}`);
      symlinkSync('sub/file', join(path, 'link'));
    }
    const copier = `
tool: copier
summary: the folder itself
variants:
  - name: copier
    inputs: directories
    diff: [[cp, -r, '{target}', '{delta}']]
    apply: [[cp, -rP, '{delta}', '{output}']]
`;
    const [basePath = '', targetPath = ''] = names;
    const results = await bench(['good'], {
      given: { basePath, targetPath },
      tools: ['good', 'copier'],
      toolFiles: [folder.tool('good'), folder.write('copier.yaml', copier)],
    });
    expect(results.workloads[0]?.kind).toBe('directories');
    expect(results.rows.map(({ tool, exact, deltaBytes }) => [tool, exact, deltaBytes])).toEqual([
      ['copier', true, 'content 1'.length + 'sub/file'.length],
    ]);
    expect(results.leftOut.filter(({ tool }) => tool === 'good')).toMatchObject([
      { reason: 'takes no directories' },
    ]);
  });

  it('is a workload by name, materialised', async () => {
    const { workloads, rows } = await bench(['good'], {
      hasWorkloads: true,
      workloads: ['unchanged'],
      sizeBytes: 64 << 10,
    });
    expect(workloads.map(({ name, kind, isEqual }) => [name, kind, isEqual])).toEqual([
      ['base to target', 'files', false],
      ['unchanged', 'images', true],
    ]);
    expect(rows.every(({ exact }) => exact)).toBe(true);
  });

  it.each([
    [{ tools: ['xdelta'] }, UsageError, "unknown tool 'xdelta'"],
    [{ given: { basePath: base, targetPath: folder.path } }, UsageError, 'are a file and a directory'],
    [{ given: { basePath: base, targetPath: '/dev/null' } }, UsageError, 'neither a file nor a directory'],
    [{ given: { basePath: base, targetPath: `${base}-missing` } }, WorldError, 'it does not exist'],
    [{ scratchPath: join(folder.path, 'missing') }, WorldError, 'its folder does not exist'],
    [{ signal: AbortSignal.abort() }, CancelledError, 'cancelled'],
  ] as const)('is refused: %#', async (more, failure, message) => {
    const refused = bench(['good'], more);
    await expect(refused).rejects.toThrow(failure);
    await expect(refused).rejects.toThrow(message);
  });

  it('ends when it is cancelled while a tool hangs, and leaves nothing behind', async () => {
    const stop = new AbortController();
    const running = bench(['hanging'], { signal: stop.signal });
    setTimeout(() => {
      stop.abort();
    }, 1000);
    await expect(running).rejects.toThrow(CancelledError);
    expect(readdirSync(scratchPath)).toEqual([]);
    rmSync(scratchPath, { recursive: true });
    mkdirSync(scratchPath);
  });
});
