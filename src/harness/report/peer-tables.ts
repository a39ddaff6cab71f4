/** Tables and sentences of `bench peers`: every row by workload, every target, who dominates whom. */
import { formatBytes, formatDuration } from '../../base/units.js';
import { contestantName, type PeerRow } from '../measurement/peer-row.js';
import { peerTargetNames, type PeerTarget, type PeerVerdict } from '../tuning/peer-verdict.js';
import type { PeerResults } from './peer-results.js';
import type { Cell, Column, Table } from './tables.js';

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

/** One workload, fewest bytes first; what failed comes last and says why. */
export function peerTable({ rows, workloads }: PeerResults, workload: string): Table {
  const pair = workloads.find(({ name }) => name === workload);
  const sizes =
    pair === undefined ? '' : `: ${formatBytes(pair.baseBytes)} to ${formatBytes(pair.targetBytes)}`;
  return {
    title: `${workload}${sizes}`,
    columns: [
      left('tool'),
      left('version'),
      right('bytes'),
      right('diff CPU'),
      right('net of node'),
      right('range'),
      right('wall'),
      right('apply CPU'),
      right('memory'),
      left('front'),
      left('rebuilt'),
    ],
    rows: rows
      .filter((row) => row.workload === workload)
      .map((row): Cell[] => [
        contestantName(row),
        row.version ?? '',
        count(row.deltaBytes),
        seconds(row.diffCpuSeconds),
        row.profile === null ? '' : seconds(row.netDiffCpuSeconds),
        rangeOf(row),
        seconds(row.diffWallSeconds),
        seconds(row.applyCpuSeconds),
        row.peakRssBytes === null ? '' : { text: formatBytes(row.peakRssBytes), value: row.peakRssBytes },
        row.onFront ? 'on the front' : '',
        row.error ?? 'exact',
      ]),
  };
}

/** What was not tried, and what is not installed. */
export function leftOutTable({ absent, leftOut }: PeerResults): Table {
  return {
    title: 'Left out',
    columns: [left('tool'), left('workload'), left('why')],
    rows: [
      ...absent.map(({ tool, programs }) => [tool, '', `not installed: ${programs.join(', ')}`]),
      ...leftOut.map(({ workload, tool, reason }) => [tool, workload, reason]),
    ],
  };
}

export function peerTargetTable({ verdicts }: PeerResults): Table {
  return {
    title: 'Targets of profiles',
    columns: [
      left('profile'),
      left('workload'),
      left('target'),
      right('measured'),
      right('at most'),
      left('which is'),
      left('result'),
    ],
    rows: verdicts.flatMap(({ profile, workload, targets }) =>
      targets.map((target): Cell[] => [
        profile,
        workload,
        target.target,
        figure(target, target.measured),
        figure(target, target.limit),
        target.of,
        target.status,
      ]),
    ),
  };
}

/** The commands of each tool, as they were run. */
export function commandTable({ tools }: PeerResults): Table {
  const lines = (commands: readonly (readonly string[])[]): string =>
    commands.map((words) => words.map(quoted).join(' ')).join(' ; ');
  return {
    title: 'Command lines',
    columns: [left('tool'), left('version'), left('beforehand'), left('diff'), left('apply')],
    rows: tools.map(({ tool, profile, version, prepare, diff, apply }) => [
      contestantName({ tool, profile }),
      version ?? '',
      lines(prepare),
      lines(diff),
      apply.length === 0 ? 'the diff rebuilds' : lines(apply),
    ]),
  };
}

/** `live-replication on db-pages: dominated by no peer, beats 9 in both; 3 of 4 targets met`, and a line for each that is missed. */
export function verdictLines(verdict: PeerVerdict): [headline: string, ...details: string[]] {
  const { profile, workload, dominatedBy, dominatedByGross, beats, targets } = verdict;
  const judged = targets.filter(({ status }) => status === 'met' || status === 'missed');
  const met = judged.filter(({ status }) => status === 'met').length;
  const reached = judged.length === 0 ? '' : `; ${met} of ${judged.length} targets met`;
  const headline =
    `${profile} on ${workload}: ` +
    (dominatedBy.length === 0 ? 'dominated by no peer' : `dominated by ${dominatedBy.join(', ')}`) +
    `, beats ${beats.length} in both bytes and CPU${reached}`;
  const gross = dominatedByGross.filter((name) => !dominatedBy.includes(name));
  return [
    headline,
    ...(gross.length === 0 ? [] : [`with the start of Node counted also by ${gross.join(', ')}`]),
    ...targets.filter(({ status }) => status !== 'met').map(targetWords),
  ];
}

/** `missed CPU: 1.20 s, at most 0.85 s (0.4 x xdelta3 -1)`. */
function targetWords(target: PeerTarget): string {
  const name = `${target.status === 'missed' ? 'missed ' : ''}${target.target}`;
  if (target.limit === null || target.measured === null)
    return `${name}: no figure to compare with (${target.of})`;
  return `${name}: ${figureText(target, target.measured)}, at most ${figureText(target, target.limit)} (${target.of})`;
}

/** Over all workloads: the finding in one line. */
export function peerSummary({ verdicts, workloads }: PeerResults): string {
  const profiles = [...new Set(verdicts.map(({ profile }) => profile))];
  if (profiles.length === 0) return 'No profile of ours was measured';
  const parts = profiles.map((profile) => {
    const own = verdicts.filter((verdict) => verdict.profile === profile);
    const free = own.filter(({ dominatedBy }) => dominatedBy.length === 0).length;
    return `${profile} is dominated by no peer on ${free} of ${own.length}`;
  });
  return `${parts.join(', ')} ${workloads.length === 1 ? 'workload' : 'workloads'}`;
}

/** How many targets of each name are met, over all workloads; empty where none was judged. */
export function targetCounts({ verdicts }: PeerResults): string[] {
  const profiles = [...new Set(verdicts.map(({ profile }) => profile))];
  return profiles.flatMap((profile) => {
    const targets = verdicts
      .filter((verdict) => verdict.profile === profile)
      .flatMap(({ targets: all }) => all);
    const parts = peerTargetNames.flatMap((name) => {
      const judged = targets.filter(
        ({ target, status }) => target === name && status !== 'peer not measured',
      );
      const met = judged.filter(({ status }) => status === 'met').length;
      return judged.length === 0 ? [] : [`${name} ${met} of ${judged.length}`];
    });
    return parts.length === 0 ? [] : [`${profile}: targets met: ${parts.join(', ')}`];
  });
}

function rangeOf({ rounds }: PeerRow): Cell {
  if (rounds.length < 2) return '';
  const values = rounds.map(({ diff }) => diff.cpuSeconds);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return { text: `${low.toFixed(2)} to ${high.toFixed(2)}`, value: high - low };
}

function figure(target: PeerTarget, value: number | null): Cell {
  return value === null ? '' : { text: figureText(target, value), value };
}

/** Exact bytes: targets of size are missed by little. */
function figureText({ target }: PeerTarget, value: number): string {
  if (target === 'bytes') return value.toLocaleString('en');
  return target === 'memory' ? formatBytes(value) : formatDuration(value * 1000);
}

function count(value: number | null): Cell {
  return value === null ? '' : { text: value.toLocaleString('en'), value };
}

function seconds(value: number | null): Cell {
  return value === null ? '' : { text: formatDuration(value * 1000), value };
}

function quoted(word: string): string {
  return /^[\w{}.,:=/@%+-]+$/.test(word) ? word : `'${word}'`;
}
